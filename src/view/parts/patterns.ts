import { element } from './element.ts';
import type { Content } from './element.ts';

/**
 * The hatchings that say a state in more than colour, once for a whole document; the style refers to them.
 * They are not shown themselves, but a browser that would not draw the element would not draw with it either.
 */
export function patterns(): Content {
  return element(
    'svg',
    { class: 'patterns', width: 0, height: 0, 'aria-hidden': 'true' },
    element(
      'defs',
      null,
      pattern('hatch-rise', 7, 'M-1 8L8-1M-1 1L1-1M6 8L8 6'),
      pattern('hatch-fall', 7, 'M-1-1L8 8M-1 6L1 8M6-1L8 1'),
      pattern('hatch-cross', 7, 'M-1 8L8-1M-1-1L8 8'),
      pattern('hatch-steep', 6, 'M1 0V6M4 0V6'),
      pattern('hatch-dots', 6, 'M1.5 2h1.6M4.5 5h1.6'),
    ),
  );
}

function pattern(id: string, size: number, d: string): Content {
  return element('pattern', { id, width: size, height: size, patternUnits: 'userSpaceOnUse' }, element('path', { class: id, d }));
}
