import type { RecordedEvent } from '../../core/event.ts';
import type { SampledChunk } from '../../core/array/array-sample.ts';
import { profileFacts } from '../../core/layout/profile.ts';
import { addToExposure, lossesBorne, nothingExposed } from '../../core/exposure/measure-exposure.ts';
import type { ExposureState } from '../../core/exposure/measure-exposure.ts';
import { disksOfLayout } from './disk-names.ts';
import type { DiskState } from './disk-history.ts';
import type { DiskLane } from './disk-lanes.ts';
import { segmentAt } from './segment.ts';
import type { TimedEvent } from './timed-event.ts';

/**
 * How much of a chunk is there: `whole` as its profile promises; `reduced` less, and it can bear another loss; `one disk`
 * two copies on a single disk; `one copy` the next loss takes it; `lost` it cannot be read any more.
 */
export type ChunkHold = 'whole' | 'reduced' | 'one disk' | 'one copy' | 'lost';

/** A chunk in the map. */
export interface MappedChunk extends SampledChunk {
  readonly hold: ChunkHold;
  /** It was not there in the sample before. */
  readonly isNew: boolean;
}

/** A piece of a device that belongs to a chunk. */
export interface MappedPiece {
  readonly chunk: MappedChunk;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Whether what lies here can be read and is current. */
  readonly isThere: boolean;
}

/** A device of the array with its pieces, in order of their offset. */
export interface MappedDevice {
  readonly devid: number;
  /** The serial of its disk; of a device that is missing, the disk that it was on last; null when none has been seen. */
  readonly disk: string | null;
  readonly sizeBytes: number;
  /** What its disk is at that moment; `missing` when the kernel has none for it. */
  readonly state: DiskState | 'missing';
  readonly pieces: readonly MappedPiece[];
}

/** The chunks of an array on its devices at a moment. */
export interface ChunkMap {
  readonly afterMs: number;
  readonly isMounted: boolean;
  readonly devices: readonly MappedDevice[];
  readonly chunks: readonly MappedChunk[];
  /** Chunks of the sample before that are there no more. */
  readonly goneCount: number;
}

type Sampled = Extract<RecordedEvent, { readonly type: 'array-sampled' }>;

/** Gives the chunk maps of a drill, one for each sample in which there is something else to see than in the one before. */
export function chunkMaps(events: readonly TimedEvent[], disks: readonly DiskLane[]): readonly ChunkMap[] {
  const maps: ChunkMap[] = [];
  const lastDisks = new Map<number, string>();
  let known = nothingExposed;
  let seen = '';
  for (const { afterMs, event } of events) {
    if (event.type === 'drill-started') {
      for (const [at, disk] of disksOfLayout(event.layout).members.entries()) lastDisks.set(at + 1, disk);
    } else if (changesCopies(event)) known = addToExposure(known, event, afterMs);
    if (event.type !== 'array-sampled') continue;
    // The state at this very moment begins with it: where one segment ends and the next begins, the later counts.
    const states = new Map(disks.map((lane) => [lane.disk, stateAfter(lane, afterMs)]));
    for (const { devid, disk } of event.sample.devices) if (disk !== null) lastDisks.set(devid, disk);
    const map = mapOf(event, afterMs, { states, lost: lostDisks(known), lastDisks, before: maps.findLast(({ isMounted }) => isMounted) });
    const look = JSON.stringify([map.isMounted, map.devices]);
    if (look !== seen) maps.push(map);
    seen = look;
  }
  return maps;
}

/** Of a command only these count; looking at the words of all would take longer than everything else. */
function changesCopies(event: RecordedEvent): boolean {
  return event.type !== 'command-ended' || event.argv[0] === 'btrfs' || event.argv[0] === 'cryptsetup';
}

function stateAfter({ segments }: DiskLane, afterMs: number): DiskState | undefined {
  return segments.find(({ beginMs, endMs }) => beginMs <= afterMs && afterMs < endMs)?.state ?? segmentAt(segments, afterMs)?.state;
}

/** What is known at the time of a sample that it does not say itself. */
interface MapContext {
  readonly states: ReadonlyMap<string, DiskState | undefined>;
  /** Disks of which nothing counts as a copy. */
  readonly lost: ReadonlySet<string>;
  /** By devid. */
  readonly lastDisks: ReadonlyMap<number, string>;
  readonly before: ChunkMap | undefined;
}

function mapOf({ sample, disks }: Sampled, afterMs: number, { states, lost, lastDisks, before }: MapContext): ChunkMap {
  const out = new Set(disks.filter(({ isIn }) => !isIn).map(({ serial }) => serial));
  const stateOf = (disk: string | null): DiskState | 'missing' => {
    if (disk === null) return 'missing';
    return out.has(disk) ? 'pulled' : (states.get(disk) ?? 'in');
  };
  const absent = new Set(sample.devices.filter(({ disk }) => disk === null || lost.has(disk) || out.has(disk)).map(({ devid }) => devid));
  const known = new Set(before?.chunks.map(({ startBytes }) => startBytes));
  const chunks = sample.chunks.map((chunk) => ({
    ...chunk,
    hold: holdOf(chunk, absent),
    isNew: before !== undefined && !known.has(chunk.startBytes),
  }));
  const present = new Set(sample.chunks.map(({ startBytes }) => startBytes));
  return {
    afterMs,
    isMounted: sample.mounts.length > 0,
    devices: sample.devices.map(({ devid, disk, sizeBytes }) => ({
      devid,
      disk: disk ?? lastDisks.get(devid) ?? null,
      sizeBytes,
      state: stateOf(disk),
      pieces: piecesOn(devid, chunks, !absent.has(devid)),
    })),
    chunks,
    goneCount: sample.chunks.length === 0 ? 0 : (before?.chunks.filter(({ startBytes }) => !present.has(startBytes)).length ?? 0),
  };
}

function piecesOn(devid: number, chunks: readonly MappedChunk[], isThere: boolean): readonly MappedPiece[] {
  return chunks
    .flatMap((chunk) =>
      chunk.stripes
        .filter((stripe) => stripe.devid === devid)
        .map(({ offsetBytes }) => ({ chunk, offsetBytes, lengthBytes: stripeBytes(chunk), isThere })),
    )
    .toSorted((one, other) => one.offsetBytes - other.offsetBytes);
}

/** How long the part of a chunk on one device is. */
function stripeBytes({ lengthBytes, profile, stripes }: SampledChunk): number {
  const count = Math.max(1, stripes.length);
  if (profile === 'raid0') return lengthBytes / count;
  const { copies, parity } = profileFacts[profile];
  if (profile === 'raid10') return lengthBytes / Math.max(1, count / copies);
  return parity > 0 ? lengthBytes / Math.max(1, count - parity) : lengthBytes;
}

/** Gives how much of a chunk is there when the devices in `absent` are not, by the rule that exposure is measured with. */
function holdOf(chunk: SampledChunk, absent: ReadonlySet<number>): ChunkHold {
  const borne = lossesBorne(chunk, absent);
  if (borne < 0) return 'lost';
  if (chunk.profile === 'dup') return 'one disk';
  if (borne === 0) return 'one copy';
  return chunk.profile !== 'raid0' && borne < profileFacts[chunk.profile].lossesSurvived ? 'reduced' : 'whole';
}

/** Disks of which nothing can be read that is current: they are away, or missed what was written, or fail from end to end. One that takes no more writes still has what it had. */
function lostDisks({ flaws }: ExposureState): ReadonlySet<string> {
  return new Set(
    [...flaws].flatMap(([disk, ofDisk]) => (ofDisk.some(({ kind, bytes }) => bytes === null && kind !== 'write-errors') ? [disk] : [])),
  );
}

/** Gives the map in which most of what is used would not survive the next loss; undefined when there is none such. */
export function mostExposed(maps: readonly ChunkMap[]): ChunkMap | undefined {
  const exposed = ({ chunks }: ChunkMap): number =>
    chunks.reduce((sum, { hold, usedBytes }) => (hold === 'one copy' || hold === 'lost' ? sum + usedBytes : sum), 0);
  const most = maps.reduce<ChunkMap | undefined>(
    (found, map) => (found === undefined || exposed(map) > exposed(found) ? map : found),
    undefined,
  );
  return most === undefined || exposed(most) === 0 ? undefined : most;
}

/** What of an array is of one kind: the same content and profile, held alike. */
export interface ChunkKind {
  readonly holds: SampledChunk['holds'];
  readonly profile: SampledChunk['profile'];
  readonly hold: ChunkHold;
  readonly chunks: number;
  readonly lengthBytes: number;
  readonly usedBytes: number;
}

/** Gives what a map has in it, kind by kind: data, metadata, system. */
export function chunkKinds(chunks: readonly MappedChunk[]): readonly ChunkKind[] {
  const kinds = Object.values(Object.groupBy(chunks, ({ holds, profile, hold }) => `${holds} ${profile} ${hold}`));
  const order = ['data', 'metadata', 'system'];
  return kinds
    .flatMap((alike): readonly ChunkKind[] => {
      const [first] = alike;
      if (first === undefined) return [];
      const sum = (of: (chunk: MappedChunk) => number): number => alike.reduce((total, chunk) => total + of(chunk), 0);
      const { holds, profile, hold } = first;
      return [
        {
          holds,
          profile,
          hold,
          chunks: alike.length,
          lengthBytes: sum((chunk) => chunk.lengthBytes),
          usedBytes: sum((chunk) => chunk.usedBytes),
        },
      ];
    })
    .toSorted((one, other) => order.indexOf(one.holds) - order.indexOf(other.holds));
}
