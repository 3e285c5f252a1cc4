import { describeBoot } from '../../core/boot/boot-seen.ts';
import { describeTyped } from '../../core/boot/describe-note.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Check, Verdict } from '../../core/verdict/verdict.ts';
import type { DrillOutcome } from '../drill/drill-outcome.ts';
import type { RunResult } from '../drill/result.ts';
import { addToResult, emptyResult } from '../drill/result.ts';
import { shortenLines } from '../text/shorten-lines.ts';

/** A command as typed, and its output. */
export interface RecordedCommand {
  readonly command: string;
  /** Null when it never ended: the power was cut. None at a console, which does not tell it. */
  exitCode?: number | null;
  said: readonly string[];
  /** For a command that only looks: what the answer is worth. */
  readonly meaning?: string;
}

/** One thing that was recorded of a step. */
export type RecordedLine =
  | RecordedCommand
  | { readonly remark: string }
  /** A complaint of the kernel. */
  | { readonly kernel: string };

/** A recorded step. */
export interface RecordedStep {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'completed' | 'not completed' | 'restored' | 'left out';
  readonly lines: readonly RecordedLine[];
}

/** A recorded drill: what docs/drills/ shows of it. UUIDs and figures are from that run; times are left out. */
export interface Recording {
  readonly layout: string;
  /** From the guest, as `uname -r`. */
  readonly kernel: string;
  /** Images by name, with their contents. */
  readonly images: Readonly<Record<string, string>>;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly steps: readonly RecordedStep[];
  readonly checks: readonly Check[];
}

/** How many lines of a command's output are kept. */
const saidKept = 40;

/** Gives the recording of a job of a run; null without a verdict. Made from its events alone. */
export function recordJob(events: readonly RecordedEvent[], job: string): Recording | null {
  const result = events.reduce(addToResult, emptyResult);
  const outcome = result.drills.find((drill) => drill.job === job);
  if (outcome === undefined || outcome.verdict === null || outcome.summary === null) return null;
  const own = events.filter((event) => event.job === job);
  return {
    layout: outcome.layout,
    kernel: own.find((event) => event.type === 'machine-booted')?.kernel ?? result.versions.kernel ?? '',
    images: imagesOf(result, outcome),
    verdict: outcome.verdict,
    summary: outcome.summary,
    steps: recordSteps(own),
    checks: outcome.checks,
  };
}

/** A run has the images of all its drills; nobody chooses templates. */
function imagesOf({ versions }: RunResult, { kernel, tools }: DrillOutcome): Recording['images'] {
  return Object.fromEntries(
    Object.entries(versions.images).filter(
      ([name]) =>
        [`kernel of ${kernel}`, `tools of ${tools}`, `installed system of ${kernel}`].includes(name) ||
        name.startsWith(`installed system of ${kernel} with `),
    ),
  );
}

function recordSteps(events: readonly RecordedEvent[]): readonly RecordedStep[] {
  const steps: RecordedStep[] = [];
  let lines: RecordedLine[] | undefined;
  const typed = new TypedCommands();
  for (const event of events) {
    switch (event.type) {
      case 'step-restored':
      case 'step-skipped':
        steps.push({ name: event.step, title: event.title, outcome: event.type === 'step-restored' ? 'restored' : 'left out', lines: [] });
        break;
      case 'step-started':
        lines = [];
        break;
      case 'step-ended':
        steps.push({ name: event.step, title: event.title, outcome: event.completed ? 'completed' : 'not completed', lines: lines ?? [] });
        lines = undefined;
        break;
      case 'command-typed':
        lines?.push(typed.begin(event));
        break;
      case 'command-ended':
        typed.end(event);
        break;
      default:
        lines?.push(...recordRemark(event));
    }
  }
  return steps;
}

/** Running commands: one may end in a later step. */
class TypedCommands {
  readonly #running = new Map<string, RecordedCommand>();

  begin({ machine, argv, command }: Extract<RecordedEvent, { readonly type: 'command-typed' }>): RecordedCommand {
    const recorded: RecordedCommand = { command, exitCode: null, said: [] };
    this.#running.set([machine, ...argv].join('\0'), recorded);
    return recorded;
  }

  end({ machine, argv, exitCode, stderr, stdout }: Extract<RecordedEvent, { readonly type: 'command-ended' }>): void {
    const key = [machine, ...argv].join('\0');
    const recorded = this.#running.get(key);
    if (recorded === undefined) return;
    this.#running.delete(key);
    recorded.exitCode = exitCode;
    recorded.said = keepSaid(`${stderr}${stdout}`);
  }
}

function recordRemark(event: RecordedEvent): readonly RecordedLine[] {
  switch (event.type) {
    case 'observation-made':
      return [{ command: event.source, exitCode: event.exitCode, said: keepSaid(event.said), meaning: event.meaning }];
    case 'remark-made':
      return [{ remark: event.text }];
    case 'console-typed':
      return [{ command: describeTyped(event.line), said: [] }];
    case 'boot-ended':
      return [{ remark: `The boot of ${event.machine}: ${describeBoot(event)}.` }];
    case 'kernel-trouble-seen':
      return [{ kernel: event.trouble.what }];
    default:
      return [];
  }
}

function keepSaid(text: string): readonly string[] {
  // Output with NUL as line end, such as from find -print0, has lines all the same.
  const lines = text.trimEnd().split(/\n|\0+/u);
  if (lines.every((line) => line.trim() === '')) return [];
  const { shown, left } = shortenLines(lines, saidKept);
  return left === 0 ? shown : [...shown, `… ${String(left)} more lines`];
}
