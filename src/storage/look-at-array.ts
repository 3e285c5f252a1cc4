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
import { arrayGuestPath } from '../core/layout/layout.ts';
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
  balance: command('btrfs', 'balance', 'status', arrayGuestPath),
  scrub: command('btrfs', 'scrub', 'status', '--raw', arrayGuestPath),
  kernelLog: command('dmesg'),
} as const;

/**
 * Looks at the array in a guest, from the disks up; changes nothing. Rejects with `guest/output-not-understood` when a parser does not
 * know a tool's output, and as `guest.run` does.
 */
export async function lookAtArray(ctx: Context, guest: Guest): Promise<ArrayPicture> {
  const [blockDevices, mappings, mounts] = await Promise.all([
    ask(ctx, guest, lookBelow.lsblk, parseLsblk),
    ask(ctx, guest, lookBelow.mappings, parseDmsetupInfo),
    ask(ctx, guest, lookBelow.mounts, parseFindmnt),
  ]);
  const mount = topmost(mounts, arrayGuestPath);
  const isArray = mount?.fstype === 'btrfs';
  const filesystem = isArray ? await lookAtFilesystem(ctx, guest) : nothingMounted;
  const whyReadOnly = isArray && mount.options.includes('ro') ? await askWhyReadOnly(ctx, guest) : null;
  return pictureArray({
    blockDevices,
    mappings,
    mount,
    mounts: mounts.filter(({ fstype }) => fstype === 'btrfs'),
    whyReadOnly,
    ...filesystem,
  });
}

const nothingMounted = { shown: null, usage: null, stats: null, scrub: null, scrubRecords: [], replace: null, balance: null };

async function lookAtFilesystem(ctx: Context, guest: Guest) {
  const shown = await ask(ctx, guest, lookAt.filesystemShow, parseOneFilesystem);
  const [usage, stats, scrubRecords, work] = await Promise.all([
    ask(ctx, guest, lookAt.filesystemUsage, parseFilesystemUsage),
    ask(ctx, guest, lookAt.deviceStats, (text) => parseDeviceStats(text, shown.devices.length)),
    askScrubRecords(ctx, guest, shown.uuid),
    lookAtWork(ctx, guest),
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
export async function lookAtWork(ctx: Context, guest: Guest) {
  const [scrub, replace, balance] = await Promise.all([
    ask(ctx, guest, lookBelow.scrub, parseScrubStatus),
    ask(ctx, guest, planReplaceStatus(), parseReplaceStatus),
    // It exits 1 while there is a balance.
    tryCommand(ctx, guest, lookBelow.balance).then((result) => readOutput(guest, result, parseBalanceStatus)),
  ]);
  return { scrub: scrub.report, replace, balance };
}

function topmost(mounts: readonly MountedFilesystem[], target: string): MountedFilesystem | null {
  return mounts.findLast((mount) => mount.target === target) ?? null;
}
