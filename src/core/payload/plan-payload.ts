import { openPrng } from '../bytes/prng.ts';
import type { Prng } from '../bytes/prng.ts';
import { dataBytes } from './entry.ts';
import type {
  DataRun,
  DirectoryEntry,
  FileEntry,
  Filling,
  HardLinkEntry,
  PayloadEntry,
  PayloadPlan,
  SymlinkEntry,
  Xattr,
} from './entry.ts';
import { orderEntries } from './order-entries.ts';
import { directoryShapes, inlineSizes, linkShapes, oddFiles, sparseShapes } from './payload-shapes.ts';

/** The smallest payload with every kind of entry, bytes. */
export const smallestPayloadBytes = 262_144;

/** What a payload is planned from. */
export interface PayloadWish {
  /** Decides everything but the size: the same seed gives the same payload. */
  readonly seed: string;
  /** Bytes of data in regular files, exactly; at least {@link smallestPayloadBytes}. */
  readonly sizeBytes: number;
  /** The directory that contains it, one part; `payload` by default. */
  readonly directory?: string;
}

/** The percentage of the payload in many small files; the rest is in a few large ones. */
const smallShare = 35;

const smallFileLimit = 160;

/** Small files have 2 KiB (above btrfs' default max_inline of 2048) to 256 KiB, with as many in each doubling. */
const smallDoublings = 7;

const largeFileCount = 6;

/** Times are between July 2017 and November 2023, so that no guest's clock is behind them. */
const earliestSecond = 1_500_000_000;

/**
 * Plans a payload: the tree whose survival is proved. It contains everything that filesystems store differently: directories, an empty
 * file, files small enough for metadata, small and large ones, compressible or not, sparse files, hard and symbolic links, extended
 * attributes, unusual names, modes and owners. Throws RangeError for a size below the smallest.
 */
export function planPayload(wish: PayloadWish): PayloadPlan {
  if (!Number.isSafeInteger(wish.sizeBytes) || wish.sizeBytes < smallestPayloadBytes) {
    throw new RangeError(`A payload has at least ${String(smallestPayloadBytes)} bytes, not ${String(wish.sizeBytes)}.`);
  }
  const drafts = openDrafts(wish.seed);
  const fixed = [
    ...directoryEntries(drafts),
    ...oddEntries(drafts),
    ...inlineEntries(drafts),
    ...sparseEntries(drafts),
    ...linkEntries(drafts),
  ];
  const small = smallEntries(drafts, Math.floor(((wish.sizeBytes - bytesOf(fixed)) * smallShare) / 100));
  const large = largeEntries(drafts, wish.sizeBytes - bytesOf(fixed) - bytesOf(small));
  const entries = orderEntries([...fixed, ...small, ...large]);
  return { seed: wish.seed, sizeBytes: wish.sizeBytes, directory: wish.directory ?? 'payload', entries };
}

function bytesOf(entries: readonly PayloadEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? dataBytes(entry) : 0), 0);
}

interface FileShape {
  readonly path: string;
  readonly data: readonly DataRun[];
  readonly sizeBytes: number;
  readonly filling?: Filling;
  readonly mode?: number;
  readonly uid?: number;
  readonly xattrs?: readonly Xattr[];
}

interface Drafts {
  readonly prng: Prng;
  readonly time: () => string;
  readonly directory: (path: string, mode: number, xattrs?: readonly Xattr[]) => DirectoryEntry;
  readonly file: (shape: FileShape) => FileEntry;
  readonly solid: (path: string, sizeBytes: number, more?: Partial<FileShape>) => FileEntry;
}

function openDrafts(seed: string): Drafts {
  const prng = openPrng(`payload ${seed}`);
  const time = (): string => {
    const seconds = earliestSecond + prng.below(200_000_000);
    // Half of them have whole seconds, like files from archives.
    const nanoseconds = prng.below(2) === 0 ? 0 : prng.below(1_000_000_000);
    return `${String(seconds)}.${String(nanoseconds).padStart(9, '0')}`;
  };
  const file = (shape: FileShape): FileEntry => ({
    kind: 'file',
    path: shape.path,
    mode: shape.mode ?? 0o644,
    uid: shape.uid ?? 0,
    gid: shape.uid ?? 0,
    mtime: time(),
    sizeBytes: shape.sizeBytes,
    filling: shape.filling ?? (prng.below(2) === 0 ? 'random' : 'text'),
    contentSeed: `${seed}/${shape.path}`,
    data: shape.data,
    xattrs: shape.xattrs ?? [],
  });
  return {
    prng,
    time,
    file,
    solid: (path, sizeBytes, more = {}) =>
      file({ path, sizeBytes, data: sizeBytes === 0 ? [] : [{ offset: 0, lengthBytes: sizeBytes }], ...more }),
    directory: (path, mode, xattrs = []) => ({ kind: 'directory', path, mode, uid: 0, gid: 0, mtime: time(), xattrs }),
  };
}

function directoryEntries(drafts: Drafts): readonly DirectoryEntry[] {
  return directoryShapes.map((shape) => drafts.directory(shape.path, shape.mode, shape.xattrs));
}

function oddEntries(drafts: Drafts): readonly FileEntry[] {
  return oddFiles.map(({ path, sizeBytes, ...more }) => drafts.solid(path, sizeBytes, more));
}

function inlineEntries(drafts: Drafts): readonly FileEntry[] {
  return inlineSizes.map((sizeBytes) => {
    // A text line is the same in all files up to its number, so the shortest files are random.
    const more = sizeBytes < 64 ? { filling: 'random' as const } : {};
    return drafts.solid(`inline/of ${String(sizeBytes)} bytes`, sizeBytes, more);
  });
}

function sparseEntries(drafts: Drafts): readonly FileEntry[] {
  return sparseShapes.map((shape) => drafts.file(shape));
}

function linkEntries(drafts: Drafts): readonly PayloadEntry[] {
  return linkShapes.flatMap((shape): readonly PayloadEntry[] => {
    if (shape.kind === 'symlink') return [symlinkEntry(drafts, shape.path, shape.target)];
    const file = drafts.solid(shape.path, shape.sizeBytes);
    return [file, ...shape.furtherPaths.map((path) => hardLinkEntry(file, path))];
  });
}

function symlinkEntry(drafts: Drafts, path: string, target: string): SymlinkEntry {
  return { kind: 'symlink', path, mode: 0o777, uid: 0, gid: 0, mtime: drafts.time(), target };
}

function hardLinkEntry(file: FileEntry, path: string): HardLinkEntry {
  return { kind: 'hard-link', path, mode: file.mode, uid: file.uid, gid: file.gid, mtime: file.mtime, target: file.path };
}

function smallEntries(drafts: Drafts, budgetBytes: number): readonly FileEntry[] {
  const entries: FileEntry[] = [];
  let left = budgetBytes;
  while (entries.length < smallFileLimit && left > 0) {
    const floor = 2048 << drafts.prng.below(smallDoublings);
    const sizeBytes = Math.min(left, floor + 1 + drafts.prng.below(floor));
    const shelf = String(drafts.prng.below(8));
    entries.push(drafts.solid(`documents/shelf ${shelf}/file-${String(entries.length).padStart(3, '0')}.dat`, sizeBytes));
    left -= sizeBytes;
  }
  return entries;
}

function largeEntries(drafts: Drafts, totalBytes: number): readonly FileEntry[] {
  const weights = Array.from({ length: largeFileCount }, () => 1 + drafts.prng.below(8));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) => Math.floor((totalBytes * weight) / all));
  const rest = totalBytes - sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size, index) => {
    const filling = index % 2 === 0 ? 'random' : 'text';
    return drafts.solid(`archive/large-${String(index)}.${filling}`, index === 0 ? size + rest : size, { filling });
  });
}
