import type { ShownFilesystem } from '../btrfs/filesystem-show.ts';
import type { ContainerPlan } from '../plan/container.ts';
import type { Member } from './member.ts';

/** Which members a mounted array says that it has. */
export type MembersShown =
  | { readonly is: 'known'; readonly members: readonly Member[] }
  /** A device that no container of the layout is. */
  | { readonly is: 'stranger'; readonly devid: number; readonly guestDevice: string };

/**
 * Gives the members that `btrfs filesystem show` lists, by devid. A missing one is the container that had its number, where one had.
 * A device that the kernel names `/dev/dm-0` is the container of its number, too: udev had not told btrfs of its link yet.
 */
export function membersShown({ devices }: ShownFilesystem, containers: readonly ContainerPlan[], known: readonly Member[]): MembersShown {
  const members: Member[] = [];
  for (const { devid, guestDevice, missing } of devices) {
    const named = missing
      ? undefined
      : containers.find((container) => [container.mappingGuestDevice, container.guestDevice].includes(guestDevice ?? ''));
    const container =
      named ?? (missing || isKernelName(guestDevice) ? known.find((member) => member.devid === devid)?.container : undefined);
    if (container !== undefined) members.push({ devid, container });
    else if (!missing) return { is: 'stranger', devid, guestDevice: guestDevice ?? '' };
  }
  return { is: 'known', members: members.sort((a, b) => a.devid - b.devid) };
}

function isKernelName(guestDevice: string | null): boolean {
  return guestDevice !== null && /^\/dev\/dm-\d+$/u.test(guestDevice);
}

/** Tells whether two lists have the same members, whatever their order. */
export function areSameMembers(some: readonly Member[], others: readonly Member[]): boolean {
  return describeMembers(some).join() === describeMembers(others).join();
}

/** Gives members in words: `devid 1: DISK1`. */
export function describeMembers(members: readonly Member[]): readonly string[] {
  return members.map(({ devid, container }) => `devid ${String(devid)}: ${container.serial}`).toSorted();
}
