import { OutputLines } from '../parsing/output-lines.ts';

/** What btrfs-progs records about the last scrub of one device. */
export interface ScrubRecord {
  readonly devid: number;
  /** When it began, seconds since the epoch, by the guest's clock; for a resumed scrub, its first beginning. */
  readonly startedAtSeconds: number;
  /** Whether it completed: neither canceled nor running. */
  readonly isFinished: boolean;
  /** Errors of all kinds. */
  readonly found: number;
  /** What it claims to have corrected. Since kernel 6.4 a read-only scrub claims this for what it left unchanged. */
  readonly corrected: number;
  readonly uncorrectable: number;
  /** Blocks of data without checksum: nobody can tell whether they are right. */
  readonly withoutChecksum: number;
  /** Whether memory ran short: then it may not have checked everything. */
  readonly isIncomplete: boolean;
}

const tool = 'the record of btrfs scrub';

/** Gives the file in which btrfs-progs keeps the last scrub of a filesystem; it does not exist before the first one. Source: cmds/scrub.c. */
export function scrubRecordGuestPath(uuid: string): string {
  return `/var/lib/btrfs/scrub.status.${uuid}`;
}

/**
 * Parses that file: `scrub status:1`, then one line per device, `UUID:DEVID|name:number|name:number…`. It says what `btrfs scrub status`
 * does not: the time independent of the zone, and how much had no checksum. Devices that were not scrubbed are not in it.
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
