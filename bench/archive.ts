// `npm run bench:archive`: an archive of 100,000 results that were made up: how soon it is counted, compared and laid out, by the
// functions alone, which the bars are about, and by the commands as they are typed.
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openArchive } from '../src/archive/archive.ts';
import { madeUpResults } from '../src/core/campaign/fixtures/made-up-results.ts';
import { findRegressions } from '../src/core/campaign/regressions.ts';
import { compareResults } from '../src/core/campaign/comparison.ts';
import { everyResult } from '../src/core/campaign/result-filter.ts';
import { comparisonTable, regressionsTable, resultsTable } from '../src/report/campaign/tables.ts';
import { tableLines } from '../src/report/campaign/table-lines.ts';
import { median, report } from './measure.ts';

const results = 100_000;
const rounds = 5;
const fields = ['drill', 'isTwin', 'tools', 'layout'] as const;
const root = path.resolve(import.meta.dirname, '..');

using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
const hostPath = path.join(directory.path, 'archive.sqlite');
{
  using archive = await openArchive(hostPath);
  const startedMs = performance.now();
  archive.add([...madeUpResults(results)]);
  console.log(
    `${results.toLocaleString('en')} results kept in ${((performance.now() - startedMs) / 1000).toFixed(1)} s, ${(statSync(hostPath).size / 1e6).toFixed(0)} MB`,
  );
}

using archive = await openArchive(hostPath);
const only = (kernel: string) => archive.count({ ...everyResult, kernels: [kernel] });
const listedMs = ownMs(() => tableLines(resultsTable(archive.latest(everyResult, 20), archive.total(everyResult))));
report('results, s', (listedMs / 1000).toFixed(3), 'at most 0.300', listedMs <= 300);
const tableMs = ownMs(() => tableLines(regressionsTable(findRegressions(archive.count(everyResult)), results)));
report('the table, s', (tableMs / 1000).toFixed(3), 'at most 1.000', tableMs <= 1000);
const comparedMs = ownMs(() => tableLines(comparisonTable(compareResults(only('6.12'), only('7.3'), fields), { a: '6.12', b: '7.3' })));
report('compare, s', (comparedMs / 1000).toFixed(3), 'at most 1.000', comparedMs <= 1000);

// What is typed also loads raidlab: beside it, a command that asks nothing.
const typed = [['results'], ['results', '--regressions'], ['compare', '6.12', '7.3']].map(
  (words) => `${words.join(' ')} ${typedSeconds([...words, '--archive', hostPath])}`,
);
console.log(`as typed: ${typed.join(', ')}; cache ls ${typedSeconds(['cache', 'ls'])}`);

/** The median time of an act, milliseconds; the first round warms the caches. */
function ownMs(act: () => unknown): number {
  const times = Array.from({ length: rounds + 1 }, () => {
    const startedMs = performance.now();
    act();
    return performance.now() - startedMs;
  });
  return median(times.slice(1));
}

function typedSeconds(words: readonly string[]): string {
  const ms = ownMs(() => {
    const { status, stderr } = spawnSync(path.join(root, 'raidlab'), words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  return `${(ms / 1000).toFixed(2)} s`;
}
