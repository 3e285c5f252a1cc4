import * as v from 'valibot';
import { bootedBy } from '../boot/booted-by.ts';
import type { BootedBy } from '../boot/booted-by.ts';
import type { BootSeen } from '../boot/boot-seen.ts';
import { bootShape } from '../boot/boot-shape.ts';
import { accelerators } from '../host/accelerator.ts';
import type { Accelerator } from '../host/accelerator.ts';
import type { ByteRange, StandingFault } from '../fault/fault.ts';
import { count, fields, flag, list, matching, oneOf, oneOfObjects, readVersioned, text } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import { buses, defaultLayout, encryptions, sectorSizes } from '../layout/layout.ts';
import { mountPointPattern } from '../layout/mount-point.ts';
import { profiles } from '../layout/profile.ts';
import type { ArrayLayout } from '../layout/layout.ts';

/** The version of a lab's `state.json`; raised when a field changes its meaning or is removed. */
export const labStateVersion = 1;

/** What a disk was put into the lab for. This never changes; btrfs says what the disk is used for now. */
const diskRoles = ['member', 'spare', 'added'] as const;

/** A disk of a lab: its image in the lab's directory is named after its serial. */
export interface LabDisk {
  readonly serial: string;
  readonly sizeBytes: number;
  readonly role: (typeof diskRoles)[number];
  /** False for a pulled disk: it is kept, and can be inserted again. */
  readonly isIn: boolean;
  /** What was changed on it from outside, and is not known to be fixed. */
  readonly damage: readonly LabDamage[];
}

/** What a scrub that checked the damage left open. */
const openQuestions = ['corrected', 'uncorrected', 'unchecked'] as const;

/** Bytes of a disk that were changed from outside: as many of them as may still be unfixed. */
export interface LabDamage {
  /** In words. */
  readonly what: string;
  /** ISO 8601. */
  readonly at: string;
  /** The disk's label then (see `parseDiskLabel`): a rewritten disk has another one. Missing where it had none, or nobody looked. */
  readonly label?: string;
  /** When the last scrub of its device had begun, seconds since the epoch; null: there was none. Missing where it is not known. */
  readonly lastScrubAtSeconds?: number | null;
  /** Places in the header of the container. */
  readonly header: readonly ByteRange[];
  /** Whether there is damage behind the header, too: what a scrub can check. */
  readonly data: boolean;
  /**
   * What the last scrub that checked it left open: it claims to have corrected what it found; it could not correct everything; it could
   * not check data without checksums. Null: none has checked it.
   */
  readonly open: (typeof openQuestions)[number] | null;
}

/** The state of a lab's machine as far as it was recorded: `on` may no longer be true, as the keeper's absence shows. */
export type LabLife =
  | { readonly state: 'off'; readonly how: 'new' | 'halt' | 'crash'; readonly at: string }
  | { readonly state: 'on'; readonly at: string; readonly machine: LabMachineFacts }
  | { readonly state: 'died'; readonly at: string; readonly why: string; readonly lastConsoleLines: readonly string[] };

/** A lab's machine while it is on. */
export interface LabMachineFacts {
  /** As `uname -r`. */
  readonly kernelVersion: string;
  /** For people: `trixie (btrfs-progs 6.14, cryptsetup 2.7.5)`. */
  readonly tools: string;
  readonly accelerator: Accelerator;
  readonly qemuVersion: string;
  /** How the boot of an installed system stands; without an end and without a limit it waits for a passphrase. */
  readonly boot?: LabBoot;
}

/** How a lab's boot stands. */
export type LabBoot = Omit<BootSeen, 'units'>;

/** A lab as stored in its directory: what it is made from, its disks, and the state of its machine. */
export interface LabState {
  readonly v: typeof labStateVersion;
  /** The raidlab that wrote it last. */
  readonly raidlabVersion: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly layout: ArrayLayout;
  /** One LUKS UUID for each disk of the layout, members first. */
  readonly luksUuids: readonly string[];
  readonly kernel: string;
  readonly tools: string;
  /** What boots it: an installed system of the tools' suite; missing: raidlab's own small system. */
  readonly boot?: BootedBy;
  readonly memoryMiB: number;
  /** As requested; null: chosen by a boot probe. */
  readonly accelerator: Accelerator | null;
  /** Where ssh is reached on the host's loopback; null until the lab was on for the first time. */
  readonly sshPort: number | null;
  /** Whether the person chose the port: then no other will do. */
  readonly isSshPortAsked: boolean;
  /** Whether the layout's array has been built. */
  readonly isProvisioned: boolean;
  readonly disks: readonly LabDisk[];
  /** The standing faults of its disks, pulled ones included. */
  readonly faults: readonly StandingFault[];
  readonly life: LabLife;
}

/** Gives the text of a `state.json`. */
export function formatLabState(state: LabState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

/** The result of reading a `state.json`: a lab, a state written by another version of raidlab, or what is wrong with it. */
export type ReadLabState =
  | { readonly is: 'lab'; readonly state: LabState }
  | { readonly is: 'newer'; readonly version: number }
  | { readonly is: 'damaged'; readonly why: string };

/** A disk's serial, which is part of file names and of QEMU's arguments. */
export const serialShape = matching(/^DISK[1-9]\d{0,3}$/u, 'a serial such as DISK1');

/** Some bytes of a disk. */
export const rangeShape = fields({ offsetBytes: count(), lengthBytes: count(1) });

/** An earlier raidlab did not record the place: then damage may be anywhere, a wiped header included. */
const anywhere: readonly ByteRange[] = [{ offsetBytes: 0, lengthBytes: 1 }];

const damageShape: Shape<LabDamage> = fields({
  what: text,
  at: text,
  label: v.exactOptional(text),
  lastScrubAtSeconds: v.exactOptional(v.nullable(count())),
  header: v.optional(list(rangeShape), () => [...anywhere]),
  data: v.optional(flag, true),
  open: v.optional(v.nullable(oneOf(openQuestions)), null),
});

const diskShape: Shape<LabDisk> = fields({
  serial: serialShape,
  sizeBytes: count(1),
  role: oneOf(diskRoles),
  isIn: flag,
  damage: list(damageShape),
});

const words = list(text);

// A lab that was made before these fields existed has their defaults.
const layoutShape: Shape<ArrayLayout> = fields({
  memberSizesBytes: list(count(1)),
  spareSizesBytes: list(count(1)),
  profile: oneOf(profiles),
  kdf: oneOf(['fast', 'real']),
  bus: v.optional(oneOf(buses), defaultLayout.bus),
  partitions: v.optional(flag, defaultLayout.partitions),
  encryption: v.optional(oneOf(encryptions), defaultLayout.encryption),
  cipher: v.optional(v.nullable(text), defaultLayout.cipher),
  sectorSize: v.optional(v.nullable(oneOf(sectorSizes)), defaultLayout.sectorSize),
  mkfsOptions: v.optional(words, []),
  mountOptions: v.optional(words, []),
  mountPoint: v.optional(matching(new RegExp(mountPointPattern, 'u'), 'a mount point'), defaultLayout.mountPoint),
  metadataProfile: v.optional(v.nullable(oneOf(profiles)), defaultLayout.metadataProfile),
  label: v.optional(text, defaultLayout.label),
  subvolumes: v.optional(list(fields({ name: text, mountPoint: text, options: words })), []),
  nodatacow: v.optional(words, []),
  quota: v.optional(flag, defaultLayout.quota),
  snapshot: v.optional(flag, defaultLayout.snapshot),
});

const machineShape: Shape<LabMachineFacts> = fields({
  kernelVersion: text,
  tools: text,
  accelerator: oneOf(accelerators),
  qemuVersion: text,
  boot: v.exactOptional(bootShape),
});

const lifeShape: Shape<LabLife> = oneOfObjects('state', [
  fields({ state: v.literal('off'), how: oneOf(['new', 'halt', 'crash']), at: text }),
  fields({ state: v.literal('on'), at: text, machine: machineShape }),
  fields({ state: v.literal('died'), at: text, why: text, lastConsoleLines: words }),
]);

const errorFields = {
  at: v.exactOptional(list(rangeShape)),
  everyNth: v.exactOptional(count(1)),
  sense: v.exactOptional(oneOf(['medium-error', 'hardware-error', 'aborted-command'])),
};

/** A standing fault of a disk with that serial. */
export function standingFaultOn(disk: Shape<string>): Shape<StandingFault> {
  return oneOfObjects('kind', [
    fields({ kind: v.literal('read-errors'), disk, ...errorFields }),
    fields({ kind: v.literal('write-errors'), disk, ...errorFields }),
    fields({ kind: v.literal('all-errors'), disk, ...errorFields }),
    fields({
      kind: v.literal('slow-disk'),
      disk,
      requestsPerSecond: v.exactOptional(count(1)),
      bytesPerSecond: v.exactOptional(count(1)),
    }),
  ]);
}

/** A lab's state. */
export const labStateShape: Shape<LabState> = v.pipe(
  fields({
    v: v.literal(labStateVersion, String(labStateVersion)),
    raidlabVersion: text,
    madeAt: text,
    layout: layoutShape,
    luksUuids: list(matching(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u, 'a UUID')),
    kernel: text,
    tools: text,
    boot: v.exactOptional(oneOf(bootedBy)),
    memoryMiB: count(1),
    accelerator: v.nullable(oneOf(accelerators)),
    sshPort: v.nullable(count(1, 65_535)),
    isSshPortAsked: flag,
    isProvisioned: flag,
    disks: list(diskShape),
    faults: list(standingFaultOn(serialShape)),
    life: lifeShape,
  }),
  // The report is about the fault, not the whole lab.
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { disks, faults } = dataset.value;
    if (faults.every(({ disk }) => disks.some(({ serial }) => serial === disk))) return;
    const path = [{ type: 'object', origin: 'value', input: dataset.value, key: 'faults', value: faults }] as const;
    addIssue({ input: faults, message: 'faults of disks that it has', path: [...path] });
  }),
);

/** Reads the text of a `state.json`. */
export function parseLabState(json: string): ReadLabState {
  try {
    const read = readVersioned(labStateShape, labStateVersion, json);
    return read.is === 'newer' ? read : { is: 'lab', state: read.value };
  } catch (error) {
    return { is: 'damaged', why: (error as Error).message };
  }
}
