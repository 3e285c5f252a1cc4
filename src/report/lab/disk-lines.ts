import type { ArrayPicture } from '../../core/array/array-picture.ts';
import { describeFault } from '../../core/fault/describe-fault.ts';
import type { StandingFault } from '../../core/fault/fault.ts';
import { describeDamageSince, describeMending } from '../../core/lab/describe-damage.ts';
import type { LabDisk } from '../../core/lab/lab-state.ts';
import { formatSize } from '../../core/text/size.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives the disks of a lab: each with its size, its use, whether it is in, and what is wrong with it. */
export function diskListLines(disks: readonly LabDisk[], faults: readonly StandingFault[], picture: ArrayPicture | null): readonly Line[] {
  return disks.flatMap((disk) => [
    line(0, [
      span(disk.serial.padEnd(8), 'strong'),
      span(`${formatSize(disk.sizeBytes).padEnd(10)}${usedAs(disk, picture).padEnd(8)}`),
      disk.isIn ? span('in', 'good') : span('out: pulled', 'bad'),
    ]),
    ...diskTroubles(disk, faults).map((text) => line(8, [span(text, 'bad')])),
  ]);
}

/** What btrfs says now, if it could be asked; otherwise what the disk was put in for. */
function usedAs(disk: LabDisk, picture: ArrayPicture | null): string {
  if (picture?.devices.some(({ serial }) => serial === disk.serial) === true) return 'member';
  return hasLeft(disk, picture) ? 'removed' : disk.role;
}

/** Tells whether a disk that the array was built on certainly left it: if btrfs has a device without a disk, it may be this one's. */
export function hasLeft({ serial, role, isIn }: LabDisk, picture: ArrayPicture | null): boolean {
  if (picture === null || picture.devices.length === 0 || role !== 'member' || !isIn) return false;
  return picture.devices.every((device) => device.serial !== null && device.serial !== serial);
}

/** Describes what is wrong with a disk, except that it was pulled. */
export function diskTroubles(disk: LabDisk, faults: readonly StandingFault[]): readonly string[] {
  const standing = faults.filter((fault) => fault.disk === disk.serial).map((fault) => describeFault(fault));
  return [...standing, ...disk.damage.map((damage) => `${damage.what}, at ${damage.at.slice(11, 19)} UTC: ${describeDamageSince(damage)}`)];
}

/** Gives what no restore fixes: the damage of disks, and what does fix it. */
export function unmendedLines(disks: readonly LabDisk[], mountPoint: string): readonly Line[] {
  return disks.flatMap(({ serial, damage }) =>
    damage.map((item) =>
      line(0, [span(`${serial} stays damaged`, 'bad'), span(`: ${item.what}. What mends it: ${describeMending(item, mountPoint)}.`)], 2),
    ),
  );
}
