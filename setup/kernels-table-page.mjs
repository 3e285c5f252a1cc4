// The page about drills and kernels, docs/kernels-table.md: the tables of `raidlab results`, of what the matrices of bench/matrices/ came to.
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, seconds } from '../bench/measure.ts';
import { openArchive } from '../src/archive/archive.ts';
import { arrangeByKernel } from '../src/core/campaign/by-kernel.ts';
import { nameOfKernel } from '../src/core/campaign/counts.ts';
import { findRegressions } from '../src/core/campaign/regressions.ts';
import { everyResult } from '../src/core/campaign/result-filter.ts';
import { describeLayout } from '../src/core/layout/layout.ts';
import { matchesGlob } from '../src/core/text/glob.ts';
import { drills } from '../src/drills/registry.ts';
import { kernelsTable } from '../src/report/campaign/kernels-table.ts';
import { cell } from '../src/report/campaign/result-table.ts';
import { tableMarkdown } from '../src/report/campaign/table-markdown.ts';
import { regressionsTable } from '../src/report/campaign/tables.ts';
import { readCatalogue } from './catalogue-results.mjs';

/** @typedef {import('../src/core/campaign/archived-result.ts').ArchivedResult} ArchivedResult */

/** The kernels that the page is about: those without a result have a column of dashes. */
const series = ['5.10', '6.1', '6.12', '6.16', '6.17', '6.18', '7.1', '7.2', '7.3'];

/**
 * Gives the page by its file, as its parts.
 *
 * @param {string} note that says where a page comes from
 * @returns {Promise<Readonly<Record<string, readonly string[]>>>} page by file
 */
export async function kernelsTablePage(note) {
  const results = readCatalogue();
  using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-docs-'));
  using archive = await openArchive(path.join(directory.path, 'archive.sqlite'));
  archive.add(results);
  const counts = archive.count(everyResult);
  const judged = counts.reduce((sum, { counts: { good, bad } }) => sum + good + bad, 0);
  const missing = series.filter((kernel) => !counts.some((each) => each.kernel.startsWith(`${kernel}.`)));
  const gridOf = (/** @type {'no' | 'only'} */ twins) => arrangeByKernel(archive.count({ ...everyResult, twins }), missing);
  const [ofDrills, ofTwins] = [gridOf('no'), gridOf('only')];
  const drillsOn = (/** @type {boolean} */ own) => ({ ...ofDrills, rows: ofDrills.rows.filter((row) => isOnOwnLayout(row) === own) });
  // The evidence is where it was run.
  const markdown = (/** @type {import('../src/report/campaign/result-table.ts').ResultTable} */ table) =>
    tableMarkdown(table, () => undefined);
  return {
    'docs/kernels-table.md': [
      '# Drills by kernel',
      note,
      `What the drills of the [catalogue](drills.md) came to on the kernels and tools of Debian: ${String(results.length)} runs, of which ${String(judged)} could be judged, in machines whose processor is emulated. [Results](results.md) says how the tables are to be read. A page of a drill says what is known of it, with its sources. Kernels of which there is no run have a column of dashes; 7.1 cannot be had: Debian's suites list it (\`raidlab kernels ls --available\`) and no longer have its modules.`,
      'The same tables of your own runs:',
      [
        '```sh',
        'raidlab matrix bench/matrices/catalogue.yaml   # or a file of your own',
        'raidlab results --regressions --markdown',
        'raidlab results --by-kernel --markdown',
        '```',
      ].join('\n'),
      markdown(regressionsTable(findRegressions(counts), judged)),
      markdown(kernelsTable(drillsOn(true), 'Drills')),
      markdown(kernelsTable(drillsOn(false), 'Drills on other layouts')),
      markdown(kernelsTable(ofTwins, 'Twins')),
      'Of a twin it is bad when its mistake was not found.',
      ...brokenChecks(results.filter(({ isTwin }) => isTwin)),
      markdown(timesTable(ofDrills, results, 'How long drills take')),
      markdown(timesTable(ofTwins, results, 'How long twins take')),
      '## How this page is made',
      'Each file in [bench/matrices](../bench/matrices) is a matrix. `npm run bench:keep` exports what they came to from the archive into [bench/catalogue-results.ndjson](../bench/catalogue-results.ndjson), and `npm run docs` writes this page. Runs whose name begins with `bench-` are older than the archive: the layout that was written down for them is the one that their drill has now.',
    ],
  };
}

/**
 * Tells whether a drill was on the layout that it chooses itself.
 *
 * @param {import('../src/core/campaign/by-kernel.ts').KernelRow} row about it
 */
function isOnOwnLayout({ drill, layout }) {
  return drills.some((each) => each.name === drill && describeLayout(each.layout) === layout);
}

/**
 * Gives the checks that twins broke.
 *
 * @param {readonly ArchivedResult[]} results of twins
 */
function brokenChecks(results) {
  const rows = drills.flatMap(({ name, twin }) => {
    const own = results.filter(({ drill, standing }) => drill === name && (standing === 'good' || standing === 'bad'));
    const checks = [...new Set(own.flatMap((result) => result.brokenChecks))].map((check) => {
      const seen = own.filter((result) => result.brokenChecks.includes(check)).length;
      const isNamed = twin?.breaks.some((pattern) => matchesGlob(pattern, check)) === true;
      return `${isNamed ? `**${check}**` : check}${seen === own.length ? '' : ` (${String(seen)} of ${String(own.length)})`}`;
    });
    return own.length === 0 ? [] : [`| ${name} | ${checks.join(', ')} |`];
  });
  return [
    '## What twins break',
    'Each must come out broken, for the reason it names: of the checks that were broken, those that it names are **bold**, with the share of runs where that is not all.',
    ['| drill | broken checks |', '|---|---|', ...rows].join('\n'),
  ];
}

/**
 * Gives the median times on each kernel.
 *
 * @param {import('../src/core/campaign/by-kernel.ts').KernelGrid} grid which rows and columns there are
 * @param {readonly ArchivedResult[]} results whose times they are
 * @param {string} title of the table
 * @returns {import('../src/report/campaign/result-table.ts').ResultTable}
 */
function timesTable({ kernels, rows }, results, title) {
  const timed = results.filter(({ standing }) => standing !== 'skipped');
  return {
    title,
    columns: ['drill', 'layout', 'tools', ...kernels].map((name) => ({ name })),
    rows: rows.flatMap(({ drill, isTwin, layout, tools }) => {
      const own = timed.filter((each) => each.drill === drill && each.isTwin === isTwin && each.layout === layout && each.tools === tools);
      const times = kernels.map((kernel) => own.filter((each) => nameOfKernel(each.release ?? each.kernel) === kernel));
      const words = times.map((those) => (those.length === 0 ? '–' : seconds(median(those.map(({ durationMs }) => durationMs)))));
      return own.length === 0 ? [] : [[drill, layout, tools, ...words].map((text) => cell(text))];
    }),
    empty: '',
    notes: ['The median, with proof, on two cores and often beside other work: times are noisy, trust ratios.'],
  };
}
