import type { Facts } from '../facts.ts';
import { findArrays, properMembers } from '../found-array.ts';
import type { FoundArray, FoundMember } from '../found-array.ts';
import { nameOfArray, stableName } from '../names.ts';
import type { RehearsedMember } from './rehearsed-array.ts';

/** Tells a person why, and does not return. */
type Refuse = (why: string) => never;

/** Gives the array that is meant: by label, UUID or mount point; the only one of several disks by default. */
export function chooseArray(facts: Facts, wanted: string | undefined, refuse: Refuse): FoundArray {
  const all = findArrays(facts);
  const arrays = all.filter((array) => array.members.length > 1 || (array.memberCount ?? 0) > 1);
  const names = arrays.map(nameOfArray).join(', ');
  if (wanted !== undefined) {
    const named = all.find((array) =>
      [array.label, array.uuid, ...array.mounts.map(({ at }) => at), ...array.fstab.map(({ at }) => at)].includes(wanted),
    );
    return named ?? refuse(`There is no array ${wanted}; there is ${names === '' ? 'none' : names}.`);
  }
  const [only, other] = arrays;
  if (only === undefined)
    refuse(all.length === 0 ? 'There is no btrfs here.' : 'There is no btrfs array here, only filesystems on one disk.');
  if (other !== undefined) refuse(`There are several arrays: ${names}. Say which one: --array NAME.`);
  return only;
}

/** Gives the members to be lost, by devid, mapping, disk or stable name; all that may be if none is named. */
export function chooseLost(
  array: FoundArray,
  losable: readonly RehearsedMember[],
  wanted: readonly string[],
  refuse: Refuse,
): readonly RehearsedMember[] {
  if (wanted.length === 0) return losable;
  const chosen = wanted.map((word) => {
    const member = properMembers(array).find((each) => namesOf(each).includes(word));
    if (member === undefined) refuse(`There is no member ${word}; there is ${losable.map(({ name }) => name).join(', ')}.`);
    return (
      losable.find(({ devid }) => devid === member.devid) ??
      refuse(`The member ${word} cannot be lost: another one is missing, and the drills lose one.`)
    );
  });
  return [...new Set(chosen)];
}

function namesOf({ devid, device, container, layers }: FoundMember): readonly string[] {
  const paths = [device, container, ...layers].flatMap((each) => (each === null ? [] : [stableName(each, layers), `/dev/${each.name}`]));
  return [...(devid === null ? [] : [String(devid)]), ...paths, ...paths.map((path) => path.slice(path.lastIndexOf('/') + 1))];
}
