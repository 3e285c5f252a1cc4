import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';

/**
 * A lab's files say which processes to end, which files to overwrite and what ssh runs: only its user may write them. Labs are searched
 * for upwards, so one may be in a directory that everybody can write to. Git's `safe.directory` is similar. What is closed to others (the
 * lab's directory, 0700) cannot be changed by them, whatever the modes of the files in it.
 */

/** Rejects with `lab/not-yours` unless a lab is entirely this user's own, closed to others, and without links. */
export async function requireOwnPlace(place: { readonly name: string; readonly hostPath: string }): Promise<void> {
  const labsHostPath = dirname(place.hostPath);
  const why =
    (await whyNotOwn(labsHostPath, 0o022)) ??
    (await whyNotOwn(place.hostPath, 0o077)) ??
    (await firstWhy(await namesBelow(place.hostPath)));
  if (why !== undefined) throw new RaidlabError({ area: 'lab', reason: 'not-yours', lab: place.name, hostPath: place.hostPath, ...why });
}

/** What is wrong with a file of a lab. */
interface NotOwn {
  /** Completes "…, because". */
  readonly why: string;
  /** The command that fixes it. */
  readonly remedy: string;
}

async function namesBelow(hostPath: string): Promise<readonly string[]> {
  // Gone meanwhile: another command destroys it.
  const names = await readdir(hostPath, { recursive: true }).catch((): string[] => []);
  return names.map((name) => join(hostPath, name));
}

async function firstWhy(hostPaths: readonly string[]): Promise<NotOwn | undefined> {
  return (await Promise.all(hostPaths.map((hostPath) => whyNotOwn(hostPath, 0)))).find((why) => why !== undefined);
}

/** `closedBits`: what others may not do there. A file that disappeared meanwhile (a socket, a lock) is harmless. */
async function whyNotOwn(hostPath: string, closedBits: number): Promise<NotOwn | undefined> {
  const status = await lstat(hostPath).catch(() => undefined);
  if (status === undefined) return undefined;
  const self = process.getuid?.();
  if (status.isSymbolicLink()) return { why: `${hostPath} is a link`, remedy: 'Check where it leads, and remove it.' };
  if (status.uid !== self) {
    const owner = await nameOf(status.uid);
    return {
      why: `${hostPath} belongs to ${owner}, and you are ${await nameOf(self ?? -1)}`,
      remedy: `Work in your own directory, or as ${owner}. To keep a lab that you trust, chown it.`,
    };
  }
  if ((status.mode & closedBits) === 0) return undefined;
  const closed = closedBits === 0o077 ? 'go-rwx' : 'go-w';
  return { why: `${hostPath} is open to other users`, remedy: `If nobody has changed anything there: chmod ${closed} ${hostPath}` };
}

/** Gives a user's name from passwd(5), or the number if it has none. */
async function nameOf(uid: number): Promise<string> {
  const table = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const row = table.split('\n').find((line) => line.split(':')[2] === String(uid));
  return `${row?.split(':')[0] ?? 'nobody by name'} (uid ${String(uid)})`;
}
