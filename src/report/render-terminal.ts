/**
 * The report that a person reads, as a fold over events: `renderTerminal(state, event)` gives the lines to keep.
 * What is alive between two events is `liveLines(state, now)`.
 *
 *     header ─► steps: lines of a step are held back until it ends, then shown under its title and time ─► evidence ─► end
 */
import type { RecordedEvent } from '../core/event.ts';
import { isCrash } from '../core/kernel/trouble.ts';
import { formatSize } from '../core/size.ts';
import { repeatCommand } from './repeat-command.ts';
import { troubleLines, verdictLines } from './evidence-lines.ts';
import { formatDuration } from './format-duration.ts';
import { blank, labelled, line, saidLines, span } from './line.ts';
import type { Line, Tone } from './line.ts';
import { renderCommand } from './render-command.ts';
import { formatPercent, isSameWork } from './live-lines.ts';
import type { TerminalState } from './terminal-state.ts';

/** What an event changes in the report, and the lines it adds for good. */
export interface Rendering {
  readonly state: TerminalState;
  readonly lines: readonly Line[];
}

/** Between two lines about the same long work, where there is no live region; milliseconds. */
const progressEveryMs = 10_000;

/** Gives what an event adds to the terminal report. */
export function renderTerminal(state: TerminalState, event: RecordedEvent): Rendering {
  switch (event.type) {
    case 'run-started':
      return { state: { ...state, directory: event.directory, commandLine: event.command }, lines: [] };
    case 'drill-started':
      return keep({ ...state, seed: event.seed, checks: [], troubles: [] }, 'header', [
        line(0, [span(event.drill, 'strong')]),
        line(0, event.promise),
        blank,
        labelled('array', event.layout),
        labelled('payload', formatSize(event.payloadBytes)),
        labelled('seed', event.seed),
        ...(event.skippedSteps.length === 0 ? [] : [labelled('left out', event.skippedSteps.join(', '), 'doubtful')]),
      ]);
    case 'step-started':
      return { state: { ...state, activity: { title: event.title, startedMs: timeOf(event) }, stepLines: [], progress: null }, lines: [] };
    case 'step-ended':
      return endStep(state, event.completed ? mark('✓', 'good') : mark('✗', 'bad'), event.title, event.durationMs);
    case 'step-skipped':
      return keep(state, 'steps', [stepLine(mark('-', 'doubtful'), 'left out', event.title, [span(`  ${event.step}`, 'quiet')])]);
    case 'check-judged':
      return {
        state: {
          ...state,
          checks: [...state.checks, event.check],
          progress: { what: event.check.claim, fraction: null, detail: event.check.outcome },
        },
        lines: [],
      };
    case 'verdict-reached': {
      const trouble = event.verdict === 'crashed' ? state.troubles.findLast(isCrash) : undefined;
      const { checks } = state;
      return keep({ ...state, ...nothingRuns }, 'evidence', verdictLines({ ...event, checks, trouble, verbose: state.options.verbose }));
    }
    case 'run-failed':
      // The failure itself is an error message, on standard error; what was held back must not be lost.
      return state.activity === null
        ? { state, lines: [] }
        : endStep(state, mark('✗', 'bad'), state.activity.title, timeOf(event) - state.activity.startedMs);
    case 'run-ended':
      return keep({ ...state, ...nothingRuns }, 'end', endLines(state));
    case 'command-typed':
    case 'command-started':
    case 'command-ended':
      return renderCommand(state, event);
    default:
      return renderDetail(state, event);
  }
}

type DetailEvent = Exclude<
  RecordedEvent,
  {
    readonly type:
      | 'run-started'
      | 'drill-started'
      | 'step-started'
      | 'step-ended'
      | 'step-skipped'
      | 'check-judged'
      | 'verdict-reached'
      | 'run-failed'
      | 'run-ended'
      | 'command-typed'
      | 'command-started'
      | 'command-ended';
  }
>;

function renderDetail(state: TerminalState, event: DetailEvent): Rendering {
  switch (event.type) {
    case 'progress-made':
      return renderProgress(state, event);
    case 'image-build-started':
      return keep({ ...state, activity: { title: `Building the ${event.artefact}`, startedMs: timeOf(event) } }, 'header', [
        line(2, [span('… ', 'quiet'), span(`Building the ${event.artefact}: ${event.why}`, 'quiet')], 4),
      ]);
    case 'image-built':
      return keep({ ...state, ...nothingRuns }, 'header', [
        stepLine(mark('✓', 'good'), formatDuration(event.durationMs), `Built ${event.artefact}, ${formatSize(event.sizeBytes)}`, []),
      ]);
    case 'image-ready':
      return keep(state, 'header', [labelled(firstWord(event.artefact), event.description)]);
    case 'accelerator-chosen':
      return keep(state, 'header', [
        labelled('accelerator', `${event.accelerator}: ${event.reason}${event.remembered ? ' (remembered)' : ''}`),
      ]);
    case 'cache-entry-rejected':
      return within(state, 'header', [
        line(2, [span('! ', 'doubtful'), span(`The cached ${event.artefact} is not usable: ${event.why}. It is built again.`)], 4),
      ]);
    case 'leftover-removed':
      return within(state, 'header', [line(2, [span(`Removed what an earlier run left: ${event.what} (${event.hostPath})`, 'quiet')], 4)]);
    case 'remark-made':
      return within(state, 'steps', [line(4, event.text)]);
    case 'machine-started':
    case 'console-line-seen':
      return { state, lines: [] };
    case 'machine-booted':
      return within(state, 'steps', [
        line(4, [span(`machine ${event.machine} on: kernel ${event.kernel}, ${formatDuration(event.durationMs)}`, 'quiet')], 6),
      ]);
    case 'machine-stopped':
      return within(state, 'steps', [
        line(4, [span(`machine ${event.machine} off: ${event.how}${parenthesis(event.detail)}`, 'quiet')], 6),
      ]);
    case 'kernel-trouble-seen':
      return within({ ...state, troubles: [...state.troubles, event.trouble] }, 'steps', [
        line(
          4,
          [span('! ', isCrash(event.trouble) ? 'crashed' : 'doubtful'), span(`kernel of ${event.machine}: ${event.trouble.what}`)],
          6,
        ),
        ...(state.options.verbose ? troubleLines(event.trouble) : []),
      ]);
    case 'fault-injected':
      return within(state, 'steps', [
        line(4, [span('! ', 'doubtful'), span(`fault: ${event.fault}${event.disk === null ? '' : ` of ${event.disk}`}`)], 6),
      ]);
    case 'fault-cleared':
      return within(state, 'steps', [line(4, `fault taken away: ${event.fault}${event.disk === null ? '' : ` of ${event.disk}`}`, 6)]);
    case 'observation-made':
      return within(state, 'steps', observationLines(event));
  }
}

/** What is no longer going on when something has ended. */
const nothingRuns = { activity: null, stepLines: null, runningCommand: null, typed: null, progress: null } as const;

function endStep(state: TerminalState, ending: Mark, title: string, durationMs: number): Rendering {
  const lines = state.stepLines ?? [];
  return keep({ ...state, ...nothingRuns }, 'steps', [stepLine(ending, formatDuration(durationMs), title, []), ...lines]);
}

function renderProgress(state: TerminalState, event: Extract<RecordedEvent, { type: 'progress-made' }>): Rendering {
  const { what, fraction, detail } = event;
  const next = { ...state, progress: { what, fraction, detail } };
  const nowMs = timeOf(event);
  const sinceMs = Math.max(state.progressToldMs, state.activity?.startedMs ?? 0);
  if (state.options.live || nowMs - sinceMs < progressEveryMs) {
    // The first progress of a work that has no beginning of its own starts the ten seconds.
    return { state: sinceMs === 0 ? { ...next, progressToldMs: nowMs } : next, lines: [] };
  }
  const percent = fraction === null ? '' : `${formatPercent(fraction)}, `;
  const elapsed = state.activity === null ? '' : ` (${formatDuration(nowMs - state.activity.startedMs)})`;
  const title = state.activity === null || isSameWork(state.activity.title, what) ? '' : `${state.activity.title}: `;
  const part = state.stepLines !== null ? 'steps' : state.part === 'nothing' ? 'header' : state.part;
  return keep({ ...next, progressToldMs: nowMs }, part, [line(2, [span(`… ${title}${what}: ${percent}${detail}${elapsed}`, 'quiet')], 4)]);
}

function observationLines(event: Extract<RecordedEvent, { type: 'observation-made' }>): readonly Line[] {
  const said = event.said.trimEnd();
  return [
    line(
      4,
      [span('$ ', 'quiet'), span(event.source), ...(event.exitCode === 0 ? [] : [span(`  exit ${String(event.exitCode)}`, 'doubtful')])],
      6,
    ),
    ...(said === '' ? [line(4, [span('│ (nothing)', 'quiet')])] : saidLines(4, said)),
    line(4, [span('→ ', 'doubtful'), span(event.meaning)], 6),
  ];
}

/** Adds lines where they belong: to the step that is going on, else to a part of the report. */
function within(state: TerminalState, part: 'header' | 'steps', lines: readonly Line[]): Rendering {
  if (state.stepLines !== null) return { state: { ...state, stepLines: [...state.stepLines, ...lines] }, lines: [] };
  return keep(state, state.part === 'evidence' ? 'evidence' : part, lines);
}

function keep(state: TerminalState, part: TerminalState['part'], lines: readonly Line[]): Rendering {
  const separator = state.part === 'nothing' || state.part === part || lines.length === 0 ? [] : [blank];
  return { state: { ...state, part: lines.length === 0 ? state.part : part }, lines: [...separator, ...lines] };
}

interface Mark {
  readonly text: string;
  readonly tone: Tone;
}

function mark(text: string, tone: Tone): Mark {
  return { text, tone };
}

function stepLine(ending: Mark, time: string, title: string, more: readonly ReturnType<typeof span>[]): Line {
  return line(0, [span(ending.text, ending.tone), span(` ${time.padStart(8)}  `, 'quiet'), span(title, 'strong'), ...more], 12);
}

function endLines(state: TerminalState): readonly Line[] {
  const { directory, seed, options } = state;
  if (directory === null) return [];
  const below = `${options.cwdHostPath}/`;
  const shown = directory.startsWith(below) ? directory.slice(below.length) : directory;
  return [labelled('evidence', `${shown}/`), ...(seed === null ? [] : [labelled('again', repeatCommand(state.commandLine, seed))])];
}

function timeOf(event: RecordedEvent): number {
  return Date.parse(event.at);
}

function firstWord(text: string): string {
  return text.split(' ')[0] ?? text;
}

function parenthesis(detail: string): string {
  return detail === '' ? '' : ` (${detail})`;
}
