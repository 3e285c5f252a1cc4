import type { DataRun, Xattr } from './entry.ts';

/**
 * The part of a payload that is the same for every size: entries that filesystems and tools treat differently. No name contains a tab,
 * line feed or backslash: xxhsum 0.8.3 escapes the last two and 0.8.1 does not.
 */

const kibibyte = 1024;

/** A directory's description; parents come before children. */
export interface DirectoryShape {
  readonly path: string;
  readonly mode: number;
  readonly xattrs?: readonly Xattr[];
}

const deepDirectory = Array.from({ length: 6 }, (_, depth) => `level-${String(depth)}-${'deeper-and-'.repeat(4)}deeper`);

/** Every directory of a payload. */
export const directoryShapes: readonly DirectoryShape[] = [
  { path: '.', mode: 0o755 },
  { path: 'archive', mode: 0o755 },
  { path: 'attributes', mode: 0o755, xattrs: [{ name: 'user.raidlab.directory', valueHex: '6f6e652077697468206174747269627574657300ff' }] },
  { path: 'documents', mode: 0o755 },
  ...Array.from({ length: 8 }, (_, shelf) => ({ path: `documents/shelf ${String(shelf)}`, mode: 0o755 })),
  { path: 'empty directory', mode: 0o700 },
  { path: 'inline', mode: 0o755 },
  { path: 'links', mode: 0o755 },
  { path: 'links/elsewhere', mode: 0o755 },
  { path: 'modes', mode: 0o755 },
  { path: 'modes/sticky', mode: 0o1777 },
  { path: 'modes/setgid', mode: 0o2775 },
  { path: 'names', mode: 0o755 },
  { path: 'names/日本語', mode: 0o755 },
  ...deepDirectory.map((_, depth) => ({ path: `names/${deepDirectory.slice(0, depth + 1).join('/')}`, mode: 0o755 })),
  { path: 'sparse', mode: 0o755 },
];

/** The description of an unusual regular file without holes. */
export interface OddFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly xattrs?: readonly Xattr[];
}

/** Files with unusual names, modes, owners or attributes. */
export const oddFiles: readonly OddFile[] = [
  { path: 'empty', sizeBytes: 0 },
  { path: 'modes/private', sizeBytes: 5 * kibibyte, mode: 0o600 },
  { path: 'modes/read-only', sizeBytes: 5 * kibibyte, mode: 0o444 },
  { path: 'modes/nobody-may', sizeBytes: 5 * kibibyte, mode: 0o000 },
  { path: 'modes/program', sizeBytes: 9 * kibibyte, mode: 0o755 },
  { path: 'modes/setuid', sizeBytes: 9 * kibibyte, mode: 0o4755 },
  { path: 'modes/setgid/of-a-user', sizeBytes: 9 * kibibyte, mode: 0o664, uid: 1000 },
  { path: 'modes/sticky/of-a-service', sizeBytes: 700, mode: 0o640, uid: 33 },
  { path: 'names/-rf', sizeBytes: 3 * kibibyte },
  { path: 'names/.hidden', sizeBytes: 3 * kibibyte },
  { path: 'names/ space before and after ', sizeBytes: 3 * kibibyte },
  { path: `names/it's "quoted" & $HOME; *?`, sizeBytes: 3 * kibibyte },
  { path: 'names/Übersicht – résumé.txt', sizeBytes: 3 * kibibyte },
  { path: 'names/🗄️ disk', sizeBytes: 3 * kibibyte },
  { path: 'names/日本語/写真 001.raw', sizeBytes: 21 * kibibyte },
  { path: `names/${'long'.repeat(63)}`, sizeBytes: 3 * kibibyte },
  { path: `names/${deepDirectory.join('/')}/at the bottom`, sizeBytes: 3 * kibibyte },
  { path: 'attributes/one', sizeBytes: 4 * kibibyte, xattrs: [{ name: 'user.comment', valueHex: '706c61696e' }] },
  {
    path: 'attributes/several',
    sizeBytes: 1500,
    xattrs: [
      { name: 'user.binary', valueHex: '00ff0a3d5c0d22' },
      { name: 'user.empty', valueHex: '' },
      { name: 'user.größe', valueHex: 'c3bc6d6c617574' },
    ],
  },
  { path: 'attributes/large', sizeBytes: 16 * kibibyte, xattrs: [{ name: 'user.kilobyte', valueHex: 'a55a'.repeat(512) }] },
  { path: 'attributes/on-empty', sizeBytes: 0, xattrs: [{ name: 'user.only', valueHex: '78' }] },
];

/** Sizes of files that btrfs keeps inside metadata (max_inline is 2048 by default), and one just above, bytes. */
export const inlineSizes: readonly number[] = [
  1, 2, 3, 7, 31, 64, 100, 127, 255, 256, 500, 511, 512, 513, 777, 1000, 1023, 1024, 1500, 1777, 2000, 2047, 2048, 2049,
];

/** The description of a sparse file. */
export interface SparseShape {
  readonly path: string;
  readonly sizeBytes: number;
  readonly data: readonly DataRun[];
}

/** Files with holes; runs begin at block boundaries, because filesystems only keep whole blocks as holes. */
export const sparseShapes: readonly SparseShape[] = [
  {
    path: 'sparse/holes between',
    sizeBytes: 1024 * kibibyte,
    data: [0, 256, 600, 1016].map((at) => ({ offset: at * kibibyte, lengthBytes: 8 * kibibyte })),
  },
  { path: 'sparse/hole in front', sizeBytes: 512 * kibibyte + 333, data: [{ offset: 508 * kibibyte, lengthBytes: 4 * kibibyte + 333 }] },
  { path: 'sparse/hole behind', sizeBytes: 3000 * kibibyte + 77, data: [{ offset: 0, lengthBytes: 12 * kibibyte }] },
  { path: 'sparse/nothing but a hole', sizeBytes: 2048 * kibibyte, data: [] },
];

/** The description of a link: a file with further names, or a symbolic link. */
export type LinkShape =
  | { readonly kind: 'hard'; readonly path: string; readonly sizeBytes: number; readonly furtherPaths: readonly string[] }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** Hard links within a directory and across directories, to a normal file and to an inline one; symbolic links with and without a target. */
export const linkShapes: readonly LinkShape[] = [
  { kind: 'hard', path: 'links/pair', sizeBytes: 20 * kibibyte, furtherPaths: ['links/elsewhere/pair, second name'] },
  { kind: 'hard', path: 'links/triple', sizeBytes: 600, furtherPaths: ['links/triple-2', 'links/elsewhere/triple-3'] },
  { kind: 'symlink', path: 'links/to-a-file', target: 'pair' },
  { kind: 'symlink', path: 'links/to-a-directory', target: '../documents' },
  { kind: 'symlink', path: 'links/absolute', target: '/etc/hostname' },
  { kind: 'symlink', path: 'links/to-nowhere', target: '../gone/ümlaut and space' },
  { kind: 'symlink', path: 'links/long', target: `../${'far/'.repeat(80)}away` },
];
