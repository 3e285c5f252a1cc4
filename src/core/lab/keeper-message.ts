/** The messages between a keeper and a command: each has its shape, or is refused. */
import * as v from 'valibot';
import type { EventBody } from '../event.ts';
import type { Failure } from '../failure/failure.ts';
import type { ArrayPicture } from '../array/array-picture.ts';
import type { DiskDamage } from '../fault/fault.ts';
import { count, fields, flag, list, number, oneOfObjects, text } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import type { DiskAct } from './disk-act.ts';
import { keeperProtocolVersion } from './keeper-protocol.ts';
import type { ActDone, KeeperAct, KeeperAnswer, KeeperRequest } from './keeper-protocol.ts';
import { rangeShape, serialShape, standingFaultOn } from './lab-state.ts';
import { isSnapshotName } from './snapshot-name.ts';

// The act itself refuses unknown disks, by their names.
const damageShape: Shape<DiskDamage> = oneOfObjects('kind', [
  fields({ kind: v.literal('silent-corruption'), disk: text, at: list(rangeShape) }),
  fields({ kind: v.literal('header-wipe'), disk: text, offsetBytes: v.exactOptional(count()), lengthBytes: count(1) }),
]);

const diskActShape: Shape<DiskAct> = oneOfObjects('do', [
  fields({ do: v.literal('pull'), disk: text }),
  fields({ do: v.literal('insert'), disk: text }),
  fields({ do: v.literal('add'), sizeBytes: count(1) }),
  fields({ do: v.literal('break'), fault: v.union([standingFaultOn(text), damageShape], 'a fault') }),
  fields({ do: v.literal('restore'), disk: v.nullable(text) }),
]);

const snapshotName = v.pipe(text, v.check(isSnapshotName, 'the name of a snapshot'));

const terminalSide = count(1, 100_000);

const actShape: Shape<KeeperAct> = oneOfObjects('op', [
  fields({ op: v.literal('up'), provision: flag }),
  fields({ op: v.literal('halt') }),
  fields({ op: v.literal('crash') }),
  fields({ op: v.literal('reload'), kernel: v.nullable(text), provision: flag }),
  fields({ op: v.literal('provision') }),
  fields({ op: v.literal('disk'), act: diskActShape, beyondRedundancy: flag }),
  fields({ op: v.literal('save-snapshot'), name: snapshotName }),
  fields({ op: v.literal('restore-snapshot'), name: snapshotName }),
  fields({ op: v.literal('look') }),
  fields({ op: v.literal('console'), term: text, rows: terminalSide, columns: terminalSide }),
  fields({ op: v.literal('dispose') }),
]);

/** What every request contains, in any version of the protocol. */
export const requestHeadShape = fields({ v: count(), raidlabVersion: text });

/** A request of this version. */
export const requestShape: Shape<KeeperRequest> = fields({
  v: v.literal(keeperProtocolVersion),
  raidlabVersion: text,
  timeFactor: v.pipe(number, v.minValue(1, 'a number, 1 or more')),
  act: actShape,
});

/** Content that only its reader interprets: both ends are the same raidlab, and its makers have their own tests. */
function told<T>(shape: v.GenericSchema): Shape<T> {
  return v.custom<T>((value) => v.is(shape, value), 'what a keeper tells');
}

const doneShape: Shape<ActDone> = fields({
  changed: flag,
  disk: v.exactOptional(serialShape),
  saved: v.exactOptional(fields({ sizeBytes: count(), pausedMs: v.nullable(number) })),
  picture: v.exactOptional(told<ArrayPicture>(fields({ disks: list(v.unknown()), devices: list(v.unknown()), mounts: list(v.unknown()) }))),
});

/** An answer. */
export const answerShape: Shape<KeeperAnswer> = oneOfObjects('type', [
  fields({ type: v.literal('event'), event: told<EventBody>(fields({ type: text })) }),
  fields({ type: v.literal('alive') }),
  fields({ type: v.literal('done'), done: doneShape }),
  fields({ type: v.literal('failed'), failure: told<Failure>(fields({ area: text, reason: text })) }),
  fields({ type: v.literal('broken'), trace: text }),
]);
