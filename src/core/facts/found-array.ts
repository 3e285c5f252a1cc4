import { factsOf } from './facts.ts';
import type { ChunkProfileName, Fact, FactOf, Facts } from './facts.ts';

/** A block device of a host. */
export type FoundDevice = FactOf<'device'>;

/** A member of an array on a real host. */
export interface FoundMember {
  /** Null where only root could have told. */
  readonly devid: number | null;
  readonly isMissing: boolean;
  /** Whether it says that it is a member, and the mounted array does not have it: a disk that came back. */
  readonly isOutside: boolean;
  /** What btrfs has as its device; null when missing. */
  readonly device: FoundDevice | null;
  /** The device that the LUKS container is on. */
  readonly container: FoundDevice | null;
  readonly luks: FactOf<'luks'> | null;
  /** From the member's device down to the disks. */
  readonly layers: readonly FoundDevice[];
  /** As btrfs has it, else as the device has it; null when nobody knows. */
  readonly sizeBytes: number | null;
  readonly superBlock: FactOf<'super'> | null;
}

/** The error counters of one member that are not zero. */
export interface FoundErrors {
  readonly devid: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** Chunks of one type and profile. */
export interface FoundChunks {
  readonly type: FactOf<'chunks'>['type'];
  readonly profile: ChunkProfileName;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** The members that hold them, with their raw bytes; null is a missing one. Undefined where only root could have told. */
  readonly on: readonly { readonly device: string | null; readonly sizeBytes: number }[] | undefined;
}

/** An array as it was found on a real host, put together from the facts. */
export interface FoundArray {
  readonly uuid: string;
  readonly label: string | null;
  readonly filesystem: FactOf<'filesystem'> | null;
  readonly isMounted: boolean;
  readonly members: readonly FoundMember[];
  /** How many members it should have; null where nobody knows. */
  readonly memberCount: number | null;
  readonly chunks: readonly FoundChunks[];
  /** Unallocated bytes by device; undefined where only root could have told. */
  readonly unallocated: readonly { readonly device: string | null; readonly sizeBytes: number }[] | undefined;
  readonly errors: readonly FoundErrors[];
  /** Whether the error counters of every member are known. */
  readonly areErrorsKnown: boolean;
  readonly mounts: readonly FactOf<'mount'>[];
  readonly fstab: readonly FactOf<'fstab'>[];
  /** Of the containers of this array. */
  readonly crypttab: readonly FactOf<'crypttab'>[];
  readonly scrubs: readonly FactOf<'scrub'>[];
  /** Whether it is known that there is no record of a scrub. */
  readonly isNeverScrubbed: boolean;
  readonly subvolumes: FactOf<'subvolumes'> | null;
}

/** Puts the arrays of a host together. */
export function findArrays(facts: Facts): readonly FoundArray[] {
  const uuids = [
    ...factsOf(facts, 'filesystem').map(({ uuid }) => uuid),
    ...factsOf(facts, 'device').flatMap(({ filesystem }) => (filesystem === undefined ? [] : [filesystem])),
  ];
  return [...new Set(uuids)].map((uuid) => findArray(facts, uuid));
}

function findArray(facts: Facts, uuid: string): FoundArray {
  const ofArray = <Kind extends Fact['is']>(kind: Kind): readonly FactOf<Kind>[] =>
    factsOf(facts, kind).filter((fact) => 'filesystem' in fact && fact.filesystem === uuid);
  const filesystem = factsOf(facts, 'filesystem').find((each) => each.uuid === uuid) ?? null;
  const members = findMembers(facts, uuid);
  const told = ofArray('member');
  const supers = ofArray('super').filter(({ damaged }) => damaged !== true);
  const placed = ofArray('placed');
  const isPlacedKnown = placed.some(({ type }) => type === 'unallocated');
  const label = filesystem?.label ?? null;
  const names = new Set(members.flatMap(({ layers }) => layers.map(({ name }) => name)));
  return {
    uuid,
    label,
    filesystem,
    isMounted: filesystem?.mounted === true,
    members,
    memberCount:
      told.length > 0 ? told.filter(({ devid }) => devid > 0).length : Math.max(0, ...supers.map(({ deviceCount }) => deviceCount)) || null,
    chunks: ofArray('chunks').map(({ type, profile, sizeBytes, usedBytes = 0 }) => {
      const isThese = (each: FactOf<'placed'>): boolean =>
        each.profile === profile && (each.type === type || (type === 'mixed' && each.type === 'data+metadata'));
      const on = placed.filter(isThese).map((each) => ({ device: each.device ?? null, sizeBytes: each.sizeBytes }));
      return { type, profile, sizeBytes, usedBytes, on: isPlacedKnown ? on : undefined };
    }),
    unallocated: isPlacedKnown
      ? placed.filter(({ type }) => type === 'unallocated').map(({ device, sizeBytes }) => ({ device: device ?? null, sizeBytes }))
      : undefined,
    errors: told.flatMap(({ devid, ...rest }) => {
      const counters = Object.fromEntries(errorsOf(rest).filter(([, value]) => value > 0));
      return Object.keys(counters).length === 0 ? [] : [{ devid, counters }];
    }),
    areErrorsKnown: told.length > 0 && told.every((each) => errorsOf(each).length === 5),
    mounts: ofArray('mount'),
    fstab: factsOf(facts, 'fstab').filter((each) => each.filesystem === uuid || (each.label !== undefined && each.label === label)),
    crypttab: factsOf(facts, 'crypttab').filter(({ device = '', container = '' }) => names.has(device) || names.has(container)),
    scrubs: ofArray('scrub'),
    isNeverScrubbed: ofArray('noscrub').length > 0,
    subvolumes: ofArray('subvolumes')[0] ?? null,
  };
}

function errorsOf(fact: Partial<FactOf<'member'>>): readonly (readonly [string, number])[] {
  const { writeErrors, readErrors, flushErrors, corruptionErrors, generationErrors } = fact;
  return Object.entries({ writeErrors, readErrors, flushErrors, corruptionErrors, generationErrors }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

function findMembers(facts: Facts, uuid: string): readonly FoundMember[] {
  const devices = factsOf(facts, 'device');
  const own = devices.filter(({ filesystem }) => filesystem === uuid);
  const told = factsOf(facts, 'member').filter(({ filesystem }) => filesystem === uuid);
  const supers = factsOf(facts, 'super').filter(({ filesystem }) => filesystem === uuid);
  const present = told.filter(({ missing }) => missing !== true);
  const members = told.flatMap(({ devid, missing, device, sizeBytes }) => {
    if (missing === true) return [{ devid, device: null, sizeBytes: sizeBytes ?? null, isMissing: true }];
    // A single member needs nobody to tell which device it is.
    const found =
      device === undefined ? (present.length === 1 && own.length === 1 ? own[0] : undefined) : own.find(({ name }) => name === device);
    return found === undefined && device === undefined
      ? []
      : [{ devid, device: found ?? null, sizeBytes: sizeBytes ?? null, isMissing: false }];
  });
  const rest = own
    .filter(({ name }) => !members.some(({ device }) => device?.name === name))
    .map((device) => {
      const devid = supers.find((each) => each.device === device.name)?.devid ?? null;
      return { devid, device, sizeBytes: null, isMissing: false, isOutside: told.some((each) => each.device !== undefined) };
    });
  return [...members.map((member) => ({ ...member, isOutside: false })), ...rest].map(
    ({ devid, device, sizeBytes, isMissing, isOutside }) => {
      const layers = device === null ? [] : layersBelow(devices, device);
      const top = layers[0];
      const container = top?.layer?.startsWith('CRYPT-LUKS') === true ? (layers.find(({ name }) => top.on.includes(name)) ?? null) : null;
      const superBlock = supers.find((each) => each.device === device?.name) ?? null;
      return {
        devid,
        isMissing,
        isOutside,
        device,
        container,
        luks: factsOf(facts, 'luks').find((each) => each.device === container?.name) ?? null,
        layers,
        sizeBytes: sizeBytes ?? superBlock?.sizeBytes ?? device?.sizeBytes ?? null,
        superBlock,
      };
    },
  );
}

/** Gives a device and everything that it is on, each once; facts from a stranger may go in circles. */
function layersBelow(devices: readonly FoundDevice[], top: FoundDevice): readonly FoundDevice[] {
  const layers = [top];
  for (const layer of layers) {
    for (const name of layer.on) {
      const below = devices.find((device) => device.name === name);
      if (below !== undefined && !layers.includes(below)) layers.push(below);
    }
  }
  return layers;
}

/** Gives the disks that a member is on. */
export function disksOf({ layers }: FoundMember): readonly FoundDevice[] {
  return layers.filter(({ on }) => on.length === 0);
}

/** Gives the members that belong to the array for good: not the target of a running replace, and no disk that only says so. */
export function properMembers({ members }: FoundArray): readonly FoundMember[] {
  return members.filter(({ devid, isOutside }) => devid !== 0 && !isOutside);
}
