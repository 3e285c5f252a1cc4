import type { AlarmOutcome } from './alarm/alarm-outcome.ts';
import type { ArraySample } from './array/array-sample.ts';
import type { BootEnd, BootStage } from './boot/boot-word.ts';
import type { BootedBy } from './boot/booted-by.ts';
import type { BootNote } from './boot/observe-boot.ts';
import type { InitramfsMaker } from './boot/initramfs-maker.ts';
import type { Exposure } from './exposure/exposure.ts';
import type { Expectation } from './verdict/expectation.ts';
import type { ChunkProfiles } from './layout/profile.ts';
import type { FailureDescription } from './failure/description.ts';
import type { KernelTrouble } from './kernel/trouble.ts';
import type { TimeLimit } from './text/time-limit.ts';
import type { Check, Verdict } from './verdict/verdict.ts';

/**
 * Everything that happens in a run, as past-tense facts. One union: terminal, NDJSON and result files are renderings of it.
 *
 * On disk and with `--json` each is one line of JSON: {@link RecordedEvent}. The first is `run-started`, the last always `run-ended`.
 */
export type EventBody =
  // the run
  /** The first event. `run` names the directory in the results, `directory` is where it is; null, and `run` empty, when the run failed before there was one. */
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly command: string;
      readonly raidlabVersion: string;
      readonly nodeVersion: string;
      readonly directory: string | null;
    }
  /** The last event, always. `exitCode` is the process's own: docs/exit-codes.md. */
  | { readonly type: 'run-ended'; readonly exitCode: number; readonly durationMs: number }
  /** What the run is going to do: its drills in the order asked, how many at once, and the seed that they share. `shard` when it is a part of a larger run. */
  | {
      readonly type: 'run-planned';
      readonly seed: string;
      readonly limit: number;
      readonly jobs: readonly PlannedJob[];
      readonly shard?: PlannedShard;
    }
  /** Something went wrong that is no finding about storage. With a `job` it is that drill's alone. `area` and `reason` are stable names; the description has the words. */
  | { readonly type: 'run-failed'; readonly area: string; readonly reason: string; readonly description: FailureDescription }
  /** Something a person should know, in words. */
  | { readonly type: 'remark-made'; readonly text: string }
  // host and image
  /** An earlier run was killed, and what it left has been taken away. */
  | { readonly type: 'leftover-removed'; readonly what: string; readonly hostPath: string }
  /** A cache entry (an image, or a template of a machine) is damaged or of no use, and will be built again. */
  | { readonly type: 'cache-entry-rejected'; readonly artefact: string; readonly why: string }
  /** A cache entry that nobody uses was removed, so that the cache stays within its bound; `sizeBytes` is what it took. */
  | { readonly type: 'cache-entry-evicted'; readonly artefact: string; readonly sizeBytes: number; readonly why: string }
  /** An image or a template is not in the cache and is being built. */
  | { readonly type: 'image-build-started'; readonly artefact: string; readonly why: string }
  /** An image or a template was built; `sizeBytes` is what it takes in the cache. */
  | { readonly type: 'image-built'; readonly artefact: string; readonly sizeBytes: number; readonly durationMs: number }
  /** An image or a template can be used: `kind` is `kernel`, `tools` or `system`, or `booted` or `array`, which are templates. `description` says where it came from and what is in it. */
  | {
      readonly type: 'image-ready';
      readonly kind: string;
      readonly artefact: string;
      readonly hostPath: string;
      readonly cached: boolean;
      readonly description: string;
    }
  /** What emulates the processor, and why; `remembered` when an earlier probe had found it out. */
  | { readonly type: 'accelerator-chosen'; readonly accelerator: 'kvm' | 'tcg'; readonly reason: string; readonly remembered: boolean }
  /** This host is slower than limits in time are made for: from now on each is `factor` times as long. `because` says what was measured, or names the variable. */
  | { readonly type: 'time-factor-raised'; readonly factor: number; readonly because: string }
  /** Work went on. `fraction` is 0 to 1, or null when the size of the work is unknown. */
  | { readonly type: 'progress-made'; readonly what: string; readonly fraction: number | null; readonly detail: string }
  // machines
  /** QEMU runs; the guest does not yet. */
  | {
      readonly type: 'machine-started';
      readonly machine: string;
      readonly pid: number;
      readonly accelerator: 'kvm' | 'tcg';
      readonly qemuVersion: string;
      readonly argv: readonly string[];
    }
  /** The guest answers: it booted its kernel, or goes on from where a template was saved. `kernel` is what it says of itself, as `uname -r`. */
  | {
      readonly type: 'machine-booted';
      readonly machine: string;
      readonly from: 'kernel' | 'template';
      readonly durationMs: number;
      readonly kernel: string;
    }
  /** The console of an installed system that boots said something of note: how far it is, a unit that did not start, what is waited for, a passphrase that is asked for. `afterMs` is from power-on. */
  | { readonly type: 'boot-noted'; readonly machine: string; readonly note: BootNote; readonly afterMs: number }
  /** The boot of an installed system has ended, for somebody at its console. `end` is null when that was nowhere within the `limit`, `stage` says how far it was, `said` what the console said of it, or waited for. */
  | {
      readonly type: 'boot-ended';
      readonly machine: string;
      readonly end: BootEnd | null;
      readonly stage: BootStage;
      readonly said: string;
      readonly afterMs: number;
      readonly limit: TimeLimit | null;
    }
  /** A line was typed at the console where a boot had ended, as a person goes on from there. A console tells no exit status; what came of it is the next `boot-ended`. */
  | { readonly type: 'console-typed'; readonly machine: string; readonly line: string }
  /** A machine is off: `shutdown` orderly, `crash` by a power cut, `save` when it became a template, `dispose` because it was no longer needed, `died` by itself. */
  | {
      readonly type: 'machine-stopped';
      readonly machine: string;
      readonly how: 'shutdown' | 'crash' | 'save' | 'dispose' | 'died';
      readonly detail: string;
    }
  /** A line of the guest's console. */
  | { readonly type: 'console-line-seen'; readonly machine: string; readonly line: string }
  /** The console showed kernel trouble, a warning or a crash. */
  | { readonly type: 'kernel-trouble-seen'; readonly machine: string; readonly trouble: KernelTrouble }
  /** A command of the procedure, as an administrator would type it in a shell; `command-started` and `command-ended` follow for every command, typed or not. */
  | { readonly type: 'command-typed'; readonly machine: string; readonly argv: readonly string[]; readonly command: string }
  /** A command was started in the guest. What goes to its standard input is never recorded. */
  | { readonly type: 'command-started'; readonly machine: string; readonly argv: readonly string[] }
  /** A command in the guest ended. `exitCode` is 128 + N when signal N ended it; `stdout` is empty for large listings. */
  | {
      readonly type: 'command-ended';
      readonly machine: string;
      readonly argv: readonly string[];
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly durationMs: number;
    }
  // drills
  /** A drill begins. `seed` decides its payload: with it the drill can be repeated. */
  | {
      readonly type: 'drill-started';
      readonly drill: string;
      readonly promise: string;
      readonly seed: string;
      readonly skippedSteps: readonly string[];
      readonly layout: string;
      /** The profiles that its chunks are to have. */
      readonly profiles: ChunkProfiles;
      /** Where its array is mounted; left out where that is /storage. */
      readonly mountPoint?: string;
      /** What does the reboot of its proof; left out for raidlab's own small system. */
      readonly boot?: BootedBy;
      readonly payloadBytes: number;
    }
  /** A step of the procedure begins. */
  | { readonly type: 'step-started'; readonly drill: string; readonly step: string; readonly title: string }
  /** `completed` is false when something ended the step before its end: a refusal, a crash, an interruption. */
  | {
      readonly type: 'step-ended';
      readonly drill: string;
      readonly step: string;
      readonly title: string;
      readonly completed: boolean;
      readonly durationMs: number;
    }
  /** A step of the build was not done again: the drill goes on from a template, made at `madeAt` (ISO 8601), in which it was. */
  | { readonly type: 'step-restored'; readonly drill: string; readonly step: string; readonly title: string; readonly madeAt: string }
  /** A step was left out, by `--skip-step`. */
  | { readonly type: 'step-skipped'; readonly drill: string; readonly step: string; readonly title: string }
  /** A fault is in; `disk` is a serial, `bytes` how much of it the fault is about: null when it is all of it. */
  | {
      readonly type: 'fault-injected';
      readonly machine: string;
      readonly fault: string;
      readonly disk: string | null;
      readonly bytes: number | null;
    }
  /** A fault has been taken away. */
  | { readonly type: 'fault-cleared'; readonly machine: string; readonly fault: string; readonly disk: string | null }
  /** What a tool said that an administrator would look at, and what it is worth: a lesson, not a check. */
  | {
      readonly type: 'observation-made';
      readonly source: string;
      readonly exitCode: number;
      readonly said: string;
      readonly meaning: string;
    }
  /**
   * The array as its kernel has it: told when a step ends, after a command that changes it, and every two seconds of a
   * long one, whenever something is different from what was told last. `disks` are those that the drill has, in the order of their bays;
   * `acknowledgedRecords` counts those of the live writer until now.
   */
  | {
      readonly type: 'array-sampled';
      readonly machine: string;
      readonly sample: ArraySample;
      readonly disks: readonly { readonly serial: string; readonly isIn: boolean }[];
      readonly acknowledgedRecords: number;
    }
  /** The alarm (`--alarm`) was run for the first time, or exits otherwise than before: with anything but 0 it rings. `said` is cut to a page. */
  | { readonly type: 'alarm-changed'; readonly machine: string; readonly exitCode: number; readonly said: string }
  /** Whether the alarm would have told of the fault, and when; told before the verdict, when there was one. */
  | { readonly type: 'alarm-judged'; readonly drill: string; readonly alarm: AlarmOutcome }
  /** How exposed the array was until the proof began; told before the verdict, when there was an array. */
  | { readonly type: 'exposure-measured'; readonly drill: string; readonly exposure: Exposure }
  /** One observation of the proof, judged, with its evidence. */
  | { readonly type: 'check-judged'; readonly drill: string; readonly check: Check }
  /** What the drill came to. */
  | {
      readonly type: 'verdict-reached';
      readonly drill: string;
      readonly verdict: Verdict;
      /** One sentence that says what the verdict means for the person's data. */
      readonly summary: string;
      readonly durationMs: number;
      /** What it had to come to, where that is something else than `held`: it is a twin, or it is known of these versions. */
      readonly expectation: Expectation | null;
      /** How it differs from that, a sentence each; empty when it came as expected, null when nothing but `held` was. */
      readonly surprises: readonly string[] | null;
    }
  /** A job is over, its machines and scratch files included. `verdict` is null when the drill could not begin or was interrupted; `exitCode` is what it would be alone. */
  | {
      readonly type: 'drill-ended';
      readonly drill: string;
      readonly verdict: Verdict | null;
      readonly exitCode: number;
      readonly durationMs: number;
    };

/** A drill that a run is going to do, as it was asked for. */
export interface PlannedJob {
  /** Its label: the drill's name, with `-twin` for its twin and a number from the second time on. */
  readonly job: string;
  readonly drill: string;
  /** Whether it is the drill's twin, the drill with a deliberate mistake, which must come out `broken`. */
  readonly isTwin: boolean;
  readonly promise: string;
  /** What `--tag` selects it by; absent in runs of a raidlab that did not tell them. */
  readonly tags?: readonly string[];
  readonly seed: string;
  readonly skippedSteps: readonly string[];
  readonly layout: string;
  readonly payloadBytes: number;
  /** The Debian suite that the kernel under test comes from. */
  readonly kernel: string;
  /** The Debian suite that the tools come from. */
  readonly tools: string;
  /** What does the proof's reboot instead of raidlab's own small system: `--boot`. */
  readonly boot?: BootedBy;
  /** What makes the initramfs of an installed system, where that was asked: `--initramfs`. */
  readonly initramfs?: InitramfsMaker;
}

/** A run that is one part of a larger one: `--shard 2/5`. */
export interface PlannedShard {
  /** 1-based. */
  readonly number: number;
  readonly of: number;
  /** The drills of all parts, in the order asked. */
  readonly wholeRun: readonly PlannedJob[];
}

/** The version of the NDJSON event format; raised when a field changes meaning or goes away. */
export const eventFormatVersion = 1;

/** An event as it is written: stamped with the format version, its place in the run, the time, and the job. */
export type RecordedEvent = EventBody & {
  readonly v: typeof eventFormatVersion;
  /** 0-based number in the run; a gap is what events.ndjson left out of a guest's flood. */
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** Which drill of the run it belongs to; absent when it belongs to the run. Names the folder of its evidence. */
  readonly job?: string;
};
