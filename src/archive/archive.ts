import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { standings } from '../core/campaign/archived-result.ts';
import type { ArchivedResult, Standing } from '../core/campaign/archived-result.ts';
import { nameOfKernel, noCounts } from '../core/campaign/counts.ts';
import type { ResultCounts } from '../core/campaign/counts.ts';
import type { ResultFilter } from '../core/campaign/result-filter.ts';
import { filterSql } from './filter-sql.ts';
import { openJournal } from './matrix-journal.ts';
import type { MatrixJournal } from './matrix-journal.ts';
import { openSqlite, within } from './open-sqlite.ts';
import { migrations } from './schema.ts';

/** Results that are kept: a file, asked by SQL. */
export interface Archive extends Disposable {
  /** Keeps results, all or none; those that are there already stay as they are. Gives how many are new. */
  readonly add: (results: readonly ArchivedResult[]) => number;
  /** Gives the latest results that a filter lets through, the latest first. */
  readonly latest: (filter: ResultFilter, most: number) => readonly ArchivedResult[];
  /** Counts the results that a filter lets through. */
  readonly count: (filter: ResultFilter) => readonly ResultCounts[];
  /** How many there are in all, by standing. */
  readonly total: (filter: ResultFilter) => Readonly<Record<Standing, number>>;
  /** The values that a field has, in order. */
  readonly valuesOf: (field: 'matrix' | 'kernel' | 'kernel_name' | 'tools' | 'raidlab') => readonly string[];
  /** Opens the journal of a matrix: what it has begun, and what became of it. */
  readonly openJournal: (matrix: string) => MatrixJournal;
  /** Whether there are results of a run. */
  readonly hasRun: (run: string) => boolean;
}

/** Opens the archive in a file, which is made where there is none. Rejects with `usage/bad-archive` or `host/not-writable`. */
export async function openArchive(hostPath: string): Promise<Archive> {
  const database = await openSqlite(hostPath, migrations);
  return {
    add: (results) => within(database, () => insertResults(database, results)),
    latest: (filter, most) => {
      const { where, values } = filterSql(filter);
      const rows = database.prepare(`SELECT * FROM results ${where} ORDER BY started_at DESC, id DESC LIMIT ?`).all(...values, most);
      return rows.map((row) => readResult(row as unknown as ResultRow));
    },
    count: (filter) => countResults(database, filter),
    total: (filter) => {
      const { where, values } = filterSql(filter);
      const rows = database.prepare(`SELECT standing, count(*) AS count FROM results ${where} GROUP BY standing`).all(...values);
      const counts = rows.map(({ standing, count }) => [String(standing), Number(count)] as const);
      return { ...noCounts, ...Object.fromEntries(counts) };
    },
    valuesOf: (field) =>
      database
        .prepare(`SELECT DISTINCT ${field} AS value FROM results WHERE ${field} IS NOT NULL ORDER BY 1`)
        .all()
        .map(({ value }) => String(value)),
    openJournal: (matrix) =>
      openJournal(database, matrix, (result) => {
        insertResults(database, [result]);
      }),
    hasRun: (run) => database.prepare('SELECT 1 FROM results WHERE run = ? LIMIT 1').get(run) !== undefined,
    [Symbol.dispose]: () => {
      database.close();
    },
  };
}

const columns = [
  'run',
  'job',
  'directory',
  'matrix',
  'drill',
  'is_twin',
  'variation',
  'kernel',
  'release',
  'kernel_name',
  'tools',
  'tools_version',
  'layout',
  'seed',
  'standing',
  'verdict',
  'is_known',
  'summary',
  'broken_checks',
  'duration_ms',
  'started_at',
  'raidlab',
  'accelerator',
] as const;

type Column = (typeof columns)[number];

/** A row of the table, as SQLite gives it. */
type ResultRow = Readonly<Record<Column, string | number | null>>;

function rowOf(result: ArchivedResult): Readonly<Record<Column, SQLInputValue>> {
  return {
    run: result.run,
    job: result.job,
    directory: result.directory,
    matrix: result.matrix,
    drill: result.drill,
    is_twin: Number(result.isTwin),
    variation: result.variation,
    kernel: result.kernel,
    release: result.release,
    kernel_name: nameOfKernel(result.release ?? result.kernel),
    tools: result.tools,
    tools_version: result.toolsVersion,
    layout: result.layout,
    seed: result.seed,
    standing: result.standing,
    verdict: result.verdict,
    is_known: Number(result.isKnown),
    summary: result.summary,
    broken_checks: JSON.stringify(result.brokenChecks),
    duration_ms: result.durationMs,
    started_at: result.startedAt,
    raidlab: result.raidlab,
    accelerator: result.accelerator,
  };
}

function readResult(row: ResultRow): ArchivedResult {
  const text = (column: Column): string => String(row[column]);
  const orNull = (column: Column): string | null => (row[column] === null ? null : text(column));
  return {
    run: text('run'),
    job: text('job'),
    directory: orNull('directory'),
    matrix: orNull('matrix'),
    drill: text('drill'),
    isTwin: row.is_twin === 1,
    variation: text('variation'),
    kernel: text('kernel'),
    release: orNull('release'),
    tools: text('tools'),
    toolsVersion: orNull('tools_version'),
    layout: text('layout'),
    seed: text('seed'),
    standing: text('standing') as Standing,
    verdict: orNull('verdict') as ArchivedResult['verdict'],
    isKnown: row.is_known === 1,
    summary: text('summary'),
    brokenChecks: JSON.parse(text('broken_checks')) as readonly string[],
    durationMs: Number(row.duration_ms),
    startedAt: text('started_at'),
    raidlab: text('raidlab'),
    accelerator: orNull('accelerator') as ArchivedResult['accelerator'],
  };
}

function insertResults(database: DatabaseSync, results: readonly ArchivedResult[]): number {
  const insert = database.prepare(
    `INSERT INTO results (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT (run, job) DO NOTHING`,
  );
  return results.reduce((added, result) => {
    const row = rowOf(result);
    return added + Number(insert.run(...columns.map((column) => row[column])).changes);
  }, 0);
}

const subject = 'drill, is_twin, variation, layout, tools, kernel_name';

function countResults(database: DatabaseSync, filter: ResultFilter): readonly ResultCounts[] {
  const { where, values } = filterSql(filter);
  const rows = database
    .prepare(
      `SELECT ${subject}, standing, count(*) AS count, sum(is_known) AS known, max(id) AS latest FROM results ${where} GROUP BY ${subject}, standing`,
    )
    .all(...values);
  const place = database.prepare('SELECT run, job, directory, summary FROM results WHERE id = ?');
  const bySubject = Map.groupBy(rows, (row) =>
    JSON.stringify([row.drill, row.is_twin, row.variation, row.layout, row.tools, row.kernel_name]),
  );
  return [...bySubject.values()].map((those): ResultCounts => {
    const [first = {}] = those;
    const of = (standing: Standing) => those.find((row) => row.standing === standing);
    const placeOf = (standing: Standing): ResultCounts['good'] => {
      const row = of(standing);
      if (row === undefined) return null;
      return { ...(place.get(row.latest ?? null) as unknown as NonNullable<ResultCounts['good']>) };
    };
    return {
      drill: String(first.drill),
      isTwin: first.is_twin === 1,
      variation: String(first.variation),
      layout: String(first.layout),
      tools: String(first.tools),
      kernel: String(first.kernel_name),
      counts: { ...noCounts, ...Object.fromEntries(standings.map((standing) => [standing, Number(of(standing)?.count ?? 0)])) },
      known: Number(of('bad')?.known ?? 0),
      good: placeOf('good'),
      bad: placeOf('bad'),
    };
  });
}
