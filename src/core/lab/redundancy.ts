import type { ArrayPicture } from '../array/array-picture.ts';
import { whyNotLose } from '../array/why-not-lose.ts';
import type { ArrayToLoseFrom } from '../array/why-not-lose.ts';
import type { LabState } from './lab-state.ts';
import type { DiskAct } from './disk-act.ts';

/**
 * Says why an act may destroy the last good copy of something, to complete "…, because "; undefined when it does not. It considers what
 * the array is, if it could be looked at, and what is known of its disks from outside. What nobody can see, such as a copy damaged inside
 * the guest, cannot be considered.
 */
export function judgeRedundancy(state: LabState, act: DiskAct, picture: ArrayPicture | undefined): string | undefined {
  const serial = hurtDisk(act);
  const array = picture === undefined || picture.devices.length === 0 ? asBuilt(state) : picture;
  const lost = array.devices.find((device) => device.serial !== null && device.serial === serial);
  if (lost === undefined) return undefined;
  const doubtful = array.devices.flatMap((device) => {
    const why = device.serial === null ? undefined : whyHurt(state, device.serial);
    return why === undefined ? [] : [[device.devid, why] as const];
  });
  return whyNotLose(array, lost.devid, new Map(doubtful)) ?? undefined;
}

/** Gives the disk from which an act takes good data; slowness takes none. */
function hurtDisk(act: DiskAct): string | undefined {
  if (act.do === 'pull') return act.disk.toUpperCase();
  return act.do === 'break' && act.fault.kind !== 'slow-disk' ? act.fault.disk : undefined;
}

function whyHurt({ disks, faults }: LabState, serial: string): string | undefined {
  const disk = disks.find((candidate) => candidate.serial === serial);
  if (disk?.isIn !== true) return 'pulled';
  if (faults.some((fault) => fault.disk === serial && fault.kind !== 'slow-disk')) return 'it has a fault';
  return disk.damage.length > 0 ? 'damaged' : undefined;
}

/** The reason when the array of a lab cannot be looked at. */
function asBuilt({ isProvisioned, disks, layout }: LabState): ArrayToLoseFrom {
  const members = isProvisioned ? disks.filter(({ role }) => role === 'member') : [];
  const unknown = { name: null, guestDevice: null, isMissing: false, errors: {} };
  return {
    devices: members.map(({ serial }, index) => ({ ...unknown, devid: index + 1, serial })),
    usage: { blockGroups: [{ profile: layout.profile, devices: [] }] },
  };
}
