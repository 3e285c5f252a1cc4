import type { FoundArray, FoundMember } from '../found-array.ts';
import { disksOf, properMembers } from '../found-array.ts';
import { mountPointOf, nameOfArray, nameOfMember, stableName, typed } from '../names.ts';
import type { AuditFinding } from './finding.ts';

/** Finds what is wrong with the members: missing, doubled, behind, damaged, counting errors, on one disk, not encrypted. */
export function findMembers(array: FoundArray): readonly AuditFinding[] {
  return [
    ...findMissing(array),
    ...findDoubles(array),
    ...findLagging(array),
    ...findDamagedSupers(array),
    ...findErrors(array),
    ...findSharedDisks(array),
    ...findUnencrypted(array),
  ];
}

/** Gives how many members are missing: told by btrfs, or fewer devices than there should be. */
export function missingCount(array: FoundArray): number {
  const members = properMembers(array);
  const told = members.filter(({ isMissing }) => isMissing).length;
  const present = members.length - told;
  return Math.max(told, (array.memberCount ?? 0) - present, 0);
}

function findMissing(array: FoundArray): readonly AuditFinding[] {
  const missing = missingCount(array);
  if (missing === 0) return [];
  const members = properMembers(array);
  const gone = members.filter(({ isMissing }) => isMissing);
  const devid = gone[0]?.devid ?? 'DEVID';
  const there = members.filter(({ isMissing }) => !isMissing).length;
  return [
    {
      name: 'member-missing',
      severity: 'danger',
      array: nameOfArray(array),
      what: missing === 1 ? 'A member is missing.' : `${String(missing)} members are missing.`,
      evidence: [...gone.map(nameOfMember), `${String(there)} of ${String(array.memberCount ?? there + missing)} members are there`],
      why: array.isMounted
        ? 'What is written now has fewer copies than it should, or one. What was written before has lost a copy.'
        : 'It does not mount without `degraded`; its containers may only be locked. Look for the disk before you mount it without it.',
      type: [
        'lsblk --fs',
        typed('btrfs', 'replace', 'start', '-B', String(devid), '/dev/NEW', mountPointOf(array)),
        typed('btrfs', 'balance', 'start', '-dconvert=PROFILE,soft', '-mconvert=PROFILE,soft', mountPointOf(array)),
      ],
    },
  ];
}

/** A replaced disk that comes back has the number and UUID of the one that took its place: field notes, btrfs over LUKS, 2. */
function findDoubles(array: FoundArray): readonly AuditFinding[] {
  const members = array.members.filter(({ device }) => device !== null);
  const supers = members.filter(({ superBlock }) => superBlock !== null);
  const doubled = supers.filter((member) =>
    supers.some((other) => other !== member && other.superBlock?.devid === member.superBlock?.devid),
  );
  const expected =
    array.memberCount === null ? members.length : array.memberCount + array.members.filter(({ devid }) => devid === 0).length;
  const outside = members.filter(({ isOutside }) => isOutside);
  const strangers = doubled.length > 0 ? doubled : members.length > expected ? members : outside;
  if (strangers.length === 0) return [];
  const newest = Math.max(...strangers.map(({ superBlock }) => superBlock?.generation ?? 0));
  const old = outside[0] ?? strangers.find(({ superBlock }) => (superBlock?.generation ?? newest) < newest);
  const oldDevice = old?.device ?? null;
  return [
    {
      name: 'member-twice',
      severity: 'danger',
      array: nameOfArray(array),
      what: 'A disk says that it is a member of this array, and the array has no place for it, or does not use it.',
      evidence: strangers.map((member) => `${nameOfMember(member)}${generationOf(member)}${member.isOutside ? ', not in use' : ''}`),
      why: 'A replaced disk that comes back has the UUID of the one that took its place. At the next mount either may be used, without a warning, and the other goes stale.',
      type: [
        typed('btrfs', 'device', 'scan', '--forget', oldDevice === null ? '/dev/OLD' : `/dev/${oldDevice.name}`),
        typed('wipefs', '--all', oldDevice === null ? '/dev/OLD' : stableName(oldDevice, old?.layers ?? [])),
      ],
    },
  ];
}

function generationOf({ superBlock }: FoundMember): string {
  return superBlock === null ? '' : `: generation ${String(superBlock.generation)}`;
}

/** Members of a mounted array are written one after the other: one commit between two looks is no lag. */
const mountedLag = 5;

function findLagging(array: FoundArray): readonly AuditFinding[] {
  const members = properMembers(array).filter(({ superBlock }) => superBlock !== null && superBlock.damaged !== true);
  const newest = Math.max(0, ...members.map(({ superBlock }) => superBlock?.generation ?? 0));
  const lagging = members.filter(({ superBlock }) => (superBlock?.generation ?? newest) < newest - (array.isMounted ? mountedLag : 0));
  if (lagging.length === 0) return [];
  return [
    {
      name: 'member-stale',
      severity: 'danger',
      array: nameOfArray(array),
      what: 'A member is behind the others: it was not written when they were.',
      evidence: members.map((member) => `${nameOfMember(member)}${generationOf(member)}`),
      why: 'It has old data. Files with checksums are mended by a scrub; those without (nodatacow) are read from it as they were, at random.',
      type: [typed('btrfs', 'scrub', 'start', '-B', mountPointOf(array)), typed('btrfs', 'device', 'stats', mountPointOf(array))],
    },
  ];
}

function findDamagedSupers(array: FoundArray): readonly AuditFinding[] {
  const damaged = array.members.filter(({ superBlock }) => superBlock?.damaged === true);
  if (damaged.length === 0) return [];
  return [
    {
      name: 'super-block-damaged',
      severity: 'danger',
      array: nameOfArray(array),
      what: 'The super block of a member does not match its checksum.',
      evidence: damaged.map(nameOfMember),
      why: 'The first block that btrfs reads of this disk is wrong: at the next mount the member is missing.',
      type: [typed('btrfs', 'scrub', 'start', '-B', mountPointOf(array))],
    },
  ];
}

function findErrors(array: FoundArray): readonly AuditFinding[] {
  if (array.errors.length === 0) return [];
  const memberOf = (devid: number): FoundMember | undefined => array.members.find((member) => member.devid === devid);
  return [
    {
      name: 'counting-errors',
      severity: 'danger',
      array: nameOfArray(array),
      what: `${array.errors.length === 1 ? 'A member has' : `${String(array.errors.length)} members have`} counted errors.`,
      evidence: array.errors.map(({ devid, counters }) => {
        const member = memberOf(devid);
        const numbers = Object.entries(counters).map(([name, value]) => `${name.replace(/Errors$/u, '')} ${String(value)}`);
        return `${member === undefined ? `devid ${String(devid)}` : nameOfMember(member)}: ${numbers.join(', ')}`;
      }),
      why: 'A read or write failed, or a block came back wrong. Behind dm-crypt this counter is all that tells of a dead disk. The copies on it may be missing or old until a scrub has read them all.',
      type: [
        typed('btrfs', 'scrub', 'start', '-B', mountPointOf(array)),
        typed('btrfs', 'device', 'stats', '-z', mountPointOf(array)),
        'smartctl --all /dev/DISK',
      ],
    },
  ];
}

function findSharedDisks(array: FoundArray): readonly AuditFinding[] {
  const members = properMembers(array);
  const shared = new Map<string, readonly FoundMember[]>();
  for (const member of members) for (const { name } of disksOf(member)) shared.set(name, [...(shared.get(name) ?? []), member]);
  const several = [...shared.values()].find((on) => on.length > 1);
  if (several === undefined) return [];
  return [
    {
      name: 'one-disk-two-members',
      severity: 'danger',
      array: nameOfArray(array),
      what: `${String(several.length)} members are on one disk.`,
      evidence: several.map(nameOfMember),
      why: 'btrfs puts the copies on different members, and takes them for different disks. When this disk dies both copies die.',
      type: [typed('btrfs', 'replace', 'start', '-B', String(several[1]?.devid ?? 'DEVID'), '/dev/OTHER_DISK', mountPointOf(array))],
    },
  ];
}

function findUnencrypted(array: FoundArray): readonly AuditFinding[] {
  const present = properMembers(array).filter(({ device }) => device !== null);
  const open = present.filter(({ layers }) => !layers.some(({ layer }) => layer?.startsWith('CRYPT') === true));
  if (open.length === 0 || open.length === present.length) return [];
  return [
    {
      name: 'member-not-encrypted',
      severity: 'trap',
      array: nameOfArray(array),
      what: 'A member is not encrypted, beside others that are.',
      evidence: open.map(nameOfMember),
      why: 'Every file of a mirror is on it in the clear. It also needs a replacement of another size than the others.',
      type: [typed('btrfs', 'replace', 'start', '-B', String(open[0]?.devid ?? 'DEVID'), '/dev/mapper/NEW', mountPointOf(array))],
    },
  ];
}
