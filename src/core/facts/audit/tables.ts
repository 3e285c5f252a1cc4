import type { FactOf } from '../facts.ts';
import type { FoundArray } from '../found-array.ts';
import { nameOfArray, specOf, stableName } from '../names.ts';
import { degradedInFstab } from '../../layout/layout-mistakes.ts';
import type { AuditFinding } from './finding.ts';

/** Finds what is wrong with the lines of fstab and crypttab. */
export function findTables(array: FoundArray): readonly AuditFinding[] {
  const { fstab, crypttab } = array;
  const name = nameOfArray(array);
  const byLetter = fstab.filter(({ by, options }) => by === 'kernel-name' || options.includes('device=kernel-name'));
  const degraded = fstab.filter(({ options }) => options.includes('degraded'));
  const stops = fstab.filter(({ options, isRoot }) => isRoot !== true && !options.includes('nofail') && !options.includes('noauto'));
  const cryptByLetter = crypttab.filter(({ by }) => by === 'kernel-name');
  const cryptStops = crypttab.filter(({ options }) => !options.includes('nofail') && !options.includes('noauto'));
  const isRoot = fstab.some((line) => line.isRoot === true);
  return [
    ...(degraded.length === 0 ? [] : [degradedFinding(name, degraded)]),
    ...(cryptByLetter.length === 0 ? [] : [crypttabByLetter(array, cryptByLetter)]),
    ...(byLetter.length === 0 ? [] : [fstabByLetter(array, byLetter)]),
    ...(stops.length === 0 ? [] : [stopsBoot(name, '/etc/fstab', stops.map(lineOf))]),
    ...(isRoot || cryptStops.length === 0 ? [] : [stopsBoot(name, '/etc/crypttab', cryptStops.map(cryptLineOf))]),
    ...(array.isMounted && fstab.length === 0 ? [notInFstab(array)] : []),
  ];
}

function lineOf(line: FactOf<'fstab'>): string {
  return `${specOf(line)} ${line.at} btrfs ${line.options.join(',') || 'defaults'}`;
}

function cryptLineOf({ mapping, by, container, luks, key, options }: FactOf<'crypttab'>): string {
  const source = by === 'uuid' ? `UUID=${luks ?? '?'}` : by === 'kernel-name' ? `/dev/${container ?? '?'}` : `(${by})`;
  return `${mapping} ${source} ${key === 'none' ? 'none' : `(key: ${key})`} ${options.join(',')}`;
}

function degradedFinding(array: string, lines: readonly FactOf<'fstab'>[]): AuditFinding {
  return {
    name: 'degraded-in-fstab',
    severity: 'trap',
    array,
    what: 'fstab mounts the array with `degraded`.',
    evidence: lines.map(lineOf),
    why: degradedInFstab,
    type: ['Take `degraded` out of /etc/fstab. Type it when a disk is dead: mount -o degraded DEVICE MOUNT_POINT'],
  };
}

function crypttabByLetter(array: FoundArray, lines: readonly FactOf<'crypttab'>[]): AuditFinding {
  return {
    name: 'crypttab-by-letter',
    severity: 'trap',
    array: nameOfArray(array),
    what: 'crypttab names a disk by a name that may be another disk’s after the next boot.',
    evidence: lines.map(cryptLineOf),
    why: 'With a disk added, dead or slow, the letters move: the container is not opened, and its member is missing.',
    type: lines.map(({ mapping, container, device }) => {
      const member = array.members.find((each) => each.container?.name === container || each.device?.name === device);
      const uuid = member?.container?.luks ?? 'LUKS_UUID';
      return `In /etc/crypttab: ${mapping} UUID=${uuid} …`;
    }),
  };
}

function fstabByLetter(array: FoundArray, lines: readonly FactOf<'fstab'>[]): AuditFinding {
  const member = array.members.find(({ container }) => container !== null);
  const byMapping = member === undefined || member.device === null ? '' : `, or ${stableName(member.device, member.layers)}`;
  const instead = `UUID=${array.uuid}${byMapping}`;
  return {
    name: 'fstab-by-letter',
    severity: 'trap',
    array: nameOfArray(array),
    what: 'fstab names a disk by a name that may be another disk’s after the next boot.',
    evidence: lines.map(lineOf),
    why: 'The letters move when a disk is added, dead or slow: the mount fails, or takes something else.',
    type: [`In /etc/fstab: ${instead}`],
  };
}

function stopsBoot(array: string, file: '/etc/fstab' | '/etc/crypttab', lines: readonly string[]): AuditFinding {
  return {
    name: file === '/etc/fstab' ? 'fstab-without-nofail' : 'crypttab-without-nofail',
    severity: 'trap',
    array,
    what: `A line of ${file} has no \`nofail\`.`,
    evidence: lines,
    why: 'With a dead disk the boot waits, and ends in an emergency shell: without network, on a machine that may have no screen.',
    type: [`Add nofail to its options in ${file}.`],
  };
}

function notInFstab(array: FoundArray): AuditFinding {
  return {
    name: 'not-in-fstab',
    severity: 'note',
    array: nameOfArray(array),
    what: 'fstab does not mount the array.',
    evidence: array.mounts.map(({ at }) => `mounted on ${at}`),
    why: 'Something else mounts it, or nothing does after the next boot.',
    type: [],
  };
}
