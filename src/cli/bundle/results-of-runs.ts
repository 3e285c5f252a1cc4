import { mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addToResults, noResults } from '../../core/campaign/archived-result.ts';
import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { BadJson } from '../../core/parsing/json-shape.ts';
import { openStore } from '../../machine/cache/open-store.ts';
import { openOwnedDirectory } from '../../machine/cache/owned-directory.ts';
import { createContext } from '../../machine/context.ts';
import { readNamedFile, startOfNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';
import type { Cli } from '../cli.ts';
import { readRecordedEvents } from '../run/recorded-events.ts';
import { unpackBundle } from './unpack-bundle.ts';

/** The largest export that is read: a quarter of a million results. */
const mostExportBytes = 128 * 1024 ** 2;

/**
 * Gives the results of runs that a person names by their folders or bundles, and those that were exported. Rejects with
 * `usage/bad-bundle`, `usage/bad-export`, and with `usage/bad-arguments` for a folder that holds no run.
 */
export async function resultsOfRuns(cli: Cli, typed: readonly string[]): Promise<readonly ArchivedResult[]> {
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  await using store = await openStore(ctx, cli.store);
  await using scratch = await openOwnedDirectory(ctx, store, 'work', 'results');
  const results: ArchivedResult[] = [];
  for (const [index, each] of typed.entries()) {
    const hostPath = resolve(cli.cwdHostPath, each);
    const isFolder = (await stat(hostPath).catch(() => undefined))?.isDirectory() === true;
    if (isFolder) {
      results.push(...resultsOfFolder(hostPath));
      continue;
    }
    // A bundle is compressed.
    if ((await startOfNamedFile(hostPath, 1)) === '{') {
      results.push(...(await readExport(each, hostPath)));
      continue;
    }
    const intoHostPath = join(scratch.hostPath, String(index));
    mkdirSync(intoHostPath, { mode: 0o700 });
    const bundle = await unpackBundle(ctx.signal, each, hostPath, intoHostPath);
    // The folder of its run is on another machine.
    results.push(...resultsOf(bundle.events()).map((result) => ({ ...result, directory: null })));
  }
  return results;
}

async function readExport(file: string, hostPath: string): Promise<readonly ArchivedResult[]> {
  const { parseExport } = await import('../../core/campaign/exported-results.ts');
  try {
    return parseExport(await readNamedFile(hostPath, mostExportBytes));
  } catch (error) {
    const why = error instanceof UnreadableFile ? error.why : error instanceof BadJson ? error.message : undefined;
    if (why === undefined) throw error;
    throw new RaidlabError({ area: 'usage', reason: 'bad-export', file, why }, { cause: error });
  }
}

/** Gives the results in the folder of a run, as far as it has come: those of its drills that are over. Throws `usage/bad-arguments` where there is none. */
export function resultsOfFolder(runHostPath: string): readonly ArchivedResult[] {
  return resultsOf(readRecordedEvents(join(runHostPath, 'events.ndjson'), 0));
}

function resultsOf(events: Iterable<RecordedEvent>): readonly ArchivedResult[] {
  let state = noResults;
  for (const event of events) state = addToResults(state, event);
  return state.results;
}
