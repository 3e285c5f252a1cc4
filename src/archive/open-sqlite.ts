import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { RaidlabError } from '../core/failure/failure.ts';

/** Marks a file as an archive of ours, in SQLite's own header: `rlab`. */
const applicationId = 0x726c6162;

/** How long a command waits for another one that writes, milliseconds: a result is written in a few. */
const busyMs = 10_000;

/** Opens a file of ours, and brings it to the newest version: `migrations[n]` makes version n + 1. Throws `usage/bad-archive`, `host/not-writable`. */
export async function openSqlite(hostPath: string, migrations: readonly string[]): Promise<DatabaseSync> {
  const { DatabaseSync: Database } = await loadSqlite();
  makeFile(hostPath);
  const database = refusing(hostPath, () => new Database(hostPath));
  try {
    refusing(hostPath, () => {
      database.exec(`PRAGMA busy_timeout = ${String(busyMs)}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536`);
      migrate(hostPath, database, migrations);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Loads Node's own SQLite without its word that it is experimental: a person can do nothing about that. Its interface has been the same since
 * Node 22.13, where it lost its flag.
 */
async function loadSqlite() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLite would make it readable for everybody. */
function makeFile(hostPath: string): void {
  try {
    mkdirSync(dirname(hostPath), { recursive: true, mode: 0o700 });
    closeSync(openSync(hostPath, 'a', 0o600));
  } catch (error) {
    const said = (error as Error).message;
    throw new RaidlabError({ area: 'host', reason: 'not-writable', hostPath, purpose: 'the archive of results', said }, { cause: error });
  }
}

function migrate(hostPath: string, database: DatabaseSync, migrations: readonly string[]): void {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  // Most commands only look: they take no lock.
  if (pragma('application_id') === applicationId && pragma('user_version') === migrations.length) return;
  // Two commands may meet a new file at once.
  database.exec('BEGIN IMMEDIATE');
  const version = pragma('user_version');
  const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables ?? 0);
  if (pragma('application_id') !== applicationId && tables > 0) refuse(hostPath, 'it is a database of another program');
  if (version > migrations.length)
    refuse(hostPath, `it is of a newer raidlab: version ${String(version)}, and this one knows ${String(migrations.length)}`);
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${String(applicationId)}; PRAGMA user_version = ${String(migrations.length)}; COMMIT`);
}

function refusing<T>(hostPath: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof RaidlabError) throw error;
    return refuse(hostPath, (error as Error).message, error);
  }
}

function refuse(file: string, why: string, cause?: unknown): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-archive', file, why }, { cause });
}

/** Does an act in one transaction: all of it is on disk when it is over, or nothing. */
export function within<T>(database: DatabaseSync, act: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const done = act();
    database.exec('COMMIT');
    return done;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
