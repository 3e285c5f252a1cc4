import { pictureArray } from '../core/array/array-picture.ts';
import type { ArrayPicture } from '../core/array/array-picture.ts';
import { parseBalanceStatus } from '../core/btrfs/balance-status.ts';
import { parseDeviceStats } from '../core/btrfs/device-stats.ts';
import { parseOneFilesystem } from '../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../core/btrfs/filesystem-usage.ts';
import { parseReplaceStatus } from '../core/btrfs/replace-status.ts';
import { parseScrubRecords, scrubRecordGuestPath } from '../core/btrfs/scrub-record.ts';
import { parseScrubStatus } from '../core/btrfs/scrub-status.ts';
import { parseDmsetupInfo } from '../core/device-mapper/info.ts';
import { findWhyReadOnly } from '../core/kernel/why-read-only.ts';
import type { MountedArray } from '../core/plan/array.ts';
import { command } from '../core/plan/command.ts';
import { lookAt, planReplaceStatus } from '../core/plan/repair.ts';
import { parseFindmnt } from '../core/util-linux/findmnt.ts';
import type { MountedFilesystem } from '../core/util-linux/findmnt.ts';
import { lsblkColumns, parseLsblk } from '../core/util-linux/lsblk.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { ask, readOutput, tryCommand } from './type-command.ts';

const lookBelow = {
  lsblk: command('lsblk', '--json', '-b', '-o', lsblkColumns.join(',')),
  mappings: command('dmsetup', 'info', '--columns', '--noheadings', '--separator', ' ', '-o', 'name,blkdevname'),
  mounts: command('findmnt', '--json', '--list', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS'),
  kernelLog: command('dmesg'),
} as const;

/**
 * Looks at the array in a guest, from the disks up; changes nothing. `mountPoint` is where it should be mounted: where nothing is mounted
 * there, it is what is mounted elsewhere. Rejects with `guest/output-not-understood` when a parser does not know a tool's output, and as
 * `guest.run` does.
 */
export async function lookAtArray(ctx: Context, guest: Guest, { mountPoint }: MountedArray): Promise<ArrayPicture> {
  const [blockDevices, mappings, mounts] = await Promise.all([
    ask(ctx, guest, lookBelow.lsblk, parseLsblk),
    ask(ctx, guest, lookBelow.mappings, parseDmsetupInfo),
    ask(ctx, guest, lookBelow.mounts, parseFindmnt),
  ]);
  const found = mounts.filter(({ fstype }) => fstype === 'btrfs');
  const mount = topmost(mounts, mountPoint) ?? topmost(found, found[0]?.target);
  const isArray = mount?.fstype === 'btrfs';
  const filesystem = isArray ? await lookAtFilesystem(ctx, guest, { mountPoint: mount.target }) : nothingMounted;
  const whyReadOnly = isArray && mount.options.includes('ro') ? await askWhyReadOnly(ctx, guest) : null;
  return pictureArray({
    blockDevices,
    mappings,
    mountPoint: mount?.target ?? mountPoint,
    mount,
    mounts: found,
    whyReadOnly,
    ...filesystem,
  });
}

const nothingMounted = { shown: null, usage: null, stats: null, scrub: null, scrubRecords: [], replace: null, balance: null };

async function lookAtFilesystem(ctx: Context, guest: Guest, array: MountedArray) {
  const { filesystemShow, filesystemUsage, deviceStats } = lookAt(array);
  const shown = await ask(ctx, guest, filesystemShow, parseOneFilesystem);
  const [usage, stats, scrubRecords, work] = await Promise.all([
    ask(ctx, guest, filesystemUsage, parseFilesystemUsage),
    ask(ctx, guest, deviceStats, (text) => parseDeviceStats(text, shown.devices.length)),
    askScrubRecords(ctx, guest, shown.uuid),
    lookAtWork(ctx, guest, array),
  ]);
  return { shown, usage, stats, scrubRecords, ...work };
}

/** Before the first scrub there is no record. */
async function askScrubRecords(ctx: Context, guest: Guest, uuid: string) {
  const result = await tryCommand(ctx, guest, command('cat', scrubRecordGuestPath(uuid)));
  return result.exitCode === 0 ? readOutput(guest, result, parseScrubRecords) : [];
}

async function askWhyReadOnly(ctx: Context, guest: Guest): Promise<string | null> {
  const { stdout } = await tryCommand(ctx, guest, lookBelow.kernelLog);
  return findWhyReadOnly(stdout.split('\n'));
}

/** Asks for the mounted array's current or last work. */
export async function lookAtWork(ctx: Context, guest: Guest, array: MountedArray) {
  const { mountPoint } = array;
  const [scrub, replace, balance] = await Promise.all([
    ask(ctx, guest, command('btrfs', 'scrub', 'status', '--raw', mountPoint), parseScrubStatus),
    ask(ctx, guest, planReplaceStatus(array), parseReplaceStatus),
    // It exits 1 while there is a balance.
    tryCommand(ctx, guest, command('btrfs', 'balance', 'status', mountPoint)).then((result) =>
      readOutput(guest, result, parseBalanceStatus),
    ),
  ]);
  return { scrub: scrub.report, replace, balance };
}

function topmost(mounts: readonly MountedFilesystem[], target: string | undefined): MountedFilesystem | null {
  return mounts.findLast((mount) => mount.target === target) ?? null;
}
