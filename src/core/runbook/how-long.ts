import type { FoundArray, FoundMember } from '../facts/found-array.ts';
import { disksOf, properMembers } from '../facts/found-array.ts';
import { plain } from './prose.ts';
import type { Prose } from './prose.ts';

/** A hard disk reads and writes 150 MB/s; a solid-state one behind dm-crypt 400 MB/s. Bytes per second. */
const bytesPerSecond = { rotating: 150e6, solid: 400e6 } as const;

/** How fast an array is taken to be. */
export interface AssumedSpeed {
  readonly bytesPerSecond: number;
  readonly said: Prose;
}

/** Takes the disks of an array to be as fast as its slowest kind; hard disks where nobody knows. */
export function assumeSpeed(array: FoundArray): AssumedSpeed {
  const disks = properMembers(array).flatMap(disksOf);
  const isSolid = disks.length > 0 && disks.every(({ rotational }) => rotational === false);
  const speed = isSolid ? bytesPerSecond.solid : bytesPerSecond.rotating;
  const kind = isSolid ? 'solid-state disks' : 'hard disks';
  return {
    bytesPerSecond: speed,
    said: plain(`Times assume ${String(speed / 1e6)} MB/s: ${kind} that do nothing else. An array in service takes longer.`),
  };
}

/** Gives how many bytes chunks take on a member: as much as a replacement gets written. Null when only root could have told. */
export function allocatedOn(array: FoundArray, { device }: FoundMember): number | null {
  if (array.chunks.some(({ on }) => on === undefined)) return null;
  const name = device?.name ?? null;
  return array.chunks.flatMap(({ on = [] }) => on).reduce((total, each) => total + (each.device === name ? each.sizeBytes : 0), 0);
}

/** Gives how many bytes a scrub reads on the member that has most; members are read at once. Null when it is not known. */
export function mostAllocated(array: FoundArray): number | null {
  const each = properMembers(array).map((member) => allocatedOn(array, member));
  const known = each.filter((bytes) => bytes !== null);
  return known.length < each.length || known.length === 0 ? null : Math.max(...known);
}
