import { OutputLines } from '../parsing/output-lines.ts';

/** How `btrfs balance start` ended. */
export type BalanceResult =
  | { readonly outcome: 'done'; readonly relocatedChunks: number; readonly consideredChunks: number }
  /** The balance was stopped; the tool prints nothing on stdout and still exits 0. */
  | { readonly outcome: 'canceled' | 'paused' }
  /** `reason` is the system's: `No space left on device`. */
  | { readonly outcome: 'failed'; readonly reason: string };

const tool = 'btrfs balance start';

/**
 * Parses what `btrfs balance start` printed, both streams: success is reported on stdout, everything else on stderr.
 *
 * The exit code is not asked: it is 0 for a balance that was canceled or paused.
 * The warning and countdown before a conversion to raid5 or raid6, or before a balance without filters, are not known here and refused.
 */
export function parseBalanceStart(stdout: string, stderr: string): BalanceResult {
  if (stderr === '') {
    const lines = new OutputLines(tool, stdout);
    const done = lines.take('Done, had to relocate N out of M chunks', /^Done, had to relocate (\d+) out of (\d+) chunks$/);
    lines.end();
    return { outcome: 'done', relocatedChunks: done.number(1), consideredChunks: done.number(2) };
  }
  if (stdout !== '') new OutputLines(tool, stdout).refuse('nothing on stdout when stderr speaks');
  const lines = new OutputLines(tool, stderr);
  const result = takeTrouble(lines);
  lines.end();
  return result;
}

function takeTrouble(lines: OutputLines): BalanceResult {
  const stopped = lines.takeIf(/^balance (canceled|paused) by user$/);
  if (stopped !== null) return { outcome: stopped.text(1) === 'canceled' ? 'canceled' : 'paused' };
  const failed = lines.takeIf(/^ERROR: error during balancing '.+': (.+)$/);
  if (failed !== null) {
    const reason = failed.text(1);
    // EINPROGRESS, another exclusive operation, is the only reason that the kernel log does not explain.
    if (reason !== 'Operation now in progress') {
      lines.take('There may be more info in syslog', /^There may be more info in syslog - try dmesg \| tail$/);
    }
    return { outcome: 'failed', reason };
  }
  const refused = lines.take('why there was no balance', /^ERROR: (.+)$/);
  return { outcome: 'failed', reason: refused.text(1) };
}
