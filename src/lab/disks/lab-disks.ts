import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabDisk } from '../../core/lab/lab-state.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import type { Context } from '../../machine/context.ts';
import { createDiskImage } from '../../machine/files/disk-image.ts';
import { runHostCommand } from '../../machine/process/host-process.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { diskFileName, systemFileName } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { mayAccess } from '../../machine/files/file-access.ts';

/** Makes blank disks in a directory, sparse, and a system disk: a copy of the blank one of the tools, so that a lab needs no foreign file. */
export async function createLabDisks(
  ctx: Context,
  directoryHostPath: string,
  disks: readonly Pick<LabDisk, 'serial' | 'sizeBytes'>[],
  blankSystemHostPath: string,
): Promise<void> {
  for (const { serial, sizeBytes } of disks) await createDiskImage(ctx, join(directoryHostPath, diskFileName(serial)), sizeBytes);
  const systemHostPath = join(directoryHostPath, systemFileName);
  await copySparsely(ctx, [blankSystemHostPath, '--', systemHostPath], directoryHostPath);
  // The blank one is shared; what is written to this one is not.
  await chmod(systemHostPath, 0o600);
}

/** Copies the disks of a template into a lab's own directory, which must be empty. */
export async function copyLabDisks(
  ctx: Context,
  fromHostPath: string,
  directoryHostPath: string,
  serials: readonly string[],
): Promise<void> {
  const images = [...serials.map(diskFileName), systemFileName].map((name) => join(fromHostPath, name));
  await copySparsely(ctx, [`--target-directory=${directoryHostPath}`, '--', ...images], directoryHostPath);
  // An earlier raidlab's template is readable for all.
  await chmod(join(directoryHostPath, systemFileName), 0o600);
}

/** Recreates a lab's directory of disks; what an interrupted `up` left in it belonged to nobody yet. */
export async function emptyDisksDirectory(place: LabPlace): Promise<void> {
  try {
    await rm(place.disksHostPath, { recursive: true, force: true });
    await mkdir(place.disksHostPath, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'making its disks' });
  }
}

/** Rejects with `lab/disk-missing` when a disk image of a lab is gone. */
export async function requireImages(place: LabPlace, disks: readonly LabDisk[]): Promise<void> {
  const images = [...disks.map(({ serial }) => [serial, diskFileName(serial)] as const), ['the system disk', systemFileName] as const];
  for (const [serial, name] of images) {
    const hostPath = join(place.disksHostPath, name);
    if (!(await mayAccess(hostPath))) throw new RaidlabError({ area: 'lab', reason: 'disk-missing', lab: place.name, serial, hostPath });
  }
}

async function copySparsely(ctx: Context, words: readonly string[], writesHostPath: string): Promise<void> {
  const argv = ['cp', '--sparse=always', '--reflink=auto', '--preserve=mode', ...words];
  await runHostCommand(ctx, argv, { purpose: 'copy disks', writesHostPath });
}
