// The tables of docs/measurements.md about the catalogue, from what was measured.
import { matchesGlob } from '../src/core/text/glob.ts';
import type { CatalogueResults, CatalogueRun, Series } from './catalogue-results.ts';
import { isOf } from './catalogue-results.ts';
import { median, seconds } from './measure.ts';

/** Gives the tables in Markdown, the drills in the given order. */
export function catalogueTables(results: CatalogueResults, drills: readonly string[]): string {
  const layouts = [...new Set(results.runs.map((run) => run.layout))];
  return [
    ...layouts.flatMap((layout) => [
      ...drillTable(results, drills, { isTwin: false, layout }),
      ...drillTable(results, drills, { isTwin: true, layout }),
    ]),
    ...sessionTable(results),
  ].join('\n\n');
}

function drillTable({ runs }: CatalogueResults, drills: readonly string[], of: Pick<Series, 'isTwin' | 'layout'>): readonly string[] {
  const those = runs.filter((run) => run.isTwin === of.isTwin && run.layout === of.layout);
  if (those.length === 0) return [];
  const columns = [...new Set(those.map(columnOf))].sort();
  const known = drills.filter((drill) => those.some((run) => run.drill === drill));
  const rows = known.map((drill) => {
    const own = those.filter((run) => run.drill === drill);
    const cells = columns.map((column) => formatRuns(own.filter((run) => columnOf(run) === column)));
    return [drill, ...cells, ...(of.isTwin ? [formatBroken(own)] : [])];
  });
  const on = of.layout === 'own' ? '' : ` on ${of.layout}`;
  const what = of.isTwin
    ? `### Twins${on}\n\nEach must come out \`broken\`, for the reason it names; of the checks that were broken, those that it names are **bold**, with the share of runs where that is not all.`
    : `### Drills${on}\n\nVerdicts in a row, and the median time.`;
  return [what, table(['drill', ...columns, ...(of.isTwin ? ['broken checks'] : [])], rows)];
}

/** A column is what was booted: the release, and where the tools are from. */
function columnOf({ kernel, tools, release }: CatalogueRun): string {
  return `${kernel}${release === null ? '' : ` (${release.split('-')[0] ?? ''})`}, tools of ${tools}`;
}

/** Gives what runs came to: `held 3 of 3, 41.2 s`; what was no success is bold. */
function formatRuns(runs: readonly CatalogueRun[]): string {
  if (runs.length === 0) return '';
  const words = [...new Set(runs.map(wordOf))];
  const counts = words.map((word) => {
    const those = runs.filter((run) => wordOf(run) === word);
    const text = `${word} ${those.length} of ${runs.length}`;
    return those.every((run) => ['held', 'as expected', 'skipped'].includes(run.outcome)) ? text : `**${text}**`;
  });
  const times = runs.flatMap((run) => (run.durationMs === null || run.outcome === 'skipped' ? [] : [run.durationMs]));
  return [...counts, ...(times.length === 0 ? [] : [seconds(median(times))])].join(', ');
}

/** What came as expected is told by its verdict: a table of twins says `broken`. */
function wordOf({ outcome, verdict }: CatalogueRun): string {
  return outcome === 'as expected' ? `${verdict ?? ''} as expected` : outcome;
}

function formatBroken(runs: readonly CatalogueRun[]): string {
  const names = [...new Set(runs.flatMap((run) => run.brokenChecks))];
  return names
    .map((name) => {
      const count = runs.filter((run) => run.brokenChecks.includes(name)).length;
      const share = count === runs.length ? '' : ` (${count} of ${runs.length})`;
      const isNamed = runs.some((run) => run.expectedChecks.some((pattern) => matchesGlob(pattern, name)));
      return `${isNamed ? `**${name}**` : name}${share}`;
    })
    .join(', ');
}

function sessionTable({ runs, sessions }: CatalogueResults): readonly string[] {
  if (sessions.length === 0) return [];
  const rows = sessions.map((session) => [
    `${session.drills} ${session.isTwin ? 'twins' : 'drills'}${session.layout === 'own' ? '' : ` on ${session.layout}`}`,
    runs.filter((run) => isOf(session, run)).map(columnOf)[0] ?? `${session.kernel}, tools of ${session.tools}`,
    `${session.jobs}`,
    seconds(session.wallMs),
    seconds(session.sumMs),
    `${session.exitCode}`,
  ]);
  return ['### Wall time of whole runs', table(['what', 'kernel', 'at once', 'wall time', 'one by one', 'exit'], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
