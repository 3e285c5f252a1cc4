import type { PayloadDifference } from '../payload/compare-with-manifest.ts';
import { formatDifference } from '../payload/compare-with-manifest.ts';

/** One segment of the live writer's journal, compared with what was acknowledged. */
export interface JournalSeen {
  readonly guestPath: string;
  /** Records whose fsync had returned before the host learned of them. */
  readonly acknowledged: number;
  /** Empty: no write failed, and all records are there, byte for byte. Otherwise what is wrong. */
  readonly findings: readonly string[];
}

/** The current state of a tree of the payload. */
export interface TreeSeen {
  readonly guestPath: string;
  /** Names in the manifest. */
  readonly entries: number;
  readonly differences: readonly PayloadDifference[];
}

/** The current state of a single promised file. */
export interface FileSeen {
  readonly guestPath: string;
  /** What is wrong with its content; null when nothing is. */
  readonly finding: string | null;
}

/** The current state of everything promised to be on the array. */
export interface FilesSeen {
  readonly trees: readonly TreeSeen[];
  readonly files: readonly FileSeen[];
  readonly journals: readonly JournalSeen[];
  /** The guest paths of files predicted to be lost. */
  readonly predictedLosses: readonly string[];
  /** Files that were on the array before and whose content is unknown. */
  readonly unread: readonly string[];
}

/**
 * Gives what is not as it must be, one line each with the file's name: unpredicted differences, and files that were predicted to be lost
 * but are there as written. Empty when all is as it must be.
 */
export function formatFileDifferences(seen: FilesSeen): readonly string[] {
  const differences = [
    ...seen.trees.flatMap((tree) =>
      tree.differences.map((difference) => ({
        guestPath: `${tree.guestPath}/${difference.path}`,
        text: `${tree.guestPath}/${formatDifference(difference)}`,
      })),
    ),
    ...seen.files.flatMap(({ guestPath, finding }) => (finding === null ? [] : [{ guestPath, text: `${guestPath}: ${finding}` }])),
    ...seen.journals.flatMap((journal) =>
      journal.findings.map((finding) => ({ guestPath: journal.guestPath, text: `${journal.guestPath}: ${finding}` })),
    ),
  ];
  const different = new Set(differences.map(({ guestPath }) => guestPath));
  return [
    ...differences.filter(({ guestPath }) => !seen.predictedLosses.includes(guestPath)).map(({ text }) => text),
    ...seen.predictedLosses.filter((path) => !different.has(path)).map((path) => `${path}: predicted to be lost, and it is as written`),
  ];
}

/** Says how much was compared: `412 files and directories, 96 acknowledged records`; and how much of it was lost as predicted. */
export function describeFilesSeen(seen: FilesSeen): string {
  const losses = seen.predictedLosses.length;
  const entries = seen.trees.reduce((sum, tree) => sum + tree.entries, seen.files.length);
  const records = seen.journals.reduce((sum, journal) => sum + journal.acknowledged, 0);
  const lost = losses === 0 ? '' : `, ${String(losses)} of them lost as predicted`;
  return `${String(entries)} files and directories, ${String(records)} acknowledged records${lost}`;
}
