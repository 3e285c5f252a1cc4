// `src/core/campaign/known-durations.ts` from what the catalogue's bench measured: the median of each drill and twin, seconds.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import type { CatalogueRun } from './catalogue-results.ts';
import { median } from './measure.ts';

const hostPath = path.resolve(import.meta.dirname, '../src/core/campaign/known-durations.ts');

/** Gives the source of the module, as the formatter leaves it. Drills that were skipped everywhere are not in it. */
export async function knownDurationsModule(runs: readonly CatalogueRun[]): Promise<string> {
  const measured = runs.filter((run) => run.durationMs !== null && run.outcome !== 'skipped');
  const byName = Map.groupBy(measured, ({ drill, isTwin }) => (isTwin ? `${drill}-twin` : drill));
  const rows = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, those]) => `'${name}': ${Math.max(1, Math.round(median(those.map((run) => run.durationMs ?? 0)) / 1000))},`);
  const text = `/** How long drills and their twins take, seconds: the median of what \`npm run bench:catalogue\` measured, which writes this file. */
export const knownSeconds: Readonly<Record<string, number>> = {
  ${rows.join('\n  ')}
};
`;
  return prettier.format(text, { ...(await prettier.resolveConfig(hostPath)), filepath: hostPath });
}

/** Writes the module. */
export async function writeKnownDurations(runs: readonly CatalogueRun[]): Promise<void> {
  writeFileSync(hostPath, await knownDurationsModule(runs));
}
