import { chunksOutsideProfile } from '../btrfs/profile-judgement.ts';
import { formatCommand } from '../plan/command.ts';
import { isMountPoint } from '../layout/mount-point.ts';
import type { ArrayPlan } from '../plan/array.ts';
import { planResetDeviceStats, planSoftBalance } from '../plan/repair.ts';
import { describeProfiles } from '../layout/profile.ts';
import { describeChunks } from '../proof/judge-profiles.ts';
import type { ArrayPicture, PicturedDevice } from './array-picture.ts';

/** Why an array cannot lose a disk and have it replaced as it is, and what would fix that. */
export interface Unworkable {
  /** Completes "the array cannot be worked on: ". */
  readonly why: string;
  readonly remedy: string;
}

/**
 * Tells why a procedure that goes by the plan of an array cannot be done on it as it is now; null when it can. `unfinished` is the work
 * that was begun on it and is not over.
 */
export function whyNotWorkable(picture: ArrayPicture, array: ArrayPlan, unfinished: readonly string[]): Unworkable | null {
  return (
    whyNotMounted(picture, array) ?? whyNotAsPlanned(picture, array) ?? whyNotRedundant(picture, array) ?? whyNotAtRest(picture, unfinished)
  );
}

function whyNotMounted({ mount, mountPoint }: ArrayPicture, { layout }: ArrayPlan): Unworkable | null {
  const remedy = `Mount the array on ${layout.mountPoint} in /etc/fstab, where the procedure expects it.`;
  if (mount === null) return { why: `crypttab and fstab mount nothing on ${mountPoint}, and no btrfs is mounted at all`, remedy };
  if (mount.fstype !== 'btrfs') return { why: `${mount.fstype} is mounted on ${mountPoint}`, remedy };
  if (mountPoint !== layout.mountPoint && layout.subvolumes.length > 1)
    return { why: `it is mounted on ${mountPoint}, and its subvolumes belong below ${layout.mountPoint}`, remedy };
  if (!isMountPoint(mountPoint)) return { why: `it is mounted on ${mountPoint}, where no layout could have it`, remedy };
  if (mount.options.includes('rw')) return null;
  return { why: 'it is mounted read-only', remedy: `Find out why (raidlab logs), then: mount -o remount,rw ${mountPoint}` };
}

function whyNotAsPlanned({ devices }: ArrayPicture, { members }: ArrayPlan): Unworkable | null {
  const has = devices.map(({ devid, name }) => `${String(devid)} ${name ?? 'missing'}`);
  const planned = members.map(({ mappingName }, index) => `${String(index + 1)} ${mappingName}`);
  if (has.toSorted().join() === planned.toSorted().join()) return null;
  return {
    why: `its members, by devid, are ${has.join(', ')}; it was built as ${planned.join(', ')}`,
    remedy: 'Create another lab with `raidlab up --lab NAME`, or restore an earlier snapshot.',
  };
}

function whyNotRedundant({ usage, mountPoint }: ArrayPicture, { layout }: ArrayPlan): Unworkable | null {
  const outside = usage === null ? [] : chunksOutsideProfile(usage, layout);
  if (outside.length === 0) return null;
  return {
    why: `not all of it is ${describeProfiles(layout)}: ${outside.map(describeChunks).join('; ')}`,
    remedy: `\`raidlab ssh\`, and there: ${formatCommand(planSoftBalance({ layout, mountPoint }))}`,
  };
}

function whyNotAtRest({ devices, mountPoint }: ArrayPicture, unfinished: readonly string[]): Unworkable | null {
  const [work] = unfinished;
  if (work !== undefined) return { why: work, remedy: 'Let it finish, or cancel it (`raidlab ssh`).' };
  const counted = devices.filter(({ errors }) => Object.keys(errors).length > 0);
  if (counted.length === 0) return null;
  return {
    why: `errors were counted on it: ${counted.map(describeErrors).join('; ')}`,
    remedy: `Find the cause, scrub the array, then set them to zero: ${formatCommand(planResetDeviceStats({ mountPoint }))}`,
  };
}

function describeErrors({ name, errors }: PicturedDevice): string {
  const counters = Object.entries(errors).map(([counter, value]) => `${counter} ${String(value)}`);
  return `${name ?? 'missing'}: ${counters.join(', ')}`;
}

/** Gives the subvolume that fstab shows where the array is mounted, in the words of `subvol=`; null for the top level. */
export function mountedSubvolume({ mount }: Pick<ArrayPicture, 'mount'>): string | null {
  const options = mount?.options ?? [];
  const at = options.findIndex((option) => option.startsWith('subvol='));
  // The kernel prints it last, and its name may have commas. Source: btrfs_show_options() in fs/btrfs/super.c.
  const subvolume = at === -1 ? '' : options.slice(at).join(',').slice('subvol='.length).replace(/^\//u, '');
  return subvolume === '' ? null : subvolume;
}
