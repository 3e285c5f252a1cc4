import type { Share } from './fisher-exact.ts';

/** Where a true rate lies with 95 % confidence, 0 to 1. */
export interface RateInterval {
  readonly from: number;
  readonly to: number;
}

/** The normal distribution's 97.5 % quantile. */
const z = 1.959963984540054;

/**
 * Gives where the true rate lies, with 95 % confidence, by Wilson's score interval: unlike the usual one it says something where nothing
 * was seen, 0 of 3 may still be half of the time. Everything is possible where nothing was run.
 */
export function wilsonInterval({ seen, of }: Share): RateInterval {
  if (of === 0) return { from: 0, to: 1 };
  const rate = seen / of;
  const share = (z * z) / of;
  const middle = (rate + share / 2) / (1 + share);
  const half = (z * Math.sqrt((rate * (1 - rate)) / of + share / (4 * of))) / (1 + share);
  return { from: seen === 0 ? 0 : Math.max(0, middle - half), to: seen === of ? 1 : Math.min(1, middle + half) };
}
