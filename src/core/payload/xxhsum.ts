import { UnknownOutput } from '../parsing/unknown-output.ts';
import type { ContentReading } from './observed-payload.ts';

/** The result of one run of xxhsum. */
export interface XxhsumResult {
  /** By path as requested. */
  readonly contents: ReadonlyMap<string, ContentReading>;
  /** The paths that this run did not reach: xxhsum ends at the first file whose content cannot be read. Request these again. */
  readonly unasked: readonly string[];
}

/** Gives the command that hashes files of the guest, for {@link parseXxhsum}. Absolute paths without line feed and backslash. */
export function xxhsumCommand(guestPaths: readonly string[]): readonly string[] {
  return ['xxhsum', '-q', '-H128', ...guestPaths];
}

const openFailure = /^Error: Could not open '(.*)': (.*)\.$/u;
const isDirectory = /^xxhsum: (.*): (Is a directory)$/u;

/** Printed without the file's name before exit(1): XSUM_hashStream() in cli/xxhsum.c, 0.8.1 and 0.8.3. */
const readFailure = 'Error: a failure occurred reading the input file.';

/**
 * Parses the output of {@link xxhsumCommand} for the requested paths, in their order. Every path is hashed, unreadable or not reached.
 * Throws UnknownOutput on any other line, on truncated output, and when a path was skipped silently: its exit status is 1 for any
 * trouble, and 0 even when its own output was lost.
 */
export function parseXxhsum(asked: readonly string[], stdout: string, stderr: string): XxhsumResult {
  const hashes = parseHashes(asked, stdout);
  const { refused, wasStopped } = parseComplaints(asked, stderr);
  const contents = new Map<string, ContentReading>();
  for (const [index, path] of asked.entries()) {
    const hash = hashes.get(path);
    const reason = refused.get(path);
    if (hash !== undefined) contents.set(path, { xxh128: hash });
    else if (reason !== undefined) contents.set(path, { unreadable: reason });
    else if (wasStopped) {
      contents.set(path, { unreadable: 'a failure occurred reading the file' });
      return { contents, unasked: afterStop(asked.slice(index + 1), hashes, refused) };
    } else throw new UnknownOutput('xxhsum', `a line for ${path}`, stdout.slice(-200), asked.length);
  }
  // It stopped, and yet it printed something about every path: about one of them twice, or about another one.
  if (wasStopped) throw new UnknownOutput('xxhsum', 'a file whose reading failed', stderr.slice(-200), asked.length);
  return { contents, unasked: [] };
}

function afterStop(paths: readonly string[], hashes: ReadonlyMap<string, string>, refused: ReadonlyMap<string, string>): readonly string[] {
  const spoken = paths.find((path) => hashes.has(path) || refused.has(path));
  if (spoken !== undefined) throw new UnknownOutput('xxhsum', 'nothing behind the file whose reading failed', spoken, paths.length);
  return paths;
}

function parseHashes(asked: readonly string[], stdout: string): ReadonlyMap<string, string> {
  const lines = stdout.split('\n');
  if (lines.pop() !== '') throw new UnknownOutput('xxhsum', 'a whole last line', stdout.slice(-200), lines.length + 1);
  const hashes = new Map<string, string>();
  let next = 0;
  for (const [index, line] of lines.entries()) {
    const [, hash, path] = /^([0-9a-f]{32}) {2}(.+)$/u.exec(line) ?? [];
    const at = path === undefined ? -1 : asked.indexOf(path, next);
    if (hash === undefined || path === undefined || at === -1) {
      throw new UnknownOutput('xxhsum', 'hash, two spaces and the next path that was asked', line, index + 1);
    }
    hashes.set(path, hash);
    next = at + 1;
  }
  return hashes;
}

function parseComplaints(
  asked: readonly string[],
  stderr: string,
): { readonly refused: ReadonlyMap<string, string>; readonly wasStopped: boolean } {
  const refused = new Map<string, string>();
  let wasStopped = false;
  // 0.8.1 erases its progress line with a carriage return and spaces even when it was told to be quiet.
  const lines = stderr.split(/[\r\n]/u).map((line) => line.trimEnd());
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const [, path, reason] = openFailure.exec(line) ?? isDirectory.exec(line) ?? [];
    if (path !== undefined && reason !== undefined && asked.includes(path) && !wasStopped) refused.set(path, reason);
    else if (line === readFailure && !wasStopped) wasStopped = true;
    else throw new UnknownOutput('xxhsum', 'a complaint about a path that was asked', line, index + 1);
  }
  return { refused, wasStopped };
}
