import type { RateInterval } from '../../core/campaign/wilson.ts';
import type { Share } from '../../core/campaign/fisher-exact.ts';

/** Formats odds as people say them: `3 in 10`, `0.4 %`, `1 in 20,000`. */
export function formatOdds(odds: number): string {
  if (odds >= 0.995) return '100 %';
  if (odds >= 0.1) return `${String(Math.round(odds * 100))} %`;
  if (odds >= 0.001) return `${String(Number((odds * 100).toPrecision(1)))} %`;
  const against = 1 / odds;
  if (against >= 1e9) return 'less than 1 in 1,000,000,000';
  return `1 in ${Math.floor(Number(against.toPrecision(2))).toLocaleString('en')}`;
}

/** Formats a share: `3 of 30`. */
export function formatShare({ seen, of }: Share): string {
  return `${String(seen)} of ${String(of)}`;
}

/** Formats a rate and where it lies, in percent: `8 %, 3 to 15 %`. */
export function formatRate({ seen, of, from, to }: Share & RateInterval): string {
  return of === 0 ? '' : `${percent(seen / of)} %, ${percent(from)} to ${percent(to)} %`;
}

/** Formats where a rate lies, in a few characters: `≤ 56 %`, `≥ 44 %`, `3 to 15 %`. */
export function formatInterval({ from, to }: RateInterval): string {
  if (from === 0) return `≤ ${percent(to)} %`;
  return to === 1 ? `≥ ${percent(from)} %` : `${percent(from)} to ${percent(to)} %`;
}

function percent(rate: number): string {
  return String(Number((rate * 100).toPrecision(rate < 0.1 && rate > 0 ? 1 : 2)));
}
