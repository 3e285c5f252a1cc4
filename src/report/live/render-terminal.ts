/**
 * The report that a person reads, as a fold over events: `renderTerminal(state, event)` gives the lines to keep.
 * What is alive between two events is `liveLines(state, now)`.
 *
 *     header ─► steps: lines of a step are held back until it ends, then shown under its title and time ─► evidence ─► end
 */
import type { RecordedEvent } from '../../core/event.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import { formatSize } from '../../core/text/size.ts';
import { repeatCommand } from '../drill/repeat-command.ts';
import { troubleLines, verdictLines } from '../drill/evidence-lines.ts';
import { formatDuration } from '../text/format-duration.ts';
import { isImage } from './is-image.ts';
import { blank, labelled, labelledCommand, line, saidLines, span } from '../text/line.ts';
import type { Line, Tone } from '../text/line.ts';
import { followMachines } from './machine-activity.ts';
import { renderCommand } from './render-command.ts';
import { shortenLines, shortenReason } from '../text/shorten-lines.ts';
import { shownFolder } from '../text/shown-folder.ts';
import { reportFileName } from '../report-file-name.ts';
import { describeAlarm } from '../../core/alarm/alarm-outcome.ts';
import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import { formatPercent, isSameWork } from './live-lines.ts';
import type { Rendering, TerminalState } from './terminal-state.ts';
import { timeFactorLine } from '../time-factor-line.ts';
import { bootLines } from './boot-lines.ts';

/** Between two lines about the same long work, where there is no live region; milliseconds. */
const progressEveryMs = 10_000;

/** Gives what an event adds to the terminal report. */
export function renderTerminal(state: TerminalState, event: RecordedEvent): Rendering {
  switch (event.type) {
    case 'run-started':
      return { state: { ...state, directory: event.directory, commandLine: event.command }, lines: [] };
    case 'drill-started':
      return keep({ ...prepare(state, event, 'images and accelerator'), seed: event.seed, checks: [], troubles: [] }, 'header', [
        line(0, [span(event.drill, 'strong'), ...(state.isTwin ? [span('  its twin: it must come out broken', 'doubtful')] : [])]),
        line(0, event.promise),
        blank,
        labelled('array', event.layout),
        labelled('payload', formatSize(event.payloadBytes)),
        labelled('seed', event.seed),
        ...(event.skippedSteps.length === 0 ? [] : [labelled('left out', event.skippedSteps.join(', '), 'doubtful')]),
      ]);
    case 'step-started':
      return {
        state: { ...state, activity: { title: event.title, startedMs: timeOf(event), isTold: true }, stepLines: [], progress: null },
        lines: [],
      };
    case 'step-ended':
      return endStep(state, event.completed ? mark('✓', 'good') : mark('✗', 'bad'), event.title, event.durationMs);
    case 'step-restored':
      return keep(state, 'steps', [
        stepLine(mark('✓', 'good'), 'template', event.title, [span(`  of ${event.madeAt.slice(0, 16)}Z`, 'quiet')]),
      ]);
    case 'step-skipped':
      return keep(state, 'steps', [stepLine(mark('-', 'doubtful'), 'left out', event.title, [span(`  ${event.step}`, 'quiet')])]);
    case 'check-judged':
      return { state: { ...state, checks: [...state.checks, event.check] }, lines: [] };
    case 'verdict-reached': {
      const trouble = event.verdict === 'crashed' ? state.troubles.findLast(isCrash) : undefined;
      const { checks } = state;
      return keep({ ...state, ...nothingRuns }, 'evidence', verdictLines({ ...event, checks, trouble, verbose: state.options.verbose }));
    }
    case 'run-failed':
      // The failure itself is an error message, on standard error; what was held back must not be lost.
      return state.activity?.isTold !== true
        ? { state: { ...state, ...nothingRuns }, lines: [] }
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
      | 'step-restored'
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
      return keep({ ...state, activity: { title: `Building the ${event.artefact}`, startedMs: timeOf(event), isTold: true } }, 'header', [
        line(2, [span('… ', 'quiet'), span(`Building the ${event.artefact}: ${event.why}`, 'quiet')], 4),
      ]);
    case 'image-built':
      return keep({ ...prepare(state, event, 'images and accelerator'), progress: null }, 'header', [
        stepLine(mark('✓', 'good'), formatDuration(event.durationMs), `Built ${event.artefact}, ${formatSize(event.sizeBytes)}`, []),
      ]);
    case 'image-ready':
      return isImage(event.kind) || state.options.verbose
        ? keep(state, 'header', [labelled(firstWord(event.artefact), event.description)])
        : { state, lines: [] };
    case 'accelerator-chosen':
      return keep(prepare(state, event, 'payload and disks'), 'header', [acceleratorLine(event, state.options.verbose)]);
    case 'cache-entry-rejected':
      return within(state, 'header', [
        line(2, [span('! ', 'doubtful'), span(`The cached ${event.artefact} is not usable: ${event.why}. It is built again.`)], 4),
      ]);
    case 'cache-entry-evicted':
      return within(state, 'header', [
        line(2, [span(`Removed from the cache: ${event.artefact}, ${formatSize(event.sizeBytes)}: ${event.why}`, 'quiet')], 4),
      ]);
    case 'leftover-removed':
      return within(state, 'header', [line(2, [span(`Removed what an earlier run left: ${event.what} (${event.hostPath})`, 'quiet')], 4)]);
    case 'time-factor-raised':
      return within(state, 'header', [timeFactorLine(event)]);
    case 'remark-made':
      return within(state, 'steps', [line(4, event.text)]);
    case 'run-planned':
      return { state: { ...state, isTwin: event.jobs[0]?.isTwin === true }, lines: [] };
    case 'array-sampled':
    case 'console-line-seen':
    case 'drill-ended':
      return { state, lines: [] };
    case 'machine-started':
    case 'machine-booted':
    case 'machine-stopped':
      return renderMachine(state, event);
    case 'boot-noted':
    case 'boot-ended':
    case 'console-typed':
      return within(state, 'steps', bootLines(event, state.options.verbose));
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
    case 'fault-cleared':
      return within(state, 'steps', [faultLine(event)]);
    case 'exposure-measured':
      return { state: { ...state, exposure: event.exposure }, lines: [] };
    case 'alarm-changed':
      return within(state, 'steps', [alarmLine(event)]);
    case 'alarm-judged':
      return { state: { ...state, alarm: event.alarm }, lines: [] };
    case 'observation-made':
      return within(state, 'steps', observationLines(event, state.options.verbose));
  }
}

function faultLine({ type, fault, disk }: Extract<RecordedEvent, { type: 'fault-injected' | 'fault-cleared' }>): Line {
  const what = `${fault}${disk === null ? '' : ` of ${disk}`}`;
  if (type === 'fault-cleared') return line(4, `fault taken away: ${what}`, 6);
  return line(4, [span('! ', 'doubtful'), span(`fault: ${what}`)], 6);
}

/** What is no longer going on when something has ended; machines stay on. */
const nothingRuns = { activity: null, stepLines: null, typed: null, progress: null } as const;

/** Says in the live region what is made ready before the first step. */
function prepare(state: TerminalState, event: RecordedEvent, what: string): TerminalState {
  return { ...state, activity: { title: `Preparing ${what}`, startedMs: timeOf(event), isTold: false } };
}

function acceleratorLine(event: Extract<RecordedEvent, { type: 'accelerator-chosen' }>, verbose: boolean): Line {
  const reason = verbose ? event.reason : shortenReason(event.reason);
  return labelled('accelerator', `${event.accelerator}: ${reason}${event.remembered ? ' (remembered)' : ''}`);
}

/** Machines come and go in the live region; lines tell of it only in a verbose report, or when one died. */
function renderMachine(
  state: TerminalState,
  event: Extract<RecordedEvent, { type: 'machine-started' | 'machine-booted' | 'machine-stopped' }>,
): Rendering {
  const next = { ...state, machines: followMachines(state.machines, event) };
  const isDeath = event.type === 'machine-stopped' && event.how === 'died';
  if (event.type === 'machine-started' || !(isDeath || state.options.verbose)) return { state: next, lines: [] };
  const text =
    event.type === 'machine-booted'
      ? `on: kernel ${event.kernel}, ${event.from === 'template' ? 'forked' : 'booted'} in ${formatDuration(event.durationMs)}`
      : `off: ${event.how}${parenthesis(event.detail)}`;
  const warning = isDeath ? [span('! ', 'doubtful')] : [];
  return within(next, 'steps', [line(4, [...warning, span(`machine ${event.machine} ${text}`, isDeath ? 'plain' : 'quiet')], 6)]);
}

function endStep(state: TerminalState, ending: Mark, title: string, durationMs: number): Rendering {
  const lines = state.stepLines ?? [];
  return keep({ ...state, ...nothingRuns }, 'steps', [stepLine(ending, formatDuration(durationMs), title, []), ...lines]);
}

function renderProgress(state: TerminalState, event: Extract<RecordedEvent, { type: 'progress-made' }>): Rendering {
  const { what, fraction, detail } = event;
  const commands = state.machines.flatMap((machine) => machine.running);
  const next = { ...state, progress: { what, fraction, detail, commands } };
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

/** How many lines of what a tool said are shown with an observation. */
const saidShown = 14;

function observationLines(event: Extract<RecordedEvent, { type: 'observation-made' }>, verbose: boolean): readonly Line[] {
  const said = event.said.trimEnd();
  const { shown, left } = shortenLines(said.split('\n'), verbose ? Infinity : saidShown);
  return [
    line(
      4,
      [span('$ ', 'quiet'), span(event.source), ...(event.exitCode === 0 ? [] : [span(`  exit ${String(event.exitCode)}`, 'doubtful')])],
      6,
    ),
    ...(said === '' ? [line(4, [span('│ (nothing)', 'quiet')])] : saidLines(4, shown.join('\n'))),
    ...(left === 0 ? [] : [line(4, [span(`│ … ${String(left)} more lines in the run directory`, 'quiet')])]),
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

function alarmLine({ exitCode, said }: Extract<RecordedEvent, { type: 'alarm-changed' }>): Line {
  const [first = ''] = said.trim().split('\n');
  if (exitCode === 0) return line(4, [span('alarm: silent', 'quiet')], 6);
  return line(4, [span(`alarm: exit ${String(exitCode)}`, 'doubtful'), span(first === '' ? '' : ` ${first}`, 'quiet')], 6);
}

function endLines(state: TerminalState): readonly Line[] {
  const { directory, exposure, alarm, seed, options } = state;
  if (directory === null) return [];
  const shown = shownFolder(directory, options.cwdHostPath);
  return [
    ...(exposure === null ? [] : [labelled('exposed', describeExposure(exposure))]),
    ...(alarm === null ? [] : [labelled('alarm', describeAlarm(alarm))]),
    labelled('report', `${shown}${reportFileName}`),
    labelled('evidence', shown),
    ...(seed === null ? [] : [labelledCommand('again', repeatCommand(state.commandLine, seed))]),
  ];
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
