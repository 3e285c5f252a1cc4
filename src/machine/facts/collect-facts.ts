import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Facts } from '../../core/facts/facts.ts';
import { readFacts } from '../../core/facts/read-facts.ts';
import { parseStandIns } from '../../core/facts/stand-ins.ts';
import type { StandIns } from '../../core/facts/stand-ins.ts';
import { BadJson } from '../../core/parsing/json-shape.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';

const scriptHostPath = new URL('collect.sh', import.meta.url);

/** The longest that reading a host may take, milliseconds: a member that does not answer keeps its tools waiting. */
const collectTimeoutMs = 120_000;

/** What the script prints of a host. */
export interface ScriptOptions {
  /** Whether labels, mount points, subvolumes and mappings are printed by their own names. */
  readonly names: boolean;
  /** Where the host's root is; a test has its own. */
  readonly rootHostPath?: string;
}

/** Gives the shell script that prints the facts of the host on which it runs. */
export function collectScript({ names, rootHostPath = '' }: ScriptOptions): string {
  const quoted = `'${rootHostPath.replaceAll("'", String.raw`'\''`)}'`;
  return readFileSync(scriptHostPath, 'utf8')
    .replace(/^names=no\b/mu, `names=${names ? 'yes' : 'no'}`)
    .replace(/^root=$/mu, () => `root=${rootHostPath === '' ? '' : quoted}`);
}

/** The facts of a host, just collected. */
export interface CollectedFacts {
  /** The document, as the script printed it. */
  readonly json: string;
  readonly facts: Facts;
  readonly standIns: StandIns;
}

/**
 * Collects the facts of this host, by the same script that a person can run elsewhere. Reads only. With `mapHostPath` the stand-ins of that
 * file are used again, and new ones are added to it.
 */
export async function collectFacts(ctx: Context, options: ScriptOptions & { readonly mapHostPath?: string }): Promise<CollectedFacts> {
  const { mapHostPath, ...scriptOptions } = options;
  const placeHostPath = mapHostPath === undefined ? await mkdtemp(join(tmpdir(), 'raidlab-facts-')) : undefined;
  const keptHostPath = mapHostPath ?? join(placeHostPath ?? '', 'map');
  try {
    const { stdout: json } = await runHostCommand(ctx, ['sh', '-s', '--', keptHostPath], {
      purpose: 'collect the facts of this host',
      input: collectScript(scriptOptions),
      timeoutMs: collectTimeoutMs,
    });
    const map = await readFile(keptHostPath, 'utf8').catch(() => '');
    return { json, facts: understand(json), standIns: parseStandIns(map) };
  } finally {
    if (placeHostPath !== undefined) await rm(placeHostPath, { recursive: true, force: true });
  }
}

function understand(json: string): Facts {
  try {
    return readFacts(json);
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
    const argv = ['sh', 'collect.sh'];
    throw new RaidlabError({ area: 'host', reason: 'command-failed', argv, said: `its document is wrong: ${error.message}` });
  }
}
