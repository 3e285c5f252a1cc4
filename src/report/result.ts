import type { RecordedEvent } from '../core/event.ts';
import type { FailureDescription } from '../core/failure/description.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Check, Verdict } from '../core/verdict.ts';
import { repeatCommand } from './repeat-command.ts';

/** The version of result.json; raised when a field changes meaning or goes away. */
const resultFormatVersion = 1;

/** What a step came to. */
interface StepResult {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'completed' | 'not completed' | 'left out';
  /** Wall time, milliseconds; 0 when left out. */
  readonly durationMs: number;
}

/** What a drill came to, as far as it came. */
interface DrillOutcome {
  readonly drill: string;
  readonly promise: string;
  /** Null when the run ended before there was one. */
  readonly verdict: Verdict | null;
  readonly summary: string | null;
  readonly layout: string;
  readonly payloadBytes: number;
  readonly seed: string;
  readonly skippedSteps: readonly string[];
  readonly steps: readonly StepResult[];
  readonly checks: readonly Check[];
  /** Kernel trouble seen on any of its machines, warnings included, in order. */
  readonly kernelTrouble: readonly (KernelTrouble & { readonly machine: string })[];
  readonly durationMs: number | null;
}

/** The content of result.json: a run in one document. Made from its events alone. */
export interface RunResult {
  readonly v: typeof resultFormatVersion;
  readonly run: string;
  readonly startedAt: string;
  /** What was typed. */
  readonly command: string;
  /** What to type to get the same again, seed included. */
  readonly repeat: string;
  readonly exitCode: number | null;
  readonly durationMs: number | null;
  readonly versions: {
    readonly raidlab: string;
    readonly node: string;
    readonly qemu: string | null;
    /** What the guest said, as `uname -r`. */
    readonly kernel: string | null;
    /** Images by name, with what is in them. */
    readonly images: Readonly<Record<string, string>>;
  };
  readonly accelerator: { readonly name: 'kvm' | 'tcg'; readonly reason: string } | null;
  readonly drills: readonly DrillOutcome[];
  /** What went wrong that is not a finding about storage, in order. */
  readonly failures: readonly (FailureDescription & { readonly area: string; readonly reason: string })[];
}

/** What a run's result is before its first event. */
export const emptyResult: RunResult = {
  v: resultFormatVersion,
  run: '',
  startedAt: '',
  command: '',
  repeat: '',
  exitCode: null,
  durationMs: null,
  versions: { raidlab: '', node: '', qemu: null, kernel: null, images: {} },
  accelerator: null,
  drills: [],
  failures: [],
};

/** Gives the result with one event more. */
export function addToResult(result: RunResult, event: RecordedEvent): RunResult {
  switch (event.type) {
    case 'run-started': {
      const { run, command } = event;
      const versions = { ...result.versions, raidlab: event.raidlabVersion, node: event.nodeVersion };
      return { ...result, run, command, repeat: command, startedAt: event.at, versions };
    }
    case 'run-failed':
      return { ...result, failures: [...result.failures, { area: event.area, reason: event.reason, ...event.description }] };
    case 'run-ended':
      return { ...result, exitCode: event.exitCode, durationMs: event.durationMs };
    case 'image-ready':
      return withVersions(result, { images: { ...result.versions.images, [event.artefact]: event.description } });
    case 'accelerator-chosen':
      return { ...result, accelerator: { name: event.accelerator, reason: event.reason } };
    case 'machine-started':
      return withVersions(result, { qemu: event.qemuVersion });
    case 'machine-booted':
      return withVersions(result, { kernel: event.kernel });
    default:
      return addToDrill(result, event);
  }
}

function addToDrill(result: RunResult, event: RecordedEvent): RunResult {
  switch (event.type) {
    case 'drill-started': {
      const { drill, promise, layout, payloadBytes, seed, skippedSteps } = event;
      const begun = { verdict: null, summary: null, steps: [], checks: [], kernelTrouble: [], durationMs: null };
      return {
        ...result,
        repeat: repeatCommand(result.command, seed),
        drills: [...result.drills, { drill, promise, layout, payloadBytes, seed, skippedSteps, ...begun }],
      };
    }
    case 'step-ended':
      return addStep(result, event.step, event.title, event.completed ? 'completed' : 'not completed', event.durationMs);
    case 'step-skipped':
      return addStep(result, event.step, event.title, 'left out', 0);
    case 'check-judged':
      return withLastDrill(result, (drill) => ({ ...drill, checks: [...drill.checks, event.check] }));
    case 'kernel-trouble-seen':
      return withLastDrill(result, (drill) => ({
        ...drill,
        kernelTrouble: [...drill.kernelTrouble, { ...event.trouble, machine: event.machine }],
      }));
    case 'verdict-reached': {
      const { verdict, summary, durationMs } = event;
      return withLastDrill(result, (drill) => ({ ...drill, verdict, summary, durationMs }));
    }
    default:
      return result;
  }
}

function withVersions(result: RunResult, more: Partial<RunResult['versions']>): RunResult {
  return { ...result, versions: { ...result.versions, ...more } };
}

function addStep(result: RunResult, name: string, title: string, outcome: StepResult['outcome'], durationMs: number): RunResult {
  return withLastDrill(result, (drill) => ({ ...drill, steps: [...drill.steps, { name, title, outcome, durationMs }] }));
}

function withLastDrill(result: RunResult, change: (drill: DrillOutcome) => DrillOutcome): RunResult {
  const last = result.drills.at(-1);
  return last === undefined ? result : { ...result, drills: [...result.drills.slice(0, -1), change(last)] };
}
