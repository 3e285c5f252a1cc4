// `src/core/campaign/known-durations.ts` from what the catalogue came to: the median of each drill and twin, seconds.
import { median } from '../bench/measure.ts';
import { readCatalogue } from './catalogue-results.mjs';

/** Gives the source of the module. Drills that were skipped everywhere are not in it. */
export function knownDurations() {
  const measured = readCatalogue().filter(({ standing }) => standing !== 'skipped');
  const byName = Map.groupBy(measured, ({ drill, isTwin }) => (isTwin ? `${drill}-twin` : drill));
  const rows = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, those]) => `'${name}': ${String(Math.max(1, Math.round(median(those.map(({ durationMs }) => durationMs)) / 1000)))},`);
  return `/** How long drills and their twins take, seconds: the median of what the catalogue came to. Written by \`npm run docs\`. */
export const knownSeconds: Readonly<Record<string, number>> = {
  ${rows.join('\n  ')}
};
`;
}
