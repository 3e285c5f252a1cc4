import * as v from 'valibot';
import { count, fields, list, matching, oneOf, readVersioned, text } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import { accelerators } from '../host/accelerator.ts';
import type { Accelerator } from '../host/accelerator.ts';
import { labStateShape, serialShape } from './lab-state.ts';
import type { LabState } from './lab-state.ts';

/** The version of a snapshot's `snapshot.json`; raised when a field changes its meaning or is removed. */
export const snapshotVersion = 1;

/** What a running machine can be restored into, and nothing else. */
export interface SnapshotHost {
  /** QEMU's own version text, with the revision of its package. */
  readonly qemu: string;
  readonly accelerator: Accelerator;
  /** What a guest under KVM is told about the processor; null under emulation. */
  readonly processor: string | null;
  /** As `uname -r`, and the digest of its image. */
  readonly kernel: { readonly version: string; readonly digest: string };
  /** For people, and the digest of its image. */
  readonly tools: { readonly description: string; readonly digest: string };
  readonly memoryMiB: number;
  /** Digest of QEMU's command line without file paths: the board and its devices. */
  readonly board: string;
}

/** A machine that was saved while it ran. */
export interface SnapshotMachine {
  readonly host: SnapshotHost;
  /** The bays of its disks. */
  readonly bays: readonly { readonly serial: string; readonly bay: number }[];
}

/** A file of a snapshot, as written. */
export interface SnapshotFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hash of its content without holes and zeroes: see src/machine/cache/file-hash.ts. */
  readonly xxh128: string;
}

/** A snapshot of a lab as stored in its directory. */
export interface SnapshotRecord {
  readonly v: typeof snapshotVersion;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** The lab at that time. */
  readonly state: LabState;
  /** Null when the lab was off: then there are only its disks. */
  readonly machine: SnapshotMachine | null;
  readonly files: readonly SnapshotFile[];
}

/** A snapshot in a list; `record` is null when it cannot be read, and `trouble` says why. */
export interface ListedSnapshot {
  readonly name: string;
  /** Its size on the host's disk. */
  readonly sizeBytes: number;
  readonly record: SnapshotRecord | null;
  readonly trouble: string | null;
}

/** Gives the text of a `snapshot.json`. */
export function formatSnapshotRecord(record: SnapshotRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** The contents of a `snapshot.json`, or why it cannot be read, to complete "…: ". */
export type ReadSnapshot =
  { readonly is: 'snapshot'; readonly record: SnapshotRecord } | { readonly is: 'unreadable'; readonly why: string };

const hostShape: Shape<SnapshotHost> = fields({
  qemu: text,
  accelerator: oneOf(accelerators),
  processor: v.nullable(text),
  kernel: fields({ version: text, digest: text }),
  tools: fields({ description: text, digest: text }),
  memoryMiB: count(1),
  board: text,
});

const recordShape: Shape<SnapshotRecord> = fields({
  v: v.literal(snapshotVersion, String(snapshotVersion)),
  madeAt: text,
  state: labStateShape,
  machine: v.nullable(fields({ host: hostShape, bays: list(fields({ serial: serialShape, bay: count() })) })),
  files: list(fields({ name: matching(/^[\w-][\w.-]*$/u, 'the name of a file'), sizeBytes: count(), xxh128: text })),
});

/** Reads the text of a `snapshot.json`. */
export function parseSnapshotRecord(json: string): ReadSnapshot {
  try {
    const read = readVersioned(recordShape, snapshotVersion, json);
    if (read.is === 'newer') {
      const why = `it was written by a newer raidlab (format ${String(read.version)}; this one knows ${String(snapshotVersion)})`;
      return { is: 'unreadable', why };
    }
    return { is: 'snapshot', record: read.value };
  } catch (error) {
    return { is: 'unreadable', why: (error as Error).message };
  }
}

/** Says why a machine saved on one host cannot continue on another, to complete "…: "; undefined when it can. */
export function judgeSnapshotHost(saved: SnapshotHost, here: SnapshotHost): string | undefined {
  const differs = (what: string, one: string, other: string): string => `it was saved with ${what}${one}, but here is ${other}`;
  if (saved.qemu !== here.qemu) return differs('', saved.qemu, here.qemu);
  if (saved.accelerator !== here.accelerator) return differs('the accelerator ', saved.accelerator, here.accelerator);
  if (saved.processor !== here.processor) return 'it was saved on a host with a different processor, which matters under KVM';
  if (saved.kernel.digest !== here.kernel.digest) return differsInImage('kernel', saved.kernel.version, here.kernel.version);
  if (saved.tools.digest !== here.tools.digest) return differsInImage('tools', saved.tools.description, here.tools.description);
  if (saved.memoryMiB !== here.memoryMiB) return differs('a memory of ', `${String(saved.memoryMiB)} MiB`, `${String(here.memoryMiB)} MiB`);
  if (saved.board !== here.board) return 'it was saved by a raidlab that builds its machines differently';
  return undefined;
}

function differsInImage(what: string, saved: string, here: string): string {
  return saved === here
    ? `its image of the ${what} (${saved}) has been rebuilt since`
    : `it was saved with the ${what} ${saved}, and the cache now has ${here}`;
}
