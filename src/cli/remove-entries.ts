import { hostname } from 'node:os';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { formatSize } from '../core/text/size.ts';
import type { ListedEntry } from '../machine/cache/entries.ts';
import type { Hold } from '../machine/cache/holds.ts';
import type { Context } from '../machine/context.ts';
import { describeUser, shortName } from '../report/cache-lines.ts';
import type { CacheUser } from '../report/cache-lines.ts';
import { line, span } from '../report/text/line.ts';
import type { Cli } from './cli.ts';

/**
 * Removes the chosen cache entries, as far as possible, and says so. Those in use are reported together at the end: rejects with
 * `host/entry-in-use`.
 */
export async function removeEntries(cli: Cli, ctx: Context, listed: readonly ListedEntry[], wanted: readonly string[]): Promise<ExitCode> {
  const { removeEntry } = await import('../machine/cache/remove-entry.ts');
  const names = listed.map(({ name }) => name);
  const uses: string[] = [];
  let freedBytes = 0;
  for (const entry of listed.filter(({ name }) => wanted.includes(name))) {
    ctx.signal.throwIfAborted();
    const short = shortName(entry.name, names);
    const removal = await removeEntry(ctx, cli.store, entry.name);
    if (removal.state === 'held') {
      const users = usersOf(entry.name, removal.holds).map((user) => describeUser(user, hostname()));
      uses.push(`${short} by ${users.join(', ')}`);
    } else if (removal.state === 'busy') {
      uses.push(`${short} by a process that is building it`);
    } else {
      freedBytes += entry.allocatedBytes;
      cli.screen.keep([line(0, [span(`Removed ${short}, ${formatSize(entry.allocatedBytes)}`), span(titleOf(entry), 'quiet')], 2)]);
    }
  }
  if (uses.length > 0) throw new RaidlabError({ area: 'host', reason: 'entry-in-use', uses });
  cli.screen.keep([line(0, wanted.length === 0 ? 'There was nothing to remove.' : `Freed ${formatSize(freedBytes)}.`)]);
  return exitCodes.held;
}

/** Gives who uses an entry. */
export function usersOf(name: string, holds: readonly Hold[]): readonly CacheUser[] {
  return holds.filter((hold) => hold.name === name).map(({ owner }) => ({ pid: owner?.pid ?? null, hostName: owner?.hostName ?? null }));
}

function titleOf({ record }: ListedEntry): string {
  return record === undefined ? '' : `: ${record.artefact}`;
}
