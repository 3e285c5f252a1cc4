import type { Mirrors } from '../core/image/mirrors.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import type { Expectation } from '../core/verdict/expectation.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import type { MachineSlots } from '../machine/machine-slots.ts';
import type { Accelerator } from '../machine/qemu/qemu-program.ts';
import type { TemplateUse } from '../machine/template/template-use.ts';
import type { LayoutAsked } from './applicability.ts';
import type { Drill } from './drill.ts';
import type { MachineDisks } from './begin/machine-kit.ts';

/** An array that somebody built before, of a machine that is off: a lab's. A drill on it changes it for good. */
export interface ArrayAtRest {
  /** The system disk of its machine, and the disks of the layout, all of them, in the order of their bays. */
  readonly disks: MachineDisks;
  /** One for each disk of the layout, members first. */
  readonly luksUuids: readonly string[];
  /** Told which disks are in and what is wrong with them when the drill is over, however it came out; its machine is off by then. */
  readonly left: (disks: MachineDisks) => Promise<void>;
}

/** What is asked for: a drill, and what may be different from its defaults. */
export interface DrillRequest {
  readonly drill: Drill;
  /** What it must come to where the request itself decides that: it is a twin. */
  readonly expectation?: Expectation;
  readonly layout: ArrayLayout;
  /** The layout as a person named it, by name or file: a drill that is not made for it is skipped. */
  readonly layoutAsked?: LayoutAsked;
  readonly payloadBytes: number;
  /** Decides the payload and everything else that looks random in it. */
  readonly seed: string;
  /** The array that it is run on, for a drill that does not build one. */
  readonly array?: ArrayAtRest;
  readonly skippedSteps: readonly string[];
  /** As `parseKernelChoice` reads it, paths absolute: a suite, a version, packages, a directory. */
  readonly kernel: string;
  /** A Debian suite. */
  readonly tools: string;
  readonly memoryMiB: number;
  /** Undefined: chosen by a boot probe. */
  readonly accelerator: Accelerator | undefined;
  readonly store: CacheStore;
  readonly templates: TemplateUse;
  /** Room for machines, shared by all drills of a run. */
  readonly slots: MachineSlots;
  /** Whether a drill that is skipped has failed to be judged. */
  readonly strict: boolean;
  /** The drill's own folder in the run; every machine leaves its evidence in a folder below it. */
  readonly runHostPath: string;
  readonly mirrors: Mirrors;
  /** Called when the verdict is there and the machine is on: `--keep`. The machine goes when the promise settles. */
  readonly keep?: (machine: { readonly name: string; readonly socketsHostPath: string }) => Promise<void>;
}
