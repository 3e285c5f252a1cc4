import { isSparse } from './entry.ts';
import type { FileEntry, PayloadPlan, Xattr } from './entry.ts';

interface ManifestEntryBase {
  /** Relative to the payload's directory; `.` for itself. */
  readonly path: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970 with nine decimals. */
  readonly mtime: string;
}

/** A directory as written. */
interface ManifestDirectory extends ManifestEntryBase {
  readonly kind: 'directory';
  readonly xattrs: readonly Xattr[];
}

/** A name of a regular file as written. */
export interface ManifestFile extends ManifestEntryBase {
  readonly kind: 'file';
  readonly sizeBytes: number;
  /** XXH128 of the content as it reads, holes as zeros; 32 lower-case hex digits, as xxhsum prints it. Null: not read, and not compared. */
  readonly xxh128: string | null;
  /** The first path of a file with several names, for each of them; null when it has one. */
  readonly linkGroup: string | null;
  readonly xattrs: readonly Xattr[];
  readonly isSparse: boolean;
}

/** A symbolic link as written. */
interface ManifestSymlink extends ManifestEntryBase {
  readonly kind: 'symlink';
  readonly target: string;
}

/** A device, pipe or socket, which occurs only among a person's own files. */
interface ManifestOther extends ManifestEntryBase {
  readonly kind: 'other';
}

/** One name that must exist. */
export type ManifestEntry = ManifestDirectory | ManifestFile | ManifestSymlink | ManifestOther;

/** What was written before the fault, as a plain value; kept on the host, out of reach of anything that happens to the guest. */
export interface Manifest {
  readonly seed: string;
  readonly sizeBytes: number;
  readonly directory: string;
  readonly entries: readonly ManifestEntry[];
}

/** Gives the manifest of a planned payload. `xxh128` has the hash of every regular file by path; throws RangeError when one is missing. */
export function makeManifest(plan: PayloadPlan, xxh128: ReadonlyMap<string, string>): Manifest {
  const files = new Map(plan.entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.path, entry] as const] : [])));
  const linked = new Set(plan.entries.flatMap((entry) => (entry.kind === 'hard-link' ? [entry.target] : [])));
  const fileNamed = (path: string, filePath: string): ManifestFile => {
    const file = files.get(filePath);
    const hash = xxh128.get(filePath);
    if (file === undefined || hash === undefined) throw new RangeError(`The payload has no content for ${path}.`);
    return manifestFile(file, path, hash, linked.has(filePath));
  };
  const entries = plan.entries.map((entry): ManifestEntry => {
    switch (entry.kind) {
      case 'file':
        return fileNamed(entry.path, entry.path);
      case 'hard-link':
        return fileNamed(entry.path, entry.target);
      case 'directory':
      case 'symlink':
        return entry;
    }
  });
  return { seed: plan.seed, sizeBytes: plan.sizeBytes, directory: plan.directory, entries };
}

function manifestFile(file: FileEntry, path: string, xxh128: string, isLinked: boolean): ManifestFile {
  return {
    kind: 'file',
    path,
    mode: file.mode,
    uid: file.uid,
    gid: file.gid,
    mtime: file.mtime,
    sizeBytes: file.sizeBytes,
    xxh128,
    linkGroup: isLinked ? file.path : null,
    xattrs: file.xattrs,
    isSparse: isSparse(file),
  };
}
