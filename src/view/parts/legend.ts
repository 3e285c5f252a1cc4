import type { LaneRow } from '../model/lane-rows.ts';
import { element } from './element.ts';
import type { Content } from './element.ts';

/** Gives what the looks of the lanes mean, those that occur. */
export function legend(rows: readonly LaneRow[]): Content {
  const shown = rows.filter(({ kind }) => kind === 'disk' || kind === 'mount');
  const keys = new Map(shown.flatMap(({ kind, items }) => items.map(({ state, text }) => [`${kind} ${state}`, text] as const)));
  return element(
    'ul',
    { class: 'legend' },
    // A machine that is off looks like nothing.
    [...keys]
      .filter(([look]) => look !== 'mount machine-off')
      .map(([look, text]) =>
        element(
          'li',
          null,
          element(
            'svg',
            { width: 22, height: 14, 'aria-hidden': 'true' },
            element('svg', { class: `item ${look}` }, element('rect', { x: 0.5, y: 0.5, width: 21, height: 13, rx: 2 })),
          ),
          text,
        ),
      ),
  );
}
