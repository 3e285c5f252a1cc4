import { percentOf } from '../model/time-scale.ts';
import type { TimeView } from '../model/time-scale.ts';
import { element } from './element.ts';
import type { Content } from './element.ts';

/** A value over time that is level between its points. */
export interface CurveFacts {
  readonly points: readonly { readonly afterMs: number; readonly value: number }[];
  readonly view: TimeView;
  /** Of the picture, pixels. */
  readonly height: number;
  /** The value that reaches the top. */
  readonly most: number;
  readonly name: string;
}

/** Draws a level curve and the area below it. It is stretched to the width of its room, its line is not. */
export function curve({ points, view, height, most, name }: CurveFacts): Content {
  const x = (afterMs: number): string => String(percentOf(view, afterMs));
  const y = (value: number): string => String(Math.round((height - 2 - (value / Math.max(1, most)) * (height - 16)) * 10) / 10);
  const [first] = points;
  if (first === undefined) return null;
  const steps = points.slice(1).map(({ afterMs, value }) => `H${x(afterMs)}V${y(value)}`);
  const line = `M${x(first.afterMs)} ${y(0)}V${y(first.value)}${steps.join('')}H${x(view.endMs)}`;
  return element(
    'svg',
    {
      class: `curve ${name}`,
      viewBox: `0 0 100 ${String(height)}`,
      preserveAspectRatio: 'none',
      width: '100%',
      height,
      'aria-hidden': 'true',
    },
    element('path', { class: 'below', d: `${line}V${y(0)}Z` }),
    element('path', { class: 'line', d: line }),
  );
}
