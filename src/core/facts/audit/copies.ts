import { formatSize } from '../../text/size.ts';
import { lossesBorneBy } from '../../layout/profile.ts';
import type { ChunkProfileName } from '../facts.ts';
import type { FoundArray, FoundChunks } from '../found-array.ts';
import { properMembers } from '../found-array.ts';
import { mountPointOf, nameOfArray, nameOfDevice, typed } from '../names.ts';
import type { AuditFinding } from './finding.ts';

/** Gives the profile that chunks of a type should have: that of most of those which survive a loss; null where there is none. */
export function redundantProfile(array: FoundArray, type: FoundChunks['type']): ChunkProfileName | null {
  const candidates = array.chunks.filter((chunks) => chunks.type === type && lossesBorneBy(chunks.profile) > 0);
  const [most] = [...candidates].sort((one, other) => other.sizeBytes - one.sizeBytes);
  return most?.profile ?? null;
}

/** Finds chunks that do not survive the loss of one member, and those that survive fewer than the others. */
export function findCopies(array: FoundArray): readonly AuditFinding[] {
  if ((array.memberCount ?? properMembers(array).length) < 2) return [];
  const weak = array.chunks.filter(({ profile }) => lossesBorneBy(profile) === 0);
  const stray = weak.filter(({ type }) => redundantProfile(array, type) !== null);
  const intended = weak.filter((chunks) => !stray.includes(chunks));
  const lesser = array.chunks.filter(({ type, profile }) => {
    const best = redundantProfile(array, type);
    return lossesBorneBy(profile) > 0 && best !== null && profile !== best;
  });
  return [
    ...(stray.length === 0 ? [] : [strayFinding(array, stray)]),
    ...(intended.length === 0 ? [] : [intendedFinding(array, intended)]),
    ...(lesser.length === 0 ? [] : [mixedFinding(array, lesser)]),
  ];
}

function describeChunks(array: FoundArray, { type, profile, sizeBytes, usedBytes, on }: FoundChunks): string {
  const where =
    on === undefined
      ? 'only root can tell on which member'
      : `on ${on.map(({ device, sizeBytes: bytes }) => `${nameOfDevice(array, device)}: ${String(bytes)} bytes`).join(', ')}`;
  return `${type}, ${profile}: ${String(sizeBytes)} bytes allocated, ${String(usedBytes)} used (${formatSize(usedBytes)}); ${where}`;
}

function usedOf(chunks: readonly FoundChunks[]): number {
  return chunks.reduce((total, { usedBytes }) => total + usedBytes, 0);
}

function strayFinding(array: FoundArray, stray: readonly FoundChunks[]): AuditFinding {
  return {
    name: 'single-copy',
    severity: 'danger',
    array: nameOfArray(array),
    what: `${formatSize(usedOf(stray))} in chunks that do not survive the loss of a disk, beside others that do.`,
    evidence: stray.map((chunks) => describeChunks(array, chunks)),
    why: 'They were written while a member was missing, or a conversion did not finish. When the disk that has them dies, they are lost; and the array cannot be mounted read-write any more.',
    type: [typed('btrfs', 'balance', 'start', ...convertFilters(array, stray), mountPointOf(array))],
  };
}

/** System chunks go with metadata; btrfs balance converts both by `-m`. Source: btrfs-balance(8). */
function convertFilters(array: FoundArray, chunks: readonly FoundChunks[]): readonly string[] {
  const wanted = (types: readonly string[]): ChunkProfileName | null => {
    const found = chunks.find(({ type }) => types.includes(type));
    return found === undefined ? null : redundantProfile(array, found.type);
  };
  const data = wanted(['data', 'mixed']);
  const metadata = wanted(['metadata', 'system', 'mixed']);
  return [...(data === null ? [] : [`-dconvert=${data},soft`]), ...(metadata === null ? [] : [`-mconvert=${metadata},soft`])];
}

function intendedFinding(array: FoundArray, chunks: readonly FoundChunks[]): AuditFinding {
  const types = [...new Set(chunks.map(({ type }) => type))].join(', ');
  const profiles = [...new Set(chunks.map(({ profile }) => profile))].join(', ');
  return {
    name: 'no-redundancy',
    severity: 'danger',
    array: nameOfArray(array),
    what: `${formatSize(usedOf(chunks))} of ${types} in ${profiles}: no chunk of these types survives the loss of a disk.`,
    evidence: chunks.map((each) => describeChunks(array, each)),
    why: `With ${profiles} every block is on one disk only; dup keeps both copies on the same one. One dead disk takes the filesystem with it.`,
    type: [typed('btrfs', 'balance', 'start', ...types.split(', ').flatMap(filterFor), mountPointOf(array))],
  };
}

function filterFor(type: string): readonly string[] {
  if (type === 'data') return ['-dconvert=raid1,soft'];
  if (type === 'mixed') return ['-dconvert=raid1,soft', '-mconvert=raid1,soft'];
  return type === 'metadata' ? ['-mconvert=raid1,soft'] : [];
}

function mixedFinding(array: FoundArray, lesser: readonly FoundChunks[]): AuditFinding {
  return {
    name: 'mixed-profiles',
    severity: 'care',
    array: nameOfArray(array),
    what: 'Chunks of one type have several profiles: a conversion did not finish.',
    evidence: lesser.map((chunks) => describeChunks(array, chunks)),
    why: 'New chunks get one of these profiles, and you do not choose which. How many disks you may lose is that of the weakest.',
    type: [typed('btrfs', 'balance', 'start', ...convertFilters(array, lesser), mountPointOf(array))],
  };
}
