import { OutputLines } from '../parsing/output-lines.ts';
import type { Captures } from '../parsing/output-lines.ts';

/** What a member's super block says about the member and its filesystem: readable while nothing is mounted. */
export interface SuperBlock {
  /** The device it was read from. */
  readonly guestDevice: string;
  /** Whether the block matches its checksum. */
  readonly checksumMatches: boolean;
  /** The filesystem's UUID: the same on all members, on a replaced one that comes back, and on both sides of a split. */
  readonly fsid: string;
  /** Empty when there is none. */
  readonly label: string;
  /** The transaction that last wrote this member. A member that was away lags behind the others. */
  readonly generation: number;
  /** How many members the filesystem has, as far as this one knows. */
  readonly deviceCount: number;
  /** The member's own UUID. A replace gives it to the new device, so the old one still has it too. */
  readonly deviceUuid: string;
  readonly devid: number;
}

const tool = 'btrfs inspect-internal dump-super';
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/**
 * Parses `btrfs inspect-internal dump-super DEVICE`: the primary super block, without `-f`. Names and order of its lines are
 * those of btrfs_print_superblock() in kernel-shared/print-tree.c.
 *
 * A device without btrfs prints the first two lines only (and exits 1): refused.
 */
export function parseDumpSuper(text: string): SuperBlock {
  const lines = new OutputLines(tool, text);
  const head = lines.take('superblock: bytenr=65536, device=DEVICE', /^superblock: bytenr=65536, device=(\/\S+)$/);
  lines.take('a line of dashes', /^-{57}$/);
  take(lines, 'csum_type', String.raw`\d+ \(\w+\)`);
  take(lines, 'csum_size');
  const checksum = take(lines, 'csum', String.raw`0x[0-9a-f]+ \[(?:match|(DON'T MATCH))\]`);
  take(lines, 'bytenr', '65536');
  takeFlags(lines, 'flags');
  take(lines, 'magic', String.raw`_BHRfS_M \[match\]`);
  const fsid = take(lines, 'fsid', `(${uuid})`);
  take(lines, 'metadata_uuid', uuid);
  const label = take(lines, 'label', '(.*)');
  const generation = take(lines, 'generation', String.raw`(\d+)`);
  takeAll(lines, ['root', 'sys_array_size', 'chunk_root_generation', 'root_level', 'chunk_root', 'chunk_root_level', 'log_root']);
  takeAll(lines, ['log_root_transid', 'log_root_level', 'total_bytes', 'bytes_used', 'sectorsize', 'nodesize', 'leafsize']);
  takeAll(lines, ['stripesize', 'root_dir']);
  const deviceCount = take(lines, 'num_devices', String.raw`(\d+)`);
  for (const name of ['compat_flags', 'compat_ro_flags', 'incompat_flags']) takeFlags(lines, name);
  takeAll(lines, ['cache_generation', 'uuid_tree_generation']);
  const deviceUuid = take(lines, 'dev_item.uuid', `(${uuid})`);
  take(lines, 'dev_item.fsid', String.raw`${uuid} \[match\]`);
  takeAll(lines, ['dev_item.type', 'dev_item.total_bytes', 'dev_item.bytes_used', 'dev_item.io_align', 'dev_item.io_width']);
  take(lines, 'dev_item.sector_size');
  const devid = take(lines, 'dev_item.devid', String.raw`(\d+)`);
  takeAll(lines, ['dev_item.dev_group', 'dev_item.seek_speed', 'dev_item.bandwidth', 'dev_item.generation']);
  lines.take('an empty line', /^$/);
  lines.end();
  return {
    guestDevice: head.text(1),
    checksumMatches: checksum.optional(1) === null,
    fsid: fsid.text(1),
    label: label.text(1),
    generation: generation.number(1),
    deviceCount: deviceCount.number(1),
    deviceUuid: deviceUuid.text(1),
    devid: devid.number(1),
  };
}

/** A field that the kernel no longer uses is marked so after its name. */
function take(lines: OutputLines, name: string, value = String.raw`\d+`): Captures {
  return lines.take(`${name} VALUE`, new RegExp(String.raw`^${name.replace('.', String.raw`\.`)}(?: \(deprecated\))?\t+${value}$`));
}

function takeAll(lines: OutputLines, names: readonly string[]): void {
  for (const name of names) take(lines, name);
}

/** A flags field: their sum, then, unless it is 0, their names, one per line, in one pair of brackets. */
function takeFlags(lines: OutputLines, name: string): void {
  take(lines, name, '0x[0-9a-f]+');
  let more = lines.takeIf(/^\t{3}\( \w+ ([|)])$/);
  while (more?.text(1) === '|') more = lines.take('a further flag', /^\t{3} {2}\w+ ([|)])$/);
}
