import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import { isDamage } from '../../core/fault/fault.ts';
import type { ByteRange } from '../../core/fault/fault.ts';
import type { DiskAct, DiskMoment } from '../../core/lab/disk-act.ts';
import { labelBytes, parseDiskLabel } from '../../core/lab/disk-label.ts';
import type { LabDamage, LabDisk, LabState } from '../../core/lab/lab-state.ts';
import { looksDamaged, settleDamage } from '../../core/lab/settle-damage.ts';
import { memberStartBytes } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { hasErrorCode } from '../../machine/cache/file-failure.ts';
import { diskHostPath } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';

/**
 * Gives the disks of a lab with the damage not known to be fixed: from their images, and from the scrubs of their devices if the array
 * could be looked at. Unchanged disks are the same values.
 */
export async function settleDisks(
  place: LabPlace,
  { disks, layout }: Pick<LabState, 'disks' | 'layout'>,
  picture: ArrayPicture | undefined,
): Promise<readonly LabDisk[]> {
  return Promise.all(disks.map(async (disk) => (disk.damage.length === 0 ? disk : settleDisk(place, layout, disk, picture))));
}

async function settleDisk(place: LabPlace, layout: ArrayLayout, disk: LabDisk, picture: ArrayPicture | undefined): Promise<LabDisk> {
  const left = await readImage(place, disk.serial, async (image) => {
    const label = await readLabel(image, layout);
    const lastScrub = picture?.devices.find(({ serial }) => serial === disk.serial)?.lastScrub ?? null;
    const settled: LabDamage[] = [];
    for (const damage of disk.damage) {
      const header = await stillDamaged(image, damage.header);
      const rest = settleDamage({ ...damage, header }, { label, lastScrub });
      if (rest !== null) settled.push(rest);
    }
    return settled;
  });
  return left === undefined || isDeepStrictEqual(left, disk.damage) ? disk : { ...disk, damage: left };
}

/** Only the beginning of a place is examined. */
async function stillDamaged(image: FileHandle, places: readonly ByteRange[]): Promise<readonly ByteRange[]> {
  const looks = await Promise.all(places.map(async ({ offsetBytes, lengthBytes }) => readBytes(image, offsetBytes, lengthBytes)));
  return places.filter((_place, index) => looksDamaged(looks[index] ?? new Uint8Array()));
}

/** Gives when an act is done and, if it damages a disk, what will later tell whether that was fixed. */
export async function seeMoment(
  place: LabPlace,
  layout: ArrayLayout,
  act: DiskAct,
  picture: ArrayPicture | undefined,
): Promise<DiskMoment> {
  const at = new Date().toISOString();
  if (act.do !== 'break' || !isDamage(act.fault)) return { at };
  const { disk } = act.fault;
  const label = await readImage(place, disk, async (image) => readLabel(image, layout));
  const device = picture?.devices.find(({ serial }) => serial === disk);
  return {
    at,
    ...(typeof label === 'string' ? { label } : {}),
    ...(device === undefined ? {} : { lastScrubAtSeconds: device.lastScrub?.startedAtSeconds ?? null }),
  };
}

async function readLabel(image: FileHandle, layout: ArrayLayout): Promise<string | null> {
  return parseDiskLabel(await readBytes(image, memberStartBytes(layout), labelBytes));
}

async function readBytes(image: FileHandle, offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
  const length = Math.min(lengthBytes, labelBytes);
  const { buffer, bytesRead } = await image.read(Buffer.alloc(length), 0, length, offsetBytes);
  return buffer.subarray(0, bytesRead);
}

/** Reads from the image of a disk; undefined when there is none, which the act itself reports. */
async function readImage<T>(place: LabPlace, serial: string, read: (image: FileHandle) => Promise<T>): Promise<T | undefined> {
  try {
    await using image = await open(diskHostPath(place, serial));
    return await read(image);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
