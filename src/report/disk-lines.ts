import { describeFault } from '../core/fault/describe-fault.ts';
import type { StandingFault } from '../core/fault.ts';
import type { LabDisk } from '../core/lab/lab-state.ts';
import { formatSize } from '../core/size.ts';
import { line, span } from './line.ts';
import type { Line } from './line.ts';

/** Gives the disks of a lab: each with its size, whether it is in, and what is wrong with it. */
export function diskListLines(disks: readonly LabDisk[], faults: readonly StandingFault[]): readonly Line[] {
  return disks.flatMap((disk) => [
    line(0, [
      span(disk.serial.padEnd(8), 'strong'),
      span(`${formatSize(disk.sizeBytes).padEnd(10)}${disk.role.padEnd(8)}`),
      disk.isIn ? span('in', 'good') : span('out: pulled', 'bad'),
    ]),
    ...diskTroubles(disk, faults).map((text) => line(8, [span(text, 'bad')])),
  ]);
}

/** Gives what is wrong with a disk, in words; that it was pulled is not among it. */
export function diskTroubles(disk: LabDisk, faults: readonly StandingFault[]): readonly string[] {
  const standing = faults.filter((fault) => fault.disk === disk.serial).map((fault) => describeFault(fault));
  return [...standing, ...disk.damage.map(({ what, at }) => `${what}, at ${at.slice(11, 19)} UTC`)];
}
