import { UnknownOutput } from '../parsing/unknown-output.ts';

/** The kind of a path. `other` is a device, pipe or socket, none of which a payload has. */
type FoundKind = 'directory' | 'file' | 'symlink' | 'other';

/** One name that `find` found. */
export interface FoundEntry {
  /** Relative to where find started; `.` for the start itself. */
  readonly path: string;
  readonly kind: FoundKind;
  readonly mode: number;
  readonly linkCount: number;
  /**
   * Inode number, as printed: it may exceed a JavaScript number. Preceded by the device number where find enters subvolumes, which have
   * their own inode numbers.
   */
  readonly inode: string;
  readonly sizeBytes: number;
  /** Space used, bytes; find counts it in blocks of 512. */
  readonly allocatedBytes: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970 with nine decimals. */
  readonly mtime: string;
  /** The target of a symbolic link; null for everything else. */
  readonly target: string | null;
}

/** Two strings per entry, each ended by NUL, which no name can contain: find's facts and the path, then the link's target. */
const printf = (inode: string): string => String.raw`%y\t%m\t%n\t${inode}\t%s\t%b\t%U\t%G\t%T@\t%P\0%l\0`;

/** Gives the command that lists everything below a directory of the guest, for {@link parseFind}. `guestPath` is absolute. */
export function findCommand(guestPath: string): readonly string[] {
  return ['find', guestPath, '-xdev', '-printf', printf('%i')];
}

/** The same, including subvolumes and anything else mounted below. */
export function findAllCommand(guestPath: string): readonly string[] {
  return ['find', guestPath, '-printf', printf('%D:%i')];
}

/** The letters of `%y`; `?` and `N` would be an error or a loop. */
const kinds: Readonly<Record<string, FoundKind>> = {
  d: 'directory',
  f: 'file',
  l: 'symlink',
  p: 'other',
  s: 'other',
  b: 'other',
  c: 'other',
  D: 'other',
};

const facts =
  /^(?<kind>.)\t(?<mode>[0-7]{1,4})\t(?<links>\d+)\t(?<inode>(?:\d+:)?\d+)\t(?<size>\d+)\t(?<blocks>\d+)\t(?<uid>\d+)\t(?<gid>\d+)\t(?<mtime>-?\d+\.\d{9})\d*\t(?<path>[^]*)$/u;

/** Parses the output of {@link findCommand}. Throws UnknownOutput on anything else, on truncated output, and when the start itself is not listed. */
export function parseFind(stdout: string): readonly FoundEntry[] {
  const strings = stdout.split('\0');
  // The last NUL ends the output, so nothing may follow it, and strings come in pairs.
  if (strings.pop() !== '' || strings.length % 2 !== 0 || strings.length === 0) throw unknown('pairs of strings ended by NUL', strings);
  const entries = Array.from({ length: strings.length / 2 }, (_, index) =>
    parseEntry(strings[2 * index] ?? '', strings[2 * index + 1] ?? '', index),
  );
  if (entries[0]?.path !== '.') throw unknown('the directory itself first', strings);
  if (new Set(entries.map((entry) => entry.path)).size !== entries.length) throw unknown('every path once', strings);
  return entries;
}

function parseEntry(text: string, target: string, index: number): FoundEntry {
  const groups = facts.exec(text)?.groups;
  const kind = kinds[groups?.kind ?? ''];
  const path = groups?.path;
  if (groups === undefined || kind === undefined || path === undefined)
    throw new UnknownOutput('find', 'type, mode, links, inode, size, blocks, owner, time, path', text, index + 1);
  return {
    path: path === '' ? '.' : path,
    kind,
    mode: Number.parseInt(groups.mode ?? '', 8),
    linkCount: Number(groups.links),
    inode: groups.inode ?? '',
    sizeBytes: Number(groups.size),
    allocatedBytes: Number(groups.blocks) * 512,
    uid: Number(groups.uid),
    gid: Number(groups.gid),
    mtime: groups.mtime ?? '',
    target: kind === 'symlink' ? target : null,
  };
}

function unknown(expected: string, strings: readonly string[]): UnknownOutput {
  return new UnknownOutput('find', expected, strings.at(-1) ?? '', strings.length);
}
