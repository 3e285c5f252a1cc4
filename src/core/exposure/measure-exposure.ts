import type { ArraySample, SampledChunk } from '../array/array-sample.ts';
import { isScrubThatMends } from '../btrfs/scrub-start.ts';
import type { EventBody } from '../event.ts';
import { lossesBorneBy, metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles } from '../layout/profile.ts';
import type { Exposure, ExposurePoint } from './exposure.ts';

/** Why a disk does not count as a copy: all of it, or so many bytes. */
interface Flaw {
  /** The fault, or `stale`: the disk was away, or refused writes, and nobody has looked since at what it missed. */
  readonly kind: string;
  /** Null: nothing on the disk counts. */
  readonly bytes: number | null;
}

/** What is known of an array and its disks so far. Changed by {@link addToExposure} alone. */
export interface ExposureState {
  readonly profiles: ChunkProfiles | null;
  readonly serials: readonly string[];
  /** As it was when it was mounted last. */
  readonly sample: Pick<ArraySample, 'devices' | 'chunks'>;
  readonly flaws: ReadonlyMap<string, readonly Flaw[]>;
  readonly points: readonly ExposurePoint[];
  /** When the proof began, milliseconds after the drill; nothing counts from then on. */
  readonly endMs: number | null;
}

/** Before anything is known. */
export const nothingExposed: ExposureState = {
  profiles: null,
  serials: [],
  sample: { devices: [], chunks: [] },
  flaws: new Map(),
  points: [],
  endMs: null,
};

/** Gives what is known after one event more of a drill, `afterMs` milliseconds after its beginning. What the proof does with copies of the array does not count. */
export function addToExposure(state: ExposureState, event: EventBody, afterMs: number): ExposureState {
  if (state.endMs !== null) return state;
  if (event.type === 'step-started' && event.step === 'proof') return { ...state, endMs: afterMs };
  const next = learn(state, event);
  if (next === state) return state;
  const bytes = exposedBytes(next);
  const last = next.points.at(-1)?.bytes ?? 0;
  return bytes === last ? next : { ...next, points: [...next.points, { afterMs, bytes }] };
}

/** Gives the exposure of a drill, which is over `nowMs` milliseconds after its beginning where it never came to its proof; null when no array was seen. */
export function measureExposure({ sample, points, endMs }: ExposureState, nowMs: number): Exposure | null {
  if (sample.chunks.length === 0) return null;
  const pieces = points.map(({ afterMs, bytes }, index) => ({ bytes, lengthMs: (points[index + 1]?.afterMs ?? endMs ?? nowMs) - afterMs }));
  return {
    exposedMs: pieces.reduce((sum, { bytes, lengthMs }) => sum + (bytes === 0 ? 0 : lengthMs), 0),
    mostBytes: Math.max(0, ...points.map(({ bytes }) => bytes)),
    endBytes: points.at(-1)?.bytes ?? 0,
    byteSeconds: Math.round(pieces.reduce((sum, { bytes, lengthMs }) => sum + (bytes * lengthMs) / 1000, 0)),
    points,
  };
}

function learn(state: ExposureState, event: EventBody): ExposureState {
  switch (event.type) {
    case 'drill-started':
      return { ...state, profiles: event.profiles };
    case 'array-sampled': {
      const { sample, disks } = event;
      return { ...state, serials: disks.map(({ serial }) => serial), sample: sample.mounts.length === 0 ? state.sample : sample };
    }
    case 'fault-injected':
      return event.disk === null || event.fault === 'slow-disk'
        ? state
        : withFlaws(state, event.disk, (flaws) => [...flaws, { kind: event.fault, bytes: event.bytes }]);
    case 'fault-cleared':
      return event.disk === null ? state : withFlaws(state, event.disk, (flaws) => clearFault(flaws, event.fault));
    case 'command-ended':
      return event.exitCode === 0 ? learnFromCommand(state, event.argv) : state;
    default:
      return state;
  }
}

/** A disk that was away, or refused writes, lacks what was written meanwhile. */
function clearFault(flaws: readonly Flaw[], fault: string): readonly Flaw[] {
  const others = flaws.filter(({ kind }) => kind !== fault);
  const missedWrites = fault === 'disk-pull' || fault === 'write-errors' || fault === 'all-errors';
  return missedWrites && others.length < flaws.length ? [...others, { kind: 'stale', bytes: null }] : others;
}

/** What a scrub mends where it finds a good copy. */
const mendedByScrub: readonly string[] = ['stale', 'silent-corruption'];

function learnFromCommand(state: ExposureState, argv: readonly string[]): ExposureState {
  if (isScrubThatMends(argv)) {
    const seen = state.sample.devices.flatMap(({ disk }) => (disk === null ? [] : [disk]));
    return seen.reduce((next, disk) => withFlaws(next, disk, (flaws) => flaws.filter(({ kind }) => !mendedByScrub.includes(kind))), state);
  }
  const disk = state.serials.find((serial) => argv.at(-1)?.endsWith(`_${serial}`) === true);
  if (disk === undefined) return state;
  const [tool, verb] = argv;
  if (tool === 'cryptsetup' && verb === 'luksHeaderRestore') {
    return withFlaws(state, disk, (flaws) => flaws.filter(({ kind }) => kind !== 'header-wipe'));
  }
  // A new container: what was on the disk is gone, and with it what was wrong with that.
  return tool === 'cryptsetup' && verb === 'luksFormat' ? withFlaws(withoutDisk(state, disk), disk, () => []) : state;
}

function withoutDisk(state: ExposureState, disk: string): ExposureState {
  const devices = state.sample.devices.map((device) => (device.disk === disk ? { ...device, disk: null } : device));
  return { ...state, sample: { ...state.sample, devices } };
}

function withFlaws(state: ExposureState, disk: string, change: (flaws: readonly Flaw[]) => readonly Flaw[]): ExposureState {
  return { ...state, flaws: new Map(state.flaws).set(disk, change(state.flaws.get(disk) ?? [])) };
}

function exposedBytes({ profiles, sample, flaws }: ExposureState): number {
  if (profiles === null) return 0;
  const promised = {
    data: lossesBorneBy(profiles.profile),
    metadata: lossesBorneBy(metadataProfileOf(profiles)),
  };
  const flawsOf = (disk: string | null): readonly Flaw[] => (disk === null ? [{ kind: 'missing', bytes: null }] : (flaws.get(disk) ?? []));
  const lost = new Set(sample.devices.flatMap(({ devid, disk }) => (flawsOf(disk).some(({ bytes }) => bytes === null) ? [devid] : [])));
  const isPoor = (chunk: SampledChunk): boolean => lossesBorne(chunk, lost) < promised[chunk.holds === 'data' ? 'data' : 'metadata'];
  const poor = sample.chunks.filter(isPoor);
  const damaged = sample.devices
    .filter(({ devid }) => !lost.has(devid))
    .flatMap(({ disk }) => flawsOf(disk))
    .reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return poor.reduce((sum, { usedBytes }) => sum + usedBytes, 0) + (promised.data === 0 ? 0 : damaged);
}

/** How many members more a chunk can lose, beside those that are lost; below zero when something of it is gone already. */
export function lossesBorne({ profile, stripes }: Pick<SampledChunk, 'profile' | 'stripes'>, lost: ReadonlySet<number>): number {
  const gone = stripes.filter(({ devid }) => lost.has(devid)).length;
  if (profile !== 'raid10') return lossesBorneBy(profile) - (profile === 'dup' && gone > 0 ? 1 : gone);
  // Two stripes in a row have the same bytes.
  const pairs = stripes.flatMap((stripe, index) => (index % 2 === 0 ? [[stripe, stripes[index + 1] ?? stripe]] : []));
  return Math.min(...pairs.map((pair) => pair.filter(({ devid }) => !lost.has(devid)).length - 1));
}
