import { lossesBorneBy } from '../../layout/profile.ts';
import type { FoundArray } from '../found-array.ts';
import { properMembers } from '../found-array.ts';

/** As many members as a lab has room for. */
const mostMembers = 15;

/** Says why nothing can be rehearsed for an array, a sentence; null when it can. */
export function whyNotRehearse(array: FoundArray): string | null {
  const members = properMembers(array);
  const missing = members.filter(({ isMissing }) => isMissing);
  const present = members.filter(({ isMissing }) => !isMissing);
  if (members.length < 2) return 'It has one disk: there is nothing to replace it from but a backup.';
  if (members.length > mostMembers) return `It has ${String(members.length)} members; a lab has room for ${String(mostMembers)}.`;
  if (array.memberCount !== null && array.memberCount > members.length)
    return 'Not all of its members could be seen: collect the facts as root, while it is mounted.';
  if (members.some(({ devid }) => devid === null)) return 'Which member has which devid is not known: collect the facts as root.';
  if ([...array.mounts, ...array.fstab].some(({ isRoot, at }) => isRoot === true || at === '/'))
    return 'It is the root filesystem: without a disk the machine stops in its initramfs, and no drill is about that.';
  if (array.chunks.length === 0) return 'Its profiles could not be seen: collect the facts as root, while it is mounted.';
  if (missing.length > 1) return `${String(missing.length)} members are missing; the drills lose one.`;
  if (members.some(({ sizeBytes }) => sizeBytes === null || sizeBytes === 0)) return 'The size of a member is not known.';
  const encrypted = present.filter(({ container }) => container !== null);
  if (encrypted.length === 0) return 'Its members are not encrypted, and the steps of the drills open LUKS containers.';
  if (encrypted.length < present.length) return 'Some of its members are encrypted and others are not: no drill has such an array.';
  if (present.some(({ container }) => container?.content !== 'crypto_LUKS'))
    return 'A LUKS header is not on its disk (detached): the commands of the drills would not open it.';
  if (new Set(encrypted.map(({ luks, device }) => luks?.version ?? device?.layer)).size > 1)
    return 'Its members have LUKS headers of different versions: no drill has such an array.';
  const weak = (['data', 'metadata'] as const).find((type) => !bearsLoss(array, type));
  return weak === undefined ? null : `Nothing of its ${weak} survives the loss of a disk: there is nothing to rehearse.`;
}

function bearsLoss({ chunks }: FoundArray, wanted: 'data' | 'metadata'): boolean {
  return chunks.some(({ type, profile }) => (type === wanted || type === 'mixed') && lossesBorneBy(profile) > 0);
}
