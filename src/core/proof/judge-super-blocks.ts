import type { SuperBlock } from '../btrfs/dump-super.ts';
import type { Check } from '../verdict/verdict.ts';

/** A member's super block, or why it cannot be read. */
export interface SuperBlockSeen {
  readonly guestDevice: string;
  readonly superBlock: SuperBlock | null;
  /** What the tool said instead; empty when it could be read. */
  readonly refusal: readonly string[];
}

/**
 * Judges whether the stale devices of a filesystem can be told from the others by their super blocks: their generation is behind, and all
 * others have the newest.
 */
export function judgeStaleRecognised(superBlocks: readonly SuperBlock[], staleGuestDevices: readonly string[]): Check {
  const newest = Math.max(...superBlocks.map(({ generation }) => generation));
  const behind = superBlocks.filter(({ generation }) => generation < newest).map(({ guestDevice }) => guestDevice);
  const isOneFilesystem = new Set(superBlocks.map(({ fsid }) => fsid)).size === 1;
  const held = isOneFilesystem && superBlocks.every(isWhole) && behind.join() === staleGuestDevices.join();
  return {
    name: 'stale-recognised',
    claim: `Before anything is mounted it is known that ${staleGuestDevices.join(' and ')} is behind the others, and no other disk is`,
    outcome: held ? 'held' : 'broken',
    evidence: superBlocks.map((each) => describeSuperBlock(each, superBlocks)),
  };
}

/** Judges whether the last transaction of an unmounted array wrote all its members. */
export function judgeGenerations(seen: readonly SuperBlockSeen[]): Check {
  const superBlocks = seen.flatMap(({ superBlock }) => superBlock ?? []);
  const generations = new Set(superBlocks.map(({ generation }) => generation));
  const held = superBlocks.length === seen.length && generations.size === 1 && superBlocks.every(isWhole);
  return {
    name: 'generations',
    claim: 'Every member was written last by the same transaction',
    outcome: held ? 'held' : 'broken',
    evidence: seen.flatMap(({ superBlock, refusal }) => (superBlock === null ? refusal : describeSuperBlock(superBlock, superBlocks))),
  };
}

function isWhole({ checksumMatches }: SuperBlock): boolean {
  return checksumMatches;
}

/** Formats a device's super block as a line, with any other device that claims to be the same one. */
function describeSuperBlock(superBlock: SuperBlock, all: readonly SuperBlock[]): string {
  const { guestDevice, devid, generation, checksumMatches, deviceUuid } = superBlock;
  const twins = all.filter((other) => other !== superBlock && other.deviceUuid === deviceUuid).map((other) => other.guestDevice);
  return [
    `${guestDevice}: devid ${String(devid)}, generation ${String(generation)}`,
    ...(checksumMatches ? [] : ['its checksum does not match']),
    ...(twins.length === 0 ? [] : [`the same device UUID as ${twins.join(', ')}`]),
  ].join(', ');
}
