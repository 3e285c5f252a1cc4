import type { BootedBy } from '../core/boot/booted-by.ts';
import type { InitramfsMaker } from '../core/boot/initramfs-maker.ts';
import type { Mirrors } from '../core/image/mirrors.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import type { Expectation } from '../core/verdict/expectation.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import type { MachineSlots } from '../machine/machine-slots.ts';
import type { Accelerator } from '../core/host/accelerator.ts';
import type { TemplateUse } from '../machine/template/template-use.ts';
import type { Alarm } from './alarm/alarm-watch.ts';
import type { LayoutAsked } from './applicability.ts';
import type { Drill } from './drill.ts';
import type { MachineDisks } from './begin/machine-kit.ts';

/** An existing array of a machine that is off: a lab's. A drill on it changes it for good. */
export interface ArrayAtRest {
  /** The machine's system disk, and all disks of the layout, in the order of their bays. */
  readonly disks: MachineDisks;
  /** One per disk of the layout, members first. */
  readonly luksUuids: readonly string[];
  /** Called at the end of the drill, whatever its result, with the disks that are in and their faults; its machine is off by then. */
  readonly left: (disks: MachineDisks) => Promise<void>;
}

/** A requested drill, and what may differ from its defaults. */
export interface DrillRequest {
  readonly drill: Drill;
  /** The result it must have, where the request itself decides it: it is a twin. */
  readonly expectation?: Expectation;
  readonly layout: ArrayLayout;
  /** The layout a person named, by name or file: a drill that is not made for it is skipped. */
  readonly layoutAsked?: LayoutAsked;
  readonly payloadBytes: number;
  /** The 1-based number of the member to be lost, for a drill that can lose any; the first if undefined. */
  readonly lostMember?: number;
  /** Decides the payload and everything else random in it. */
  readonly seed: string;
  /** The array it runs on, for a drill that does not build one. */
  readonly array?: ArrayAtRest;
  readonly skippedSteps: readonly string[];
  /** As `parseKernelChoice` reads it, with absolute paths: a suite, a version, packages, a directory. */
  readonly kernel: string;
  /** A Debian suite. */
  readonly tools: string;
  /** What makes the initramfs of an installed system; by default what the drill is for, or what Debian's installer takes. */
  readonly initramfsMaker?: InitramfsMaker;
  /** What does the proof's reboot; raidlab's own small system by default. */
  readonly boot?: BootedBy;
  readonly memoryMiB: number;
  /** Undefined: chosen by a boot probe. */
  readonly accelerator: Accelerator | undefined;
  readonly store: CacheStore;
  readonly templates: TemplateUse;
  /** Room for machines, shared by all drills of a run. */
  readonly slots: MachineSlots;
  /** Whether a skipped drill counts as inconclusive. */
  readonly strict: boolean;
  /** The drill's own folder in the run; every machine has a folder for its evidence below it. */
  readonly runHostPath: string;
  readonly mirrors: Mirrors;
  /** A person's monitoring command: whether it would have told of the fault. */
  readonly alarm?: Alarm;
  /** Called when there is a verdict and the machine is on: `--keep`. The machine goes when the promise settles. */
  readonly keep?: (machine: { readonly name: string; readonly socketsHostPath: string }) => Promise<void>;
}
