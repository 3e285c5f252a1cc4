import { profileFacts } from '../../layout/profile.ts';
import type { FactOf } from '../facts.ts';
import { properMembers } from '../found-array.ts';
import type { FoundArray, FoundMember } from '../found-array.ts';
import { nameOfArray } from '../names.ts';
import { commandToSee } from '../sources.ts';
import type { UnseenReason, WhatId } from '../sources.ts';

/** What could not be seen, and what to type to see it. */
export interface UnseenThing {
  readonly what: WhatId | 'array';
  /** Which array or device. */
  readonly of: string;
  readonly because: UnseenReason | 'locked' | 'not-mounted' | 'no-array';
  readonly type: string;
}

/** A document may lack facts without saying so. Gives what a judgement of the array needs and nobody said was unseen. */
export function gapsOf(array: FoundArray, told: readonly FactOf<'unseen'>[]): readonly UnseenThing[] {
  const present = properMembers(array).filter(({ isMissing }) => !isMissing);
  const claimed = Math.max(0, ...array.members.map(({ superBlock }) => superBlock?.deviceCount ?? 0));
  // Only of mounted arrays are chunks told.
  const isInUse = array.isMounted || array.chunks.length > 0;
  const devices = new Set(array.members.map(({ device }) => device?.name));
  const isUnallocatedKnown = (member: FoundMember): boolean =>
    array.unallocated?.some(({ device }) => device === member.device?.name) === true;
  const gaps: readonly (readonly [WhatId, boolean])[] = [
    [
      'btrfs filesystem show --raw',
      array.memberCount === null ||
        claimed > array.members.length ||
        present.some(({ devid, device }) => devid === null || device === null),
    ],
    ['btrfs device stats', !array.areErrorsKnown],
    ['btrfs filesystem usage -b', !areChunksComplete(array) || !present.every(isUnallocatedKnown)],
    ['btrfs inspect-internal dump-super', present.some(({ superBlock }) => superBlock === null)],
    ['/var/lib/btrfs/scrub.status.*', array.scrubs.length === 0 && !array.isNeverScrubbed],
    ['/proc/self/mountinfo', isInUse && array.mounts.length === 0],
    ['/sys/fs/btrfs/*/devinfo', isInUse && array.filesystem === null],
    ['/sys/class/block', !present.every(areLayersComplete)],
  ];
  const isTold = (what: WhatId): boolean =>
    told.some((each) => each.what === what && (each.filesystem === array.uuid || devices.has(each.device)));
  return gaps.flatMap(([what, isGap]): readonly UnseenThing[] =>
    isGap && !isTold(what) ? [{ what, of: nameOfArray(array), because: 'not-there', type: commandToSee(what) }] : [],
  );
}

/** Every array has system chunks, and data and metadata, apart or mixed; each chunk is on as many members as its profile has copies. */
function areChunksComplete({ chunks }: FoundArray): boolean {
  const has = (wanted: FoundArray['chunks'][number]['type']): boolean => chunks.some(({ type }) => type === wanted);
  const isPlaced = ({ on, profile }: FoundArray['chunks'][number]): boolean => {
    const copies = profile === 'raid0' || profile === 'dup' ? 1 : profileFacts[profile].copies;
    return on !== undefined && on.length >= copies;
  };
  return has('system') && (has('mixed') || (has('data') && has('metadata'))) && chunks.every(isPlaced);
}

function areLayersComplete({ layers }: FoundMember): boolean {
  return layers.every(({ on }) => on.every((name) => layers.some((layer) => layer.name === name)));
}
