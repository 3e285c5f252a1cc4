import type { Xattr } from './entry.ts';
import type { FoundEntry } from './find.ts';
import type { Manifest, ManifestEntry, ManifestFile } from './manifest.ts';
import type { ObservedPayload } from './observed-payload.ts';

/** The facts of an entry that are compared directly. */
type ComparedFact = 'kind' | 'mode' | 'owner' | 'mtime' | 'size' | 'target' | 'content';

/** One difference between what was written and what is there. `path` is relative to the payload's directory. */
export type PayloadDifference =
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unexpected'; readonly path: string; readonly found: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly said: string }
  /** It is there, but its content is unknown: it was not read, or that failed. */
  | { readonly kind: 'unchecked'; readonly path: string }
  | { readonly kind: `${ComparedFact}-differs`; readonly path: string; readonly expected: string; readonly observed: string }
  | { readonly kind: 'link-broken'; readonly path: string; readonly said: string }
  /** Values as hex; null: the attribute does not exist. */
  | {
      readonly kind: 'xattr-differs';
      readonly path: string;
      readonly name: string;
      readonly expected: string | null;
      readonly observed: string | null;
    }
  /** A tool's message on standard error that is about no known path. */
  | { readonly kind: 'tool-complained'; readonly path: '.'; readonly said: string };

/**
 * Gives all differences between what was written and what is there, in the manifest's order, then what is there in addition. None means:
 * every name, its kind, content, size, mode, owner, time, links and attributes match, and nothing else is there. Directory sizes and
 * space used are the filesystem's own business and not compared.
 */
export function compareWithManifest(manifest: Manifest, observed: ObservedPayload): readonly PayloadDifference[] {
  const found = new Map(observed.found.map((entry) => [entry.path, entry]));
  const expected = new Set(manifest.entries.map((entry) => entry.path));
  const groups = Map.groupBy(manifest.entries.filter(isFile), (file) => file.linkGroup ?? file.path);
  return [
    ...manifest.entries.flatMap((entry) => {
      const there = found.get(entry.path);
      if (there === undefined) return [{ kind: 'missing', path: entry.path } as const];
      return [
        ...compareFacts(entry, there),
        ...(entry.kind === 'file' ? compareContent(entry, observed) : []),
        ...(entry.kind === 'file' ? compareLinks(entry, there, groups.get(entry.linkGroup ?? entry.path) ?? [], found) : []),
        ...compareXattrs(entry.path, 'xattrs' in entry ? entry.xattrs : [], observed.xattrs.get(entry.path) ?? []),
      ];
    }),
    ...observed.found
      .filter((entry) => !expected.has(entry.path))
      .map((entry): PayloadDifference => ({ kind: 'unexpected', path: entry.path, found: entry.kind })),
    ...observed.complaints.map((said): PayloadDifference => ({ kind: 'tool-complained', path: '.', said })),
  ];
}

/** Gives a difference as one line of evidence: `archive/large-0.random: content differs: expected 1f…, observed 77…`. */
export function formatDifference(difference: PayloadDifference): string {
  return `${difference.path}: ${wordsFor(difference)}`;
}

function wordsFor(difference: PayloadDifference): string {
  switch (difference.kind) {
    case 'missing':
      return 'missing';
    case 'unexpected':
      return `was never written, and is there as ${difference.found}`;
    case 'unreadable':
      return `unreadable: ${difference.said}`;
    case 'unchecked':
      return 'content was not checked';
    case 'link-broken':
      return `hard link broken: ${difference.said}`;
    case 'xattr-differs':
      return `attribute ${difference.name} differs: expected ${difference.expected ?? 'none'}, observed ${difference.observed ?? 'none'}`;
    case 'tool-complained':
      return `while it was read: ${difference.said}`;
    default:
      return `${difference.kind.replace('-', ' ')}: expected ${difference.expected}, observed ${difference.observed}`;
  }
}

function isFile(entry: ManifestEntry): entry is ManifestFile {
  return entry.kind === 'file';
}

function compareFacts(entry: ManifestEntry, there: FoundEntry): readonly PayloadDifference[] {
  const facts: readonly (readonly [ComparedFact, string, string])[] = [
    ['kind', entry.kind, there.kind],
    ['mode', octal(entry.mode), octal(there.mode)],
    ['owner', `${String(entry.uid)}:${String(entry.gid)}`, `${String(there.uid)}:${String(there.gid)}`],
    ['mtime', entry.mtime, there.mtime],
    ...(entry.kind === 'file' ? [['size', String(entry.sizeBytes), String(there.sizeBytes)] as const] : []),
    ...(entry.kind === 'symlink' ? [['target', entry.target, there.target ?? 'none'] as const] : []),
  ];
  return facts
    .filter(([, expected, observed]) => expected !== observed)
    .map(([fact, expected, observed]): PayloadDifference => ({ kind: `${fact}-differs`, path: entry.path, expected, observed }));
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function compareContent(file: ManifestFile, observed: ObservedPayload): readonly PayloadDifference[] {
  if (file.xxh128 === null) return [];
  const reading = observed.contents.get(file.path);
  if (reading === undefined) return [{ kind: 'unchecked', path: file.path }];
  if ('unreadable' in reading) return [{ kind: 'unreadable', path: file.path, said: reading.unreadable }];
  if (reading.xxh128 === file.xxh128) return [];
  return [{ kind: 'content-differs', path: file.path, expected: file.xxh128, observed: reading.xxh128 }];
}

function compareLinks(
  file: ManifestFile,
  there: FoundEntry,
  group: readonly ManifestFile[],
  found: ReadonlyMap<string, FoundEntry>,
): readonly PayloadDifference[] {
  const said: string[] = [];
  if (there.linkCount !== group.length) said.push(`${String(there.linkCount)} names, not ${String(group.length)}`);
  const first = group.map((name) => found.get(name.path)).find((entry) => entry !== undefined);
  if (first !== undefined && first.inode !== there.inode) said.push(`not the same file as ${first.path}`);
  return said.map((words): PayloadDifference => ({ kind: 'link-broken', path: file.path, said: words }));
}

function compareXattrs(path: string, expected: readonly Xattr[], observed: readonly Xattr[]): readonly PayloadDifference[] {
  const names = [...new Set([...expected, ...observed].map((xattr) => xattr.name))];
  const valueIn = (xattrs: readonly Xattr[], name: string): string | null => xattrs.find((xattr) => xattr.name === name)?.valueHex ?? null;
  return names
    .map((name) => ({ kind: 'xattr-differs' as const, path, name, expected: valueIn(expected, name), observed: valueIn(observed, name) }))
    .filter((difference) => difference.expected !== difference.observed);
}
