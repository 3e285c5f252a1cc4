import { lossesSurvived, profiles } from '../profile.ts';
import type { ArrayPicture } from '../array/array-picture.ts';
import type { LabState } from './lab-state.ts';
import type { DiskAct } from './disk-act.ts';

/**
 * Says why an act may destroy the last good copy of something, in words that complete "…, because "; undefined when it does not.
 *
 * What counts is what the array is, where it could be looked at: the profiles that its chunks really have, and its devices. What
 * cannot be seen from outside, such as a copy that rotted long ago, cannot be counted.
 */
export function judgeRedundancy(state: LabState, act: DiskAct, picture: ArrayPicture | undefined): string | undefined {
  const disk = hurtDisk(act);
  if (disk === undefined) return undefined;
  const { members, missing } = membersOf(state, picture);
  if (!members.includes(disk)) return undefined;
  const hurt = members.filter((serial) => serial !== disk && isHurt(state, serial));
  const survived = tolerance(state, picture);
  const lost = hurt.length + missing + 1;
  if (lost <= survived.losses) return undefined;
  const others = [...hurt, ...(missing === 0 ? [] : [`${String(missing)} missing`])];
  const already = others.length === 0 ? '' : `, and it has lost already: ${others.join(', ')}`;
  return `the array has ${survived.profile} chunks, which survive the loss of ${String(survived.losses)} of its devices${already}`;
}

/** Gives the disk that an act takes good data from; slowness takes none. */
function hurtDisk(act: DiskAct): string | undefined {
  if (act.do === 'pull') return act.disk.toUpperCase();
  return act.do === 'break' && act.fault.kind !== 'slow-disk' ? act.fault.disk : undefined;
}

function isHurt({ disks, faults }: LabState, serial: string): boolean {
  const disk = disks.find((candidate) => candidate.serial === serial);
  const fails = faults.some((fault) => fault.disk === serial && fault.kind !== 'slow-disk');
  return disk === undefined || !disk.isIn || disk.damage.length > 0 || fails;
}

/** The serials of the disks in the array, and how many devices it has whose disk nobody knows. */
function membersOf(state: LabState, picture: ArrayPicture | undefined): { readonly members: readonly string[]; readonly missing: number } {
  if (picture === undefined || picture.devices.length === 0) {
    const members = state.isProvisioned ? state.disks.filter(({ role }) => role === 'member').map(({ serial }) => serial) : [];
    return { members, missing: 0 };
  }
  const members = picture.devices.flatMap(({ serial }) => (serial === null ? [] : [serial]));
  return { members, missing: picture.devices.length - members.length };
}

function tolerance(state: LabState, picture: ArrayPicture | undefined): { readonly profile: string; readonly losses: number } {
  const found = (picture?.usage?.blockGroups ?? []).map(({ profile }) => profile.toLowerCase());
  const names = found.length === 0 ? [state.layout.profile] : found;
  const losses = names.map((name) => {
    const known = profiles.find((profile) => profile === name);
    return { profile: name, losses: known === undefined ? 0 : lossesSurvived(known) };
  });
  return losses.reduce((least, next) => (next.losses < least.losses ? next : least));
}
