import type { PlannedJob, RecordedEvent } from '../../core/event.ts';
import type { AlarmOutcome } from '../../core/alarm/alarm-outcome.ts';
import type { ExposureNumbers } from '../../core/exposure/exposure.ts';
import type { Expectation } from '../../core/verdict/expectation.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import type { Check, Verdict } from '../../core/verdict/verdict.ts';

/** The result of a step. */
export interface StepResult {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'completed' | 'not completed' | 'restored' | 'left out';
  /** Wall time, milliseconds; 0 when left out, or restored from a template. */
  readonly durationMs: number;
}

/** The last lines of a machine's console. */
export interface ConsoleExcerpt {
  readonly machine: string;
  /** How the machine went off, as `machine-stopped` says it; null while it is on. */
  readonly end: 'shutdown' | 'crash' | 'save' | 'dispose' | 'died' | null;
  readonly lines: readonly string[];
}

/** The result of a drill, as far as it came. Its evidence is in the folder `job`. */
export interface DrillOutcome extends PlannedJob {
  /** What `--tag` selects it by; empty in runs of a raidlab that did not tell them. */
  readonly tags: readonly string[];
  /** ISO 8601; null when it was never begun. */
  readonly startedAt: string | null;
  /** Null when the drill ended before there was one. */
  readonly verdict: Verdict | null;
  readonly summary: string | null;
  /** What it had to come to, where that is something else than `held`. */
  readonly expectation: Expectation | null;
  /** How it differs from that, a sentence each; null where nothing but `held` was expected. */
  readonly surprises: readonly string[] | null;
  readonly steps: readonly StepResult[];
  readonly checks: readonly Check[];
  /** How exposed the array was until the proof began; null when there was none, or nobody looked. */
  readonly exposure: ExposureNumbers | null;
  /** Whether the alarm would have told of the fault; null when there was none. */
  readonly alarm: AlarmOutcome | null;
  /** Kernel trouble seen on any of its machines, warnings included, in order. */
  readonly kernelTrouble: readonly (KernelTrouble & { readonly machine: string })[];
  /** What machines said last: those that had kernel trouble or died; when the drill could not be judged, every one that was not shut down by it. */
  readonly consoles: readonly ConsoleExcerpt[];
  /** What it would be alone; null when it was not over. */
  readonly exitCode: number | null;
  /** Wall time until the verdict, milliseconds; until the end when there was none. */
  readonly durationMs: number | null;
}

/** How many lines of a console are kept: a kernel's report with its call trace, and what led to it. */
const consoleLinesKept = 60;

/** Gives the outcome of a drill that has not begun. */
export function plannedOutcome(planned: PlannedJob): DrillOutcome {
  const nothingYet = {
    steps: [],
    checks: [],
    exposure: null,
    alarm: null,
    kernelTrouble: [],
    consoles: [],
    exitCode: null,
    durationMs: null,
  } as const;
  return {
    ...planned,
    tags: planned.tags ?? [],
    startedAt: null,
    verdict: null,
    summary: null,
    expectation: null,
    surprises: null,
    ...nothingYet,
  };
}

/** Gives the outcome with one event of its job more. */
export function addToOutcome(outcome: DrillOutcome, event: RecordedEvent): DrillOutcome {
  switch (event.type) {
    case 'drill-started': {
      const { drill, promise, layout, payloadBytes, seed, skippedSteps } = event;
      return { ...outcome, drill, promise, layout, payloadBytes, seed, skippedSteps, startedAt: event.at };
    }
    case 'step-ended':
      return addStep(outcome, event.step, event.title, event.completed ? 'completed' : 'not completed', event.durationMs);
    case 'step-restored':
      return addStep(outcome, event.step, event.title, 'restored', 0);
    case 'step-skipped':
      return addStep(outcome, event.step, event.title, 'left out', 0);
    case 'check-judged':
      return { ...outcome, checks: [...outcome.checks, event.check] };
    case 'exposure-measured': {
      const { exposedMs, mostBytes, endBytes, byteSeconds } = event.exposure;
      return { ...outcome, exposure: { exposedMs, mostBytes, endBytes, byteSeconds } };
    }
    case 'alarm-judged':
      return { ...outcome, alarm: event.alarm };
    case 'kernel-trouble-seen':
      return { ...outcome, kernelTrouble: [...outcome.kernelTrouble, { ...event.trouble, machine: event.machine }] };
    case 'console-line-seen':
      return addConsoleLine(outcome, event.machine, event.line);
    case 'machine-stopped':
      return endConsole(outcome, event.machine, event.how);
    case 'verdict-reached': {
      const { verdict, summary, durationMs, expectation, surprises } = event;
      return { ...outcome, verdict, summary, durationMs, expectation, surprises };
    }
    case 'drill-ended':
      return {
        ...outcome,
        exitCode: event.exitCode,
        durationMs: outcome.durationMs ?? event.durationMs,
        consoles: outcome.consoles.filter((console) => explains(outcome, console)),
      };
    default:
      return outcome;
  }
}

function addStep(outcome: DrillOutcome, name: string, title: string, how: StepResult['outcome'], durationMs: number): DrillOutcome {
  return { ...outcome, steps: [...outcome.steps, { name, title, outcome: how, durationMs }] };
}

function addConsoleLine(outcome: DrillOutcome, machine: string, line: string): DrillOutcome {
  const known = outcome.consoles.find((console) => console.machine === machine);
  if (known === undefined) return { ...outcome, consoles: [...outcome.consoles, { machine, end: null, lines: [line] }] };
  const longer = { ...known, lines: [...known.lines, line].slice(-consoleLinesKept) };
  return { ...outcome, consoles: outcome.consoles.map((console) => (console === known ? longer : console)) };
}

function endConsole(outcome: DrillOutcome, machine: string, end: ConsoleExcerpt['end']): DrillOutcome {
  return { ...outcome, consoles: outcome.consoles.map((console) => (console.machine === machine ? { ...console, end } : console)) };
}

/** Tells whether a console has something to do with what a drill came to. */
function explains({ verdict, kernelTrouble }: DrillOutcome, { machine, end }: ConsoleExcerpt): boolean {
  if (end === 'died' || kernelTrouble.some((trouble) => trouble.machine === machine)) return true;
  // A machine that fell silent is put away as one that is no longer needed: only the missing verdict tells them apart.
  const isJudged = verdict === 'held' || verdict === 'broken' || verdict === 'skipped';
  return !isJudged && (end === null || end === 'dispose');
}
