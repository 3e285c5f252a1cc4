/** A limit in time as it was on a host: what it is on one of usual speed, and how many times as long it was here. */
export interface TimeLimit {
  readonly usualMs: number;
  readonly factor: number;
}

/** The variable with which a person makes every limit longer. */
export const timeoutFactorVariable = 'RAIDLAB_TIMEOUT_FACTOR';

/** What that variable may say: less than the usual would make failures out of hosts that are well. */
export const timeoutFactorBounds = { least: 1, most: 100 } as const;

/** Gives the factor that a text says, or undefined when it says none within the bounds. */
export function parseTimeoutFactor(text: string): number | undefined {
  const value = /^\d{1,3}(?:\.\d{1,3})?$/u.test(text) ? Number(text) : Number.NaN;
  return value >= timeoutFactorBounds.least && value <= timeoutFactorBounds.most ? value : undefined;
}

/** Gives how long a limit is on its host, milliseconds. */
export function lengthOfLimit({ usualMs, factor }: TimeLimit): number {
  return usualMs * factor;
}

/** Gives a limit in words: `120 s`, or `384 s (120 s × 3.2)` where the host has a factor. */
export function formatTimeLimit(limit: TimeLimit): string {
  const seconds = (ms: number): string => `${String(Math.round(ms / 1000))} s`;
  const factor = formatTimeFactor(limit.factor);
  return factor === '1' ? seconds(limit.usualMs) : `${seconds(lengthOfLimit(limit))} (${seconds(limit.usualMs)} × ${factor})`;
}

/** Gives a factor in words, with one decimal at the most. */
export function formatTimeFactor(factor: number): string {
  return String(Math.round(factor * 10) / 10);
}

/** Gives what a person can do when a limit was too short for a host that is merely slow. */
export function longerLimitsRemedy({ factor }: TimeLimit): string {
  const twice = Math.min(timeoutFactorBounds.most, Math.ceil(factor * 2));
  return `If the host is just slow or busy, ${timeoutFactorVariable}=${String(twice)} makes every limit that many times as long.`;
}
