import type { DatabaseSync } from 'node:sqlite';
import type { Attempt, AttemptEnd } from '../core/campaign/matrix/attempts.ts';
import type { ArchivedResult } from '../core/campaign/archived-result.ts';
import { within } from './open-sqlite.ts';

/** A process that cannot be mistaken for a later one, as text. */
export type Owner = string;

/**
 * What a matrix has begun and what became of it, on disk before anything else is done:
 *
 *     begin ──► attempt without an end ──► end, with its result, in one transaction
 *                      └── the process is killed: the next one looks into the folder of the run, and ends it
 */
export interface MatrixJournal {
  /** Who runs the matrix; null when nobody does. */
  readonly owner: () => Owner | null;
  /** Becomes its owner, unless another became it meanwhile: `instead` is who was seen. Gives whether it did. */
  readonly own: (owner: Owner, instead: Owner | null) => boolean;
  /** Gives it up. */
  readonly release: (owner: Owner) => void;
  /** All attempts, in order. */
  readonly attempts: () => readonly Attempt[];
  /** Records that a job is begun, as a run in a directory. */
  readonly begin: (job: string, run: string, directory: string) => void;
  /** Records what became of it; its result, if it has one, goes into the archive in the same moment. */
  readonly end: (run: string, end: AttemptEnd, result: ArchivedResult | null) => void;
}

/** Opens the journal of a matrix; `add` puts results into the archive, within a transaction of ours. */
export function openJournal(database: DatabaseSync, matrix: string, add: (result: ArchivedResult) => void): MatrixJournal {
  const owner = (): Owner | null => {
    const row = database.prepare('SELECT owner FROM matrices WHERE name = ?').get(matrix);
    return typeof row?.owner === 'string' ? row.owner : null;
  };
  return {
    owner,
    own: (next, instead) =>
      within(database, () => {
        if (owner() !== instead) return false;
        database
          .prepare('INSERT INTO matrices (name, owner) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner')
          .run(matrix, next);
        return true;
      }),
    release: (old) => {
      database.prepare('UPDATE matrices SET owner = NULL WHERE name = ? AND owner = ?').run(matrix, old);
    },
    attempts: () =>
      database
        .prepare('SELECT job, run, directory, "end", duration_ms FROM attempts WHERE matrix = ? ORDER BY id')
        .all(matrix)
        .map((row) => ({
          job: String(row.job),
          run: String(row.run),
          directory: String(row.directory),
          end: row.end as AttemptEnd | null,
          durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
        })),
    begin: (job, run, directory) => {
      database.prepare('INSERT INTO attempts (matrix, job, run, directory) VALUES (?, ?, ?, ?)').run(matrix, job, run, directory);
    },
    end: (run, end, result) => {
      within(database, () => {
        const { changes } = database
          .prepare('UPDATE attempts SET "end" = ?, duration_ms = ? WHERE matrix = ? AND run = ? AND "end" IS NULL')
          .run(end, result?.durationMs ?? null, matrix, run);
        if (Number(changes) !== 1) throw new Error(`${run} was ended twice`);
        if (result !== null) add({ ...result, matrix });
      });
    },
  };
}
