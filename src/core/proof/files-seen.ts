import type { PayloadDifference } from '../payload/compare-with-manifest.ts';
import { formatDifference } from '../payload/compare-with-manifest.ts';

/** One segment of the live writer's journal, compared with what was acknowledged. */
export interface JournalSeen {
  readonly guestPath: string;
  /** Records whose fsync had returned before the host heard of it. */
  readonly acknowledged: number;
  /** Empty: no write failed, and all of them are there, byte for byte. Otherwise what is wrong. */
  readonly findings: readonly string[];
}

/** What a tree of the payload looks like now. */
export interface TreeSeen {
  readonly guestPath: string;
  /** Names in the manifest. */
  readonly entries: number;
  readonly differences: readonly PayloadDifference[];
}

/** Everything that was promised to be on the array, as it is now. */
export interface FilesSeen {
  readonly trees: readonly TreeSeen[];
  readonly journals: readonly JournalSeen[];
}

/** Gives every difference as a line that names the file; none when all is as written. */
export function formatFileDifferences(seen: FilesSeen): readonly string[] {
  return [
    ...seen.trees.flatMap((tree) => tree.differences.map((difference) => `${tree.guestPath}/${formatDifference(difference)}`)),
    ...seen.journals.flatMap((journal) => journal.findings.map((finding) => `${journal.guestPath}: ${finding}`)),
  ];
}

/** Says how much was compared: `412 files and directories, 96 acknowledged records`. */
export function describeFilesSeen(seen: FilesSeen): string {
  const entries = seen.trees.reduce((sum, tree) => sum + tree.entries, 0);
  const records = seen.journals.reduce((sum, journal) => sum + journal.acknowledged, 0);
  return `${String(entries)} files and directories, ${String(records)} acknowledged records`;
}
