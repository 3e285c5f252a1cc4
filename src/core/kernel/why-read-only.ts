import { btrfsComplaints } from './complaints.ts';

/**
 * Gives what a kernel log says about why btrfs stopped writing: the last line before it that names an error, or that it did; null when it
 * did not. `lines` are those of the console or dmesg.
 */
export function findWhyReadOnly(lines: Iterable<string>): string | null {
  const complaints = btrfsComplaints(lines).filter(({ layer }) => layer === 'btrfs');
  const last = complaints.findLastIndex(({ stopsWriting }) => stopsWriting);
  const cause = complaints.slice(0, last + 1).findLast(({ text }) => /errno=-?\d+|[Tt]ransaction (?:\d+ )?aborted/u.test(text));
  return (cause ?? complaints[last])?.text ?? null;
}
