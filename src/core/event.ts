import type { FailureDescription } from './failure/description.ts';
import type { KernelTrouble } from './kernel/trouble.ts';
import type { Check, Verdict } from './verdict.ts';

/**
 * Everything that happens in a run, as past-tense facts. One union: terminal, NDJSON and result files are renderings of it.
 *
 * On disk and with `--json` each is one line of JSON: {@link RecordedEvent}. The first is `run-started`, the last always `run-ended`.
 */
export type EventBody =
  // the run
  | { readonly type: 'run-started'; readonly run: string; readonly command: string; readonly raidlabVersion: string; readonly nodeVersion: string; readonly directory: string | null }
  | { readonly type: 'run-ended'; readonly exitCode: number; readonly durationMs: number }
  | { readonly type: 'run-failed'; readonly area: string; readonly reason: string; readonly description: FailureDescription }
  | { readonly type: 'remark-made'; readonly text: string }
  // host and image
  | { readonly type: 'leftover-removed'; readonly what: string; readonly hostPath: string }
  | { readonly type: 'cache-entry-rejected'; readonly artefact: string; readonly why: string }
  | { readonly type: 'image-build-started'; readonly artefact: string; readonly why: string }
  | { readonly type: 'image-built'; readonly artefact: string; readonly sizeBytes: number; readonly durationMs: number }
  | { readonly type: 'image-ready'; readonly artefact: string; readonly hostPath: string; readonly cached: boolean; readonly description: string }
  | { readonly type: 'accelerator-chosen'; readonly accelerator: 'kvm' | 'tcg'; readonly reason: string; readonly remembered: boolean }
  /** `fraction` is 0 to 1, or null when the size of the work is unknown. Not kept in the terminal's scrollback. */
  | { readonly type: 'progress-made'; readonly what: string; readonly fraction: number | null; readonly detail: string }
  // machines
  | { readonly type: 'machine-started'; readonly machine: string; readonly pid: number; readonly accelerator: 'kvm' | 'tcg'; readonly qemuVersion: string; readonly argv: readonly string[] }
  | { readonly type: 'machine-booted'; readonly machine: string; readonly durationMs: number; readonly kernel: string }
  | { readonly type: 'machine-stopped'; readonly machine: string; readonly how: 'shutdown' | 'crash' | 'dispose' | 'died'; readonly detail: string }
  | { readonly type: 'console-line-seen'; readonly machine: string; readonly line: string }
  | { readonly type: 'kernel-trouble-seen'; readonly machine: string; readonly trouble: KernelTrouble }
  /** A command of the procedure, as an administrator would type it in a shell; `command-started` and `command-ended` follow for every command, typed or not. */
  | { readonly type: 'command-typed'; readonly machine: string; readonly argv: readonly string[]; readonly command: string }
  | { readonly type: 'command-started'; readonly machine: string; readonly argv: readonly string[] }
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
  | {
      readonly type: 'drill-started';
      readonly drill: string;
      readonly promise: string;
      readonly seed: string;
      readonly skippedSteps: readonly string[];
      readonly layout: string;
      readonly payloadBytes: number;
    }
  | { readonly type: 'step-started'; readonly drill: string; readonly step: string; readonly title: string }
  /** `completed` is false when something ended the step before its end: a refusal, a crash, an interruption. */
  | { readonly type: 'step-ended'; readonly drill: string; readonly step: string; readonly title: string; readonly completed: boolean; readonly durationMs: number }
  | { readonly type: 'step-skipped'; readonly drill: string; readonly step: string; readonly title: string }
  | { readonly type: 'fault-injected'; readonly machine: string; readonly fault: string; readonly disk: string | null }
  | { readonly type: 'fault-cleared'; readonly machine: string; readonly fault: string; readonly disk: string | null }
  /** What a tool said that an administrator would look at, and what it is worth: a lesson, not a check. */
  | { readonly type: 'observation-made'; readonly source: string; readonly exitCode: number; readonly said: string; readonly meaning: string }
  | { readonly type: 'check-judged'; readonly drill: string; readonly check: Check }
  | {
      readonly type: 'verdict-reached';
      readonly drill: string;
      readonly verdict: Verdict;
      /** One sentence that says what the verdict means for the person's data. */
      readonly summary: string;
      readonly durationMs: number;
    };

/** The version of the NDJSON event format; raised when a field changes meaning or goes away. */
export const eventFormatVersion = 1;

/** An event as it is written: stamped with the format version, its place in the run and the time. */
export type RecordedEvent = EventBody & {
  readonly v: typeof eventFormatVersion;
  /** 0-based number in the run, without gaps. */
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
};
