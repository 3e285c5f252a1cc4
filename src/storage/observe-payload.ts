import { RaidlabError } from '../core/failure/failure.ts';
import { findCommand, parseFind } from '../core/payload/find.ts';
import type { FoundEntry } from '../core/payload/find.ts';
import { getfattrCommand, parseGetfattr } from '../core/payload/getfattr.ts';
import type { Manifest } from '../core/payload/manifest.ts';
import type { ContentReading, ObservedPayload } from '../core/payload/observed-payload.ts';
import { parseXxhsum, xxhsumCommand } from '../core/payload/xxhsum.ts';
import { UnknownOutput } from '../core/parsing/unknown-output.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest } from '../machine/guest.ts';

/** How long one look at the whole payload may take, milliseconds: a gigabyte through a software-emulated processor. */
const lookTimeoutMs = 600_000;

/** The maximal number of files per command: a name has up to 4096 bytes, and a command line on Linux 2 MiB. */
const filesAtOnce = 500;

/**
 * Looks at the payload below `guestPath` (absolute, the payload's own directory) with find, xxhsum and getfattr, for
 * `compareWithManifest`. Every file in the manifest is read, from memory if it is cached. Rejects with `guest/output-not-understood` for
 * unknown output; unreadable files are part of the observation.
 */
export async function observePayload(ctx: Context, guest: Guest, manifest: Manifest, guestPath: string): Promise<ObservedPayload> {
  const files = manifest.entries.flatMap((entry) => (entry.kind === 'file' && entry.xxh128 !== null ? [entry.path] : []));
  return observeTree(ctx, guest, guestPath, findCommand(guestPath), async () => hashBelow(ctx, guest, guestPath, files));
}

/** Looks at everything below a directory with the given find; `read` chooses the files whose content is compared. */
export async function observeTree(
  ctx: Context,
  guest: Guest,
  guestPath: string,
  findArgv: readonly string[],
  read: (found: readonly FoundEntry[]) => Promise<ObservedPayload['contents']>,
): Promise<ObservedPayload> {
  const find = await look(ctx, guest, findArgv);
  // A missing or unreadable directory is not listed, and find says why: then everything is missing, which is an answer.
  const isUnseen = find.exitCode === 1 && find.stdout === '' && find.stderr.startsWith('find: ');
  const found = isUnseen ? [] : understood(guest, find, () => parseFind(find.stdout));
  const contents = await read(found);
  const getfattr = await look(ctx, guest, getfattrCommand(guestPath));
  const xattrs = understood(guest, getfattr, () => parseGetfattr(guestPath, getfattr.stdout));
  return { found, contents, xattrs, complaints: [...complaintsOf(find), ...complaintsOf(getfattr)] };
}

/** Hashes files below a directory, by their paths in it. */
export async function hashBelow(
  ctx: Context,
  guest: Guest,
  guestPath: string,
  paths: readonly string[],
): Promise<ObservedPayload['contents']> {
  const prefix = `${guestPath}/`;
  const guestPaths = paths.map((path) => `${prefix}${path}`);
  const hashed = await hashFiles(ctx, guest, guestPaths);
  return new Map([...hashed].map(([path, reading]) => [path.slice(prefix.length), reading]));
}

/** Reads files of the guest, by their absolute paths, and gives the hash of each, or why it could not be read; from memory if cached. */
export async function hashFiles(ctx: Context, guest: Guest, guestPaths: readonly string[]): Promise<ReadonlyMap<string, ContentReading>> {
  const contents = new Map<string, ContentReading>();
  let asked = guestPaths;
  // xxhsum ends at the first unreadable file, so each run answers for at least one more file.
  while (asked.length > 0) {
    const words = asked.slice(0, filesAtOnce);
    const result = await look(ctx, guest, xxhsumCommand(words));
    const { contents: read, unasked } = understood(guest, result, () => parseXxhsum(words, result.stdout, result.stderr));
    for (const [path, reading] of read) contents.set(path, reading);
    asked = [...unasked, ...asked.slice(words.length)];
  }
  return contents;
}

async function look(ctx: Context, guest: Guest, argv: readonly string[]): Promise<CommandResult> {
  return await guest.run(ctx, argv, { timeoutMs: lookTimeoutMs, quiet: true });
}

function understood<Result>(guest: Guest, result: CommandResult, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UnknownOutput)) throw error;
    const { machine } = guest;
    throw new RaidlabError(
      { area: 'guest', reason: 'output-not-understood', machine, argv: result.argv, message: error.message },
      { cause: error },
    );
  }
}

/** A tool that failed silently has still failed. */
function complaintsOf(result: CommandResult): readonly string[] {
  const lines = result.stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 && result.exitCode !== 0 ? [`${result.argv[0] ?? ''} ended with exit ${String(result.exitCode)}`] : lines;
}
