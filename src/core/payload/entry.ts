/** What a regular file is filled with. */
export type Filling = 'random' | 'text';

/** A run of data in a file; everything between runs is a hole and reads as zeros. Offsets and lengths in bytes. */
export interface DataRun {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** An extended attribute: its full name (`user.origin`) and its value as lower-case hex without prefix, two digits a byte, maybe empty. */
export interface Xattr {
  readonly name: string;
  readonly valueHex: string;
}

interface EntryBase {
  /** Relative to the payload's directory, `/` between parts, no leading `/`; `.` for the directory itself. */
  readonly path: string;
  /** Permission bits with setuid, setgid and sticky: `0o755`. Symbolic links have 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Modification time: seconds since 1970, UTC, with nine decimals: `1700000000.123456789`. */
  readonly mtime: string;
}

/** A directory. */
export interface DirectoryEntry extends EntryBase {
  readonly kind: 'directory';
  readonly xattrs: readonly Xattr[];
}

/** A regular file. */
export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  readonly sizeBytes: number;
  readonly filling: Filling;
  /** Identifies the content: two files with the same seed, filling and runs are byte for byte the same. */
  readonly contentSeed: string;
  /** Where its data lies, in order; one run from 0 to the size unless it is sparse, none if it is empty or all hole. */
  readonly data: readonly DataRun[];
  readonly xattrs: readonly Xattr[];
}

/** Another name of a regular file that comes before it in the plan. Mode, owner and time are that file's. */
export interface HardLinkEntry extends EntryBase {
  readonly kind: 'hard-link';
  /** The path of the file, in the same form as `path`. */
  readonly target: string;
}

/** A symbolic link. */
export interface SymlinkEntry extends EntryBase {
  readonly kind: 'symlink';
  /** Its target, verbatim; it need not exist. */
  readonly target: string;
}

/** One name in the payload. */
export type PayloadEntry = DirectoryEntry | FileEntry | HardLinkEntry | SymlinkEntry;

/** The files that are written to an array before the fault, as a plain value that determines their content. */
export interface PayloadPlan {
  readonly seed: string;
  /** Bytes of data in regular files: hard links count once, holes not at all. */
  readonly sizeBytes: number;
  /** The directory that contains everything, one part: `payload`. */
  readonly directory: string;
  /** Parents before children, files before their hard links. */
  readonly entries: readonly PayloadEntry[];
}

/** Tells whether a file has holes. */
export function isSparse(entry: FileEntry): boolean {
  return dataBytes(entry) < entry.sizeBytes;
}

/** Gives the bytes of data in a file, holes not counted. */
export function dataBytes(entry: FileEntry): number {
  return entry.data.reduce((sum, run) => sum + run.lengthBytes, 0);
}
