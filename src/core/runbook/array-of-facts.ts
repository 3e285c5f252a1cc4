import type { FactOf } from '../facts/facts.ts';
import { properMembers } from '../facts/found-array.ts';
import type { FoundArray, FoundMember } from '../facts/found-array.ts';
import { mountPointOf, nameOfMember, stableName } from '../facts/names.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import type { ArrayPlan } from '../plan/array.ts';
import type { ContainerPlan } from '../plan/container.ts';
import { prose } from './prose.ts';
import type { RunbookWord } from './runbook.ts';

/** A real array as a plan names it, so that the steps of a drill type its names. */
export interface RealArray {
  readonly array: ArrayPlan;
  /** Words of its names beside those that stand for stand-ins. */
  readonly words: readonly RunbookWord[];
}

/** The lab's layout, and which member is lost, by its 1-based number in the order of devids. */
export interface RealArrayWish {
  readonly layout: ArrayLayout;
  readonly lostMember: number;
}

/**
 * Gives the plan of a real array, whose facts are typeable. What only a person knows is a word to fill in: the new disk, the UUID of its
 * container, and key files, whose paths are in no document.
 */
export function planRealArray(found: FoundArray, { layout, lostMember }: RealArrayWish): RealArray {
  const members = [...properMembers(found)].sort((one, other) => (one.devid ?? 0) - (other.devid ?? 0));
  const lost = members[lostMember - 1];
  if (lost === undefined) throw new RangeError(`planRealArray: there is no member number ${String(lostMember)}`);
  const named = members.map((member) => planMember(found, member));
  const spare = planSpare(found, lost);
  const sizes = members.map(({ container, sizeBytes }) => container?.sizeBytes ?? sizeBytes ?? 0);
  return {
    array: {
      // Whoever types a passphrase needs the slow derivation, and cryptsetup's default is that.
      layout: { ...layout, kdf: 'real', memberSizesBytes: sizes, spareSizesBytes: [Math.max(...sizes)], subvolumes: subvolumesOf(found) },
      members: named.map(({ container }) => container),
      spares: [spare.container],
      mountPoint: mountPointOf(found),
      subvolume: subvolumesOf(found)[0]?.name ?? null,
      devids: members.map(({ devid }) => devid ?? 0),
      lostMember,
    },
    words: [...named.flatMap(({ words }) => words), ...spare.words],
  };
}

/** What is mounted of it, as the plan of an array has it; a comma would end the option of mount(8), and the top level does for a repair. */
function subvolumesOf({ fstab, mounts }: FoundArray): ArrayLayout['subvolumes'] {
  const mounted = [...(fstab.length > 0 ? fstab : mounts)];
  return mounted.flatMap(({ at, subvolumes }) =>
    subvolumes.slice(0, 1).flatMap((name) => (name.includes(',') ? [] : [{ name, mountPoint: at, options: [] }])),
  );
}

interface NamedContainer {
  readonly container: ContainerPlan;
  readonly words: readonly RunbookWord[];
}

function planMember(found: FoundArray, member: FoundMember): NamedContainer {
  const line = crypttabLineOf(found, member);
  const { container, device, layers } = member;
  const of = `DEVID-${String(member.devid)}`;
  const stable = container === null ? undefined : stableName(container, layers);
  // A letter may be another disk's after the next boot.
  const path =
    stable === undefined || isLetter(stable) ? (container?.luks === undefined ? undefined : `/dev/disk/by-uuid/${container.luks}`) : stable;
  const mapping = device?.mapping ?? line?.mapping;
  const hasKeyFile = line !== undefined && line.key !== 'none';
  const words: readonly (RunbookWord | false)[] = [
    path === undefined && { word: `DISK-OF-${of}`, find: prose`the disk of ${nameOfMember(member)}: ${'ls -l /dev/disk/by-id'}` },
    mapping === undefined && {
      word: `MAPPING-OF-${of}`,
      find: prose`what crypttab calls the container of ${nameOfMember(member)}, first word of its line: ${'cat /etc/crypttab'}`,
    },
    hasKeyFile && {
      word: `KEY-FILE-OF-${of}`,
      find: prose`the key of ${nameOfMember(member)}, third word of its line: ${'cat /etc/crypttab'}`,
    },
  ];
  const mappingName = mapping ?? `MAPPING-OF-${of}`;
  const guestDevice = path ?? `/dev/disk/by-id/DISK-OF-${of}`;
  return {
    container: {
      serial: nameOfMember(member),
      ...whole(guestDevice),
      keyGuestPath: hasKeyFile ? `KEY-FILE-OF-${of}` : null,
      mappingName,
      mappingGuestDevice: `/dev/mapper/${mappingName}`,
      luksUuid: container?.luks ?? `UUID-OF-${of}`,
      crypttabOptions: line?.options ?? [],
    },
    words: words.filter((word) => word !== false),
  };
}

/** A device as it is: partitions of a real disk are its owner's. */
function whole(guestDevice: string): Pick<ContainerPlan, 'guestDevice' | 'diskGuestDevice' | 'startBytes'> {
  return { guestDevice, diskGuestDevice: guestDevice, startBytes: 0 };
}

function isLetter(path: string): boolean {
  return /^\/dev\/[^/]+$/u.test(path);
}

function crypttabLineOf(found: FoundArray, { container, device }: FoundMember): FactOf<'crypttab'> | undefined {
  return found.crypttab.find(
    (line) =>
      (line.container !== undefined && line.container === container?.name) || (line.device !== undefined && line.device === device?.name),
  );
}

/** The container that takes the place of the lost one: opened in the same way. */
function planSpare(found: FoundArray, lost: FoundMember): NamedContainer {
  const line = crypttabLineOf(found, lost) ?? found.crypttab[0];
  const taken = [...found.crypttab.map(({ mapping }) => mapping), ...found.members.flatMap(({ device }) => device?.mapping ?? [])];
  const mappingName = nextName(lost.device?.mapping ?? line?.mapping ?? taken[0], taken);
  const options = new Set(['luks', 'nofail', ...(line?.options ?? [])]);
  return {
    container: {
      serial: 'the new disk',
      ...whole('/dev/disk/by-id/NEW-DISK'),
      keyGuestPath: line === undefined || line.key === 'none' ? null : `/etc/luks/${mappingName}.key`,
      mappingName,
      mappingGuestDevice: `/dev/mapper/${mappingName}`,
      luksUuid: 'UUID-OF-NEW-DISK',
      crypttabOptions: [...options],
    },
    words: [
      {
        word: 'NEW-DISK',
        find: prose`the new disk, or its partition, by its serial: ${'ls -l /dev/disk/by-id'}. What is on it will be gone.`,
      },
      { word: 'UUID-OF-NEW-DISK', find: prose`a new UUID, the same in every command: ${'uuidgen'}` },
      ...(mappingName === 'NEW-MAPPING'
        ? [{ word: 'NEW-MAPPING', find: prose`a name for the new container that ${'ls /dev/mapper'} does not list` }]
        : []),
    ],
  };
}

/** Gives the next name of a series (`crypt3` after `crypt2`), or the name with `-new`; a word to fill in where names are not known. */
function nextName(name: string | undefined, taken: readonly string[]): string {
  if (name === undefined || /^MAPPING-(?:NAMED-)?\d+$/u.test(name)) return 'NEW-MAPPING';
  const beginning = name.replace(/\d+$/u, '');
  const numbers = taken.flatMap((each) =>
    each.startsWith(beginning) && /^\d+$/u.test(each.slice(beginning.length)) ? [Number(each.slice(beginning.length))] : [],
  );
  const next = numbers.length === 0 ? `${name}-new` : `${beginning}${String(Math.max(...numbers) + 1)}`;
  return taken.includes(next) ? `${next}-new` : next;
}
