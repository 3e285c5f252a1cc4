import { OutputLines } from '../parsing/output-lines.ts';

/** What btrfs-progs keeps of the last scrub of one device. */
export interface ScrubRecord {
  readonly devid: number;
  /** When it began, seconds since the epoch, by the guest's clock; of one that was resumed: when it began first. */
  readonly startedAtSeconds: number;
  /** Whether it came to its end: neither canceled, nor under way. */
  readonly isFinished: boolean;
  /** Errors of all kinds. */
  readonly found: number;
  /** What it says that it corrected. A read-only scrub says so of what it left as it was, since kernel 6.4. */
  readonly corrected: number;
  readonly uncorrectable: number;
  /** Blocks of data that have no checksum, so that nobody can tell whether they are right. */
  readonly withoutChecksum: number;
  /** Whether memory was short meanwhile: then it may not have looked at everything. */
  readonly isIncomplete: boolean;
}

const tool = 'the record of btrfs scrub';

/** Gives the file in which btrfs-progs keeps the last scrub of a filesystem; there is none before the first. Source: cmds/scrub.c. */
export function scrubRecordGuestPath(uuid: string): string {
  return `/var/lib/btrfs/scrub.status.${uuid}`;
}

/**
 * Parses that file: `scrub status:1`, then a line a device, `UUID:DEVID|name:number|name:number…`. It tells what `btrfs scrub status`
 * does not: the time without its zone, and how much had no checksum. A device that was not scrubbed is not in it.
 */
export function parseScrubRecords(text: string): readonly ScrubRecord[] {
  const lines = new OutputLines(tool, text);
  lines.take('scrub status:1', /^scrub status:1$/);
  const records: ScrubRecord[] = [];
  while (!lines.atEnd) {
    const line = lines.take('UUID:DEVID|name:number|…', /^[0-9a-f-]{36}:(\d+)((?:\|[a-z_]+:\d+)+)$/);
    const values = new Map(
      line
        .text(2)
        .slice(1)
        .split('|')
        .map((pair) => [pair.slice(0, pair.indexOf(':')), Number(pair.slice(pair.indexOf(':') + 1))]),
    );
    const count = (name: string): number => values.get(name) ?? lines.refuseTaken(name);
    records.push({
      devid: line.number(1),
      startedAtSeconds: count('t_start'),
      isFinished: count('finished') === 1 && count('canceled') === 0,
      found: count('read_errors') + count('csum_errors') + count('verify_errors') + count('super_errors'),
      corrected: count('corrected_errors'),
      uncorrectable: count('uncorrectable_errors'),
      withoutChecksum: count('no_csum'),
      isIncomplete: count('malloc_errors') > 0,
    });
  }
  return records;
}
