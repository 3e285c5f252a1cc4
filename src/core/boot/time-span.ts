/** systemd's units of time, in seconds. Source: systemd, src/basic/time-util.c, format_timespan(). */
const unitSeconds: Readonly<Record<string, number>> = {
  y: 31_557_600,
  month: 2_629_800,
  w: 604_800,
  d: 86_400,
  h: 3600,
  min: 60,
  s: 1,
  ms: 0.001,
  us: 0.000_001,
};

/** Parses a time span as systemd writes it, `1min 30s` or `2.345s`, to seconds; null when it is none. */
export function parseTimeSpan(text: string): number | null {
  let seconds = 0;
  for (const word of text.split(' ')) {
    const [, value = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/u.exec(word) ?? [];
    const factor = unitSeconds[unit];
    if (factor === undefined) return null;
    seconds += Number(value) * factor;
  }
  return seconds;
}
