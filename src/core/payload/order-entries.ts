import type { PayloadEntry } from './entry.ts';

/**
 * Sorts the entries into the order in which they must be written: a directory, then its entries that are not directories, then its
 * subdirectories one by one. GNU tar sets a directory's time when the archive leaves it, so it must not return to it; and a hard link
 * comes after its file as long as it is in the same directory or below. Otherwise keeps the given order.
 */
export function orderEntries(entries: readonly PayloadEntry[]): readonly PayloadEntry[] {
  const inside = Map.groupBy(entries, (entry) => (entry.path === '.' ? '' : parentOf(entry.path)));
  const walk = (directory: PayloadEntry): readonly PayloadEntry[] => {
    const children = inside.get(directory.path) ?? [];
    return [
      directory,
      ...children.filter((child) => child.kind !== 'directory'),
      ...children.filter((child) => child.kind === 'directory').flatMap(walk),
    ];
  };
  return (inside.get('') ?? []).flatMap(walk);
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '.' : path.slice(0, end);
}
