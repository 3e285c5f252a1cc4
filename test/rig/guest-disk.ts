import { createTestContext } from '../../src/machine/fixtures/scripted-peer.ts';
import type { CommandResult } from '../../src/machine/guest.ts';
import type { DiskSpec, Machine } from '../../src/machine/machine.ts';
import { waitForDiskNames, waitForDiskNamesGone } from '../../src/machine/start/wait-for-disk-names.ts';

const ctx = createTestContext();

/** The unit in which these tests count places on a disk: bytes. */
export const block = 4096;

/** The guest's name of a disk. */
export function pathOf(serial: string): string {
  return `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`;
}

/** Puts a disk in, and returns when the guest has its name. */
export async function insert(machine: Machine, disk: DiskSpec): Promise<void> {
  await machine.insertDisk(ctx, disk);
  await waitForDiskNames(ctx, machine.guest, [disk]);
}

/** Pulls a disk, and returns when the guest has forgotten its name. */
export async function pull(machine: Machine, disk: DiskSpec): Promise<void> {
  await machine.pullDisk(ctx, disk.serial);
  await waitForDiskNamesGone(ctx, machine.guest, [disk]);
}

/** Runs a line of shell in the guest. */
export function sh(machine: Machine, line: string): Promise<CommandResult> {
  return machine.guest.run(ctx, ['sh', '-c', line]);
}

/** Waits until nobody but us reads the disks: udev looks into each that was written to. */
export async function settle(machine: Machine): Promise<void> {
  await sh(machine, 'udevadm settle; dmesg --clear');
}

/** Says what a block consists of, read past the guest's cache: `4096 5a` when it is one byte all through; the error when it cannot be read. */
export async function look(machine: Machine, serial: string, atBlock: number): Promise<string> {
  const read = `dd if=${pathOf(serial)} bs=${String(block)} skip=${String(atBlock)} count=1 iflag=direct status=none`;
  const { stdout, stderr } = await sh(machine, `${read} | od -An -tx1 -v | tr -s ' \\n' '\\n' | uniq -c`);
  const runs = stdout
    .trim()
    .split(/\s*\n\s*/)
    .filter((run) => /\d+ [0-9a-f]{2}$/.test(run));
  return errorIn(stderr) ?? runs.join(', ');
}

/** Fills blocks of a disk that is there with one byte, past the guest's cache, and flushes it; gives what dd complained of. */
export async function fill(machine: Machine, serial: string, firstBlock: number, byte: string, count = 1): Promise<string> {
  const bytes = `head -c ${String(count * block)} /dev/zero | tr '\\0' '\\${Number.parseInt(byte, 16).toString(8).padStart(3, '0')}'`;
  const write = `dd of=${pathOf(serial)} bs=${String(block)} seek=${String(firstBlock)} iflag=fullblock oflag=direct conv=nocreat,notrunc,fsync status=none`;
  const { stderr } = await sh(machine, `${bytes} | ${write}`);
  return errorIn(stderr) ?? '';
}

/** Gives the error that a tool ended its complaint with: `Input/output error`. */
function errorIn(stderr: string): string | undefined {
  return stderr.trim() === '' ? undefined : (/: ([^:]+)$/.exec(stderr.trim())?.[1] ?? stderr);
}

/** Gives what the guest's kernel has said since {@link settle}. */
export async function kernelLog(machine: Machine): Promise<string> {
  return (await sh(machine, 'dmesg')).stdout;
}
