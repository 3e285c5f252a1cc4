import type { Check } from '../verdict/verdict.ts';
import { describeFilesSeen, formatFileDifferences } from './files-seen.ts';
import type { FilesSeen } from './files-seen.ts';

/** Judges whether all files are as written and all acknowledged records are there. `inconclusive` when nothing was written. */
export function judgeFiles(seen: FilesSeen): Check {
  const claim = 'Every file is as it was written, and every acknowledged record is there';
  const differences = formatFileDifferences(seen);
  if (differences.length > 0) return { name: 'files', claim, outcome: 'broken', evidence: differences };
  const outcome = seen.trees.length + seen.files.length + seen.journals.length === 0 ? 'inconclusive' : 'held';
  return { name: 'files', claim, outcome, evidence: [describeFilesSeen(seen), ...describeUnread(seen)] };
}

/** How many paths are named when there may be thousands. */
const namedPaths = 10;

/** Says which files were not compared; their names and sizes were. */
function describeUnread({ unread }: FilesSeen): readonly string[] {
  if (unread.length === 0) return [];
  const more = unread.length > namedPaths ? ['…'] : [];
  return [`the content of ${String(unread.length)} files is not covered:`, ...unread.slice(0, namedPaths), ...more];
}
