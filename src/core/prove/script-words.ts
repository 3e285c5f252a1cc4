import type { ArrayPlan } from '../plan/array.ts';
import type { ContainerPlan } from '../plan/container.ts';

/** What the arguments of a script can name of an array, whichever member is lost. */
export const scriptWords = {
  '{devid}': 'the number of the lost member: 1',
  '{lost}': 'its disk: /dev/disk/by-id/…',
  '{lost-mapping}': 'its mapping: crypt-btrfs1',
  '{survivor}': 'the disk of another member',
  '{survivor-mapping}': 'its mapping: crypt-btrfs2',
  '{spare}': 'the spare disk: /dev/disk/by-id/…',
  '{spare-mapping}': 'the name planned for its mapping: crypt-btrfs3',
  '{mount-point}': 'where fstab mounts the array: /storage',
} as const;

/** A word in a script's arguments that an array gives a meaning. */
export type ScriptWord = keyof typeof scriptWords;

/** Gives a script's arguments with what its words mean on an array that has lost that disk; a word without a meaning there stays. */
export function fillScriptWords(args: readonly string[], array: ArrayPlan, lostSerial: string): readonly string[] {
  const meanings = meaningsOn(array, lostSerial);
  return args.map((arg) => arg.replaceAll(/\{[a-z-]+\}/gu, (word) => meanings.get(word as ScriptWord) ?? word));
}

function meaningsOn({ members, spares, mountPoint }: ArrayPlan, lostSerial: string): ReadonlyMap<ScriptWord, string> {
  const index = members.findIndex(({ serial }) => serial === lostSerial);
  const device = (word: ScriptWord, container: ContainerPlan | undefined) =>
    container === undefined ? [] : [[word, container.guestDevice] as const];
  const mapping = (word: ScriptWord, container: ContainerPlan | undefined) =>
    container === undefined ? [] : [[word, container.mappingName] as const];
  const lost = members[index];
  const survivor = members.find((_, number) => number !== index);
  return new Map([
    ...(index === -1 ? [] : [['{devid}', String(index + 1)] as const]),
    ...device('{lost}', lost),
    ...mapping('{lost-mapping}', lost),
    ...device('{survivor}', survivor),
    ...mapping('{survivor-mapping}', survivor),
    ...device('{spare}', spares[0]),
    ...mapping('{spare-mapping}', spares[0]),
    ['{mount-point}', mountPoint] as const,
  ]);
}
