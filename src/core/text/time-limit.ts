/** A time limit as applied on a host: its value on a host of usual speed, and the host's factor. */
export interface TimeLimit {
  readonly usualMs: number;
  readonly factor: number;
}

/** The variable with which a person makes every limit longer. */
export const timeoutFactorVariable = 'RAIDLAB_TIMEOUT_FACTOR';

/** The range of that variable: a factor below 1 would make failures out of healthy hosts. */
export const timeoutFactorBounds = { least: 1, most: 100 } as const;

/** Parses a factor; undefined when it is not one within the range. */
export function parseTimeoutFactor(text: string): number | undefined {
  const value = /^\d{1,3}(?:\.\d{1,3})?$/u.test(text) ? Number(text) : Number.NaN;
  return value >= timeoutFactorBounds.least && value <= timeoutFactorBounds.most ? value : undefined;
}

/** Gives the limit on its host, milliseconds. */
export function lengthOfLimit({ usualMs, factor }: TimeLimit): number {
  return usualMs * factor;
}

/** Formats a limit: `120 s`, or `384 s (120 s × 3.2)` where the host has a factor. */
export function formatTimeLimit(limit: TimeLimit): string {
  const seconds = (ms: number): string => `${String(Math.round(ms / 1000))} s`;
  const factor = formatTimeFactor(limit.factor);
  return factor === '1' ? seconds(limit.usualMs) : `${seconds(lengthOfLimit(limit))} (${seconds(limit.usualMs)} × ${factor})`;
}

/** Formats a factor, with at most one decimal. */
export function formatTimeFactor(factor: number): string {
  return String(Math.round(factor * 10) / 10);
}

/** Says what a person can do when a limit was too short for a slow but working host. */
export function longerLimitsRemedy({ factor }: TimeLimit): string {
  const twice = Math.min(timeoutFactorBounds.most, Math.ceil(factor * 2));
  return `If the host is just slow or busy, ${timeoutFactorVariable}=${String(twice)} makes every limit that many times as long.`;
}
