/** A stretch of a drill's time that fills the width of a picture, milliseconds since the drill began. */
export interface TimeView {
  readonly beginMs: number;
  readonly endMs: number;
}

/** Gives where a moment stands in a view, in percent of its width, with two decimals. Outside it is below 0 or above 100. */
export function percentOf({ beginMs, endMs }: TimeView, afterMs: number): number {
  const percent = ((afterMs - beginMs) / Math.max(1, endMs - beginMs)) * 100;
  // Far outside is as good as just outside, and no browser has to draw it.
  return Math.round(Math.min(110, Math.max(-10, percent)) * 100) / 100;
}

/** Lengths that people count time in, milliseconds. */
const lengths = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600].map((s) => s * 1000),
);

/** Gives moments to be named below a view, at most `most`, at even distances that people count in. */
export function ticksOf({ beginMs, endMs }: TimeView, most: number): readonly number[] {
  const length = lengths.find((candidate) => (endMs - beginMs) / candidate <= most) ?? 7_200_000;
  const first = Math.ceil(beginMs / length) * length;
  return Array.from({ length: Math.max(0, Math.floor((endMs - first) / length) + 1) }, (_, at) => first + at * length);
}

/** Gives a view that shows half or twice as much around a moment, within the whole. */
export function zoomed(view: TimeView, whole: TimeView, aroundMs: number, factor: number): TimeView {
  const lengthMs = Math.min(whole.endMs - whole.beginMs, Math.max(100, (view.endMs - view.beginMs) * factor));
  const share = (aroundMs - view.beginMs) / Math.max(1, view.endMs - view.beginMs);
  return within({ beginMs: aroundMs - lengthMs * share, endMs: aroundMs + lengthMs * (1 - share) }, whole);
}

/** Gives a view moved so that it is within the whole, and contains as much. */
export function within({ beginMs, endMs }: TimeView, whole: TimeView): TimeView {
  const lengthMs = Math.min(endMs - beginMs, whole.endMs - whole.beginMs);
  const begin = Math.min(Math.max(beginMs, whole.beginMs), whole.endMs - lengthMs);
  return { beginMs: begin, endMs: begin + lengthMs };
}
