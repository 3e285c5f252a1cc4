import { mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addToResults, noResults } from '../../core/campaign/archived-result.ts';
import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { openStore } from '../../machine/cache/open-store.ts';
import { openOwnedDirectory } from '../../machine/cache/owned-directory.ts';
import { createContext } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';
import { readRecordedEvents } from '../run/recorded-events.ts';
import { unpackBundle } from './unpack-bundle.ts';

/**
 * Gives the results of runs that a person names by their folders or bundles. Rejects with `usage/bad-bundle`, and with
 * `usage/bad-arguments` for a folder that holds no run.
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
    const intoHostPath = join(scratch.hostPath, String(index));
    mkdirSync(intoHostPath, { mode: 0o700 });
    const bundle = await unpackBundle(ctx.signal, each, hostPath, intoHostPath);
    // The folder of its run is on another machine.
    results.push(...resultsOf(bundle.events()).map((result) => ({ ...result, directory: null })));
  }
  return results;
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
