import type { ArchivedResult, Standing } from '../../core/campaign/archived-result.ts';
import { mostOdds } from '../../core/campaign/comparison.ts';
import type { ComparedSubject, Comparison, SideShare } from '../../core/campaign/comparison.ts';
import type { KernelShare, Neighbour, Regression } from '../../core/campaign/regressions.ts';
import { nameOfKernel } from '../../core/campaign/counts.ts';
import { formatDuration } from '../text/format-duration.ts';
import type { Tone } from '../text/line.ts';
import { outcomeStyles, wordOfVerdict } from '../drill/outcome-word.ts';
import { formatOdds, formatRate, formatShare } from './odds.ts';
import { cell, nameOfDrill } from './result-table.ts';
import type { ResultTable, TableCell } from './result-table.ts';

const confidence =
  'A rate has the interval in which it lies with 95 % confidence (Wilson). Odds are those that a difference is chance (Fisher’s exact test).';

/** Gives the table of promises that were broken: since when, until when, fixed in which kernel. */
export function regressionsTable(regressions: readonly Regression[], judged: number): ResultTable {
  return {
    title: 'First bad, last bad, fixed in',
    columns: [
      { name: 'drill' },
      { name: 'layout' },
      { name: 'tools' },
      { name: 'good before' },
      { name: 'first bad' },
      { name: 'last bad' },
      { name: 'fixed in' },
      { name: 'rate' },
    ],
    rows: regressions.map((each) => [
      cell(nameOfDrill(each), 'strong'),
      cell(each.layout, 'quiet'),
      cell(each.tools, 'quiet'),
      each.goodBefore === null ? cell('not tried', 'quiet') : neighbourCell(each.goodBefore),
      kernelCell(each.firstBad, each.known === each.rate.seen ? 'doubtful' : 'bad'),
      kernelCell(each.lastBad, each.known === each.rate.seen ? 'doubtful' : 'bad'),
      each.fixedIn === null ? cell('not yet', 'quiet') : neighbourCell(each.fixedIn),
      cell(
        `${formatRate(each.rate)}${each.known === 0 ? '' : each.known === each.rate.seen ? ', known' : `, ${String(each.known)} known`}`,
      ),
    ]),
    empty: judged === 0 ? 'No result could be judged.' : 'No promise was broken on any kernel.',
    notes: [`${confidence} A kernel with more than 5 % is in question.`, ...regressions.map(lastSeenNote)],
  };
}

/** What is known of it, or what was broken: the words of the latest bad run on the newest bad kernel. */
function lastSeenNote({ layout, tools, lastBad, ...each }: Regression): string {
  return `${nameOfDrill(each)}, ${layout}, tools of ${tools}, on ${lastBad.kernel}: ${lastBad.place?.summary ?? ''}`;
}

function kernelCell(share: KernelShare, tone: Tone): TableCell {
  return cell(`${share.kernel} (${formatShare(share)})`, tone, share.place);
}

function neighbourCell(share: Neighbour): TableCell {
  const isSure = share.odds < mostOdds;
  return cell(
    `${share.kernel}${isSure ? '' : '?'} (${formatShare(share)}; ${formatOdds(share.odds)})`,
    isSure ? 'good' : 'doubtful',
    share.place,
  );
}

/** What a comparison is called. */
export interface ComparedNames {
  readonly a: string;
  readonly b: string;
}

/** Gives what differs between two sides. */
export function comparisonTable({ subjects, onlyA, onlyB }: Comparison, { a, b }: ComparedNames): ResultTable {
  const changed = subjects.filter(({ change }) => change !== 'same');
  const fields = (['drill', 'kernel', 'tools', 'layout'] as const).filter((field) => changed.some((each) => each[field] !== undefined));
  const same = subjects.length - changed.length;
  const alone = [...(onlyA === 0 ? [] : [`${String(onlyA)} only in ${a}`]), ...(onlyB === 0 ? [] : [`${String(onlyB)} only in ${b}`])];
  const compared = `${String(subjects.length)} compared: ${String(changed.length)} differ, ${String(same)} are the same${alone.length === 0 ? '' : `; ${alone.join(', ')}`}.`;
  return {
    title: `${a} and ${b}`,
    columns: [
      ...fields.map((name) => ({ name })),
      { name: `bad in ${a}` },
      { name: `bad in ${b}` },
      { name: 'odds of chance', align: 'right' },
      { name: '' },
    ],
    rows: changed.map((each) => [
      ...fields.map((field) =>
        field === 'drill'
          ? cell(nameOfDrill({ drill: '', isTwin: false, variation: '', ...each }), 'strong')
          : cell(each[field] ?? '', 'quiet'),
      ),
      sideCell(each.a),
      sideCell(each.b),
      cell(formatOdds(each.odds)),
      changeCell(each),
    ]),
    empty: subjects.length === 0 ? `Nothing was judged in both ${a} and ${b}.` : `Nothing differs. ${compared}`,
    notes: [compared, 'A change is clear when its odds stay below 5 % for as many comparisons as there are (Holm).'],
  };
}

function sideCell(side: SideShare): TableCell {
  const machine = side.machine === 0 ? '' : `, ${String(side.machine)} machine`;
  return cell(`${formatShare(side)}${machine}`, side.seen > 0 ? 'bad' : 'good', side.place);
}

function changeCell({ a, b, change }: ComparedSubject): TableCell {
  const isWorse = b.seen * a.of > a.seen * b.of;
  if (change === 'unsure') return cell(isWorse ? 'worse, may be chance' : 'better, may be chance', 'doubtful');
  return cell(isWorse ? 'worse' : 'better', isWorse ? 'bad' : 'good');
}

/** Gives single results, as they are. */
export function resultsTable(results: readonly ArchivedResult[], total: Readonly<Record<Standing, number>>): ResultTable {
  const all = Object.values(total).reduce((sum, count) => sum + count, 0);
  const counts = (Object.entries(total) as readonly (readonly [Standing, number])[]).filter(([, count]) => count > 0);
  return {
    title: `${all.toLocaleString('en')} results: ${counts.map(([standing, count]) => `${count.toLocaleString('en')} ${standing}`).join(', ') || 'none yet'}`,
    columns: [
      { name: 'when' },
      { name: 'drill' },
      { name: 'kernel' },
      { name: 'tools' },
      { name: 'came to' },
      { name: 'took', align: 'right' },
      { name: 'run' },
    ],
    rows: results.map((result) => [
      cell(result.startedAt.replace('T', ' ').replace(/:\d\d\.\d+Z$/u, ''), 'quiet'),
      cell(nameOfDrill(result), 'strong'),
      cell(nameOfKernel(result.release ?? result.kernel)),
      cell(result.toolsVersion ?? result.tools, 'quiet'),
      outcomeCell(result),
      cell(formatDuration(result.durationMs)),
      cell(result.run, 'quiet'),
    ]),
    empty: 'There is no such result. `raidlab matrix` keeps its results; `raidlab results --add RUN` those of another run.',
    notes: results.length < all ? [`The latest ${String(results.length)} are shown; --limit shows more.`] : [],
  };
}

function outcomeCell({ verdict, isKnown, standing, ...place }: ArchivedResult): TableCell {
  if (verdict === null || standing === 'machine') return cell(standing === 'machine' ? 'failed (machine)' : standing, 'doubtful', place);
  const word = wordOfVerdict(verdict, isKnown ? [] : null);
  return cell(word === 'as expected' ? `${verdict} as expected` : word, outcomeStyles[word].tone, place);
}
