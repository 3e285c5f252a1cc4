/**
 * The report of several drills, as a fold over events: a line for each that is over, in the order asked, then a summary.
 * What is alive between two events is `manyLiveLines(state, now)`.
 *
 *     header ─► drills: one that ends before those that were asked for before it is held back ─► end
 */
import type { RecordedEvent } from '../../core/event.ts';
import { formatSize } from '../../core/text/size.ts';
import { drillLines } from '../drill/drill-lines.ts';
import { formatDuration } from '../text/format-duration.ts';
import { isImage } from './is-image.ts';
import { blank, labelled, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import type { JobActivity, ManyState } from './many-state.ts';
import { addToResult } from '../drill/result.ts';
import { shortenReason } from '../text/shorten-lines.ts';
import { shownFolder } from '../text/shown-folder.ts';
import { formatLimit, summaryLines } from '../drill/summary-lines.ts';
import { timeFactorLine } from '../time-factor-line.ts';

/** What an event changes in the report of several drills, and the lines it adds for good. */
export interface ManyRendering {
  readonly state: ManyState;
  readonly lines: readonly Line[];
}

/** Gives what an event adds to the terminal report of several drills. */
export function renderMany(before: ManyState, event: RecordedEvent): ManyRendering {
  const state = { ...before, result: addToResult(before.result, event), running: followJobs(before.running, event) };
  switch (event.type) {
    case 'run-started':
      return { state: { ...state, directory: event.directory, startedMs: Date.parse(event.at) }, lines: [] };
    case 'run-planned':
      return keep({ ...state, limit: event.limit }, 'header', [
        line(0, [span(`${String(event.jobs.length)} drills`, 'strong'), span(`, ${formatLimit(event.limit)}`)]),
        labelled('seed', event.seed),
      ]);
    case 'drill-started':
      return state.options.verbose && event.job !== undefined
        ? keep(state, 'drills', [line(0, [span(`→ ${event.job} begins`, 'quiet')])])
        : { state, lines: [] };
    case 'drill-ended':
      return tellEnded({ ...state, ended: state.ended + 1 });
    case 'run-ended':
      return endRun(state, event.durationMs);
    default:
      return renderFact(state, event);
  }
}

/** Tells what concerns the whole run. */
function renderFact(state: ManyState, event: RecordedEvent): ManyRendering {
  switch (event.type) {
    case 'image-build-started':
      return tellFact(state, line(2, [span(`… Building the ${event.artefact}: ${event.why}`, 'quiet')], 4));
    case 'image-built': {
      const built = `Built ${event.artefact}, ${formatSize(event.sizeBytes)}, ${formatDuration(event.durationMs)}`;
      return tellFact(state, line(2, [span('✓ ', 'good'), span(built)], 4));
    }
    case 'image-ready':
      return isImage(event.kind) ? tellFact(state, labelled(event.artefact.split(' ')[0] ?? '', event.description)) : { state, lines: [] };
    case 'accelerator-chosen':
      return tellFact(state, labelled('accelerator', `${event.accelerator}: ${shortenReason(event.reason)}`));
    case 'cache-entry-rejected': {
      const rejected = `The cached ${event.artefact} is not usable: ${event.why}. It is built again.`;
      return tellFact(state, line(2, [span('! ', 'doubtful'), span(rejected)], 4));
    }
    case 'leftover-removed':
      return tellFact(state, line(2, [span(`Removed what an earlier run left: ${event.what} (${event.hostPath})`, 'quiet')], 4));
    case 'time-factor-raised':
      return tellFact(state, timeFactorLine(event));
    case 'remark-made':
      return tellFact(state, line(2, event.text, 4));
    default:
      return { state, lines: [] };
  }
}

function tellFact(state: ManyState, fact: Line): ManyRendering {
  const text = fact.spans.map((part) => part.text).join(' ');
  if (state.facts.includes(text)) return { state, lines: [] };
  return keep({ ...state, facts: [...state.facts, text] }, state.part === 'nothing' ? 'header' : state.part, [fact]);
}

/** Tells the drills that are over, up to the first that is not. */
function tellEnded(state: ManyState): ManyRendering {
  const { drills } = state.result;
  const next = drills.findIndex((drill, index) => index >= state.told && drill.exitCode === null);
  const told = next === -1 ? drills.length : next;
  const lines = drills.slice(state.told, told).flatMap((drill) => linesOf(state, drill.job));
  return keep({ ...state, told }, 'drills', lines);
}

/** In a run that was cut off, drills that are over stand behind others that are not: they are reported now, or never. */
function endRun(state: ManyState, durationMs: number): ManyRendering {
  const { result, options, directory, limit } = state;
  const left = result.drills.slice(state.told).filter((drill) => drill.exitCode !== null);
  const drills = keep(
    state,
    'drills',
    left.flatMap((drill) => linesOf(state, drill.job)),
  );
  const folder = directory === null ? null : shownFolder(directory, options.cwdHostPath);
  const end = keep(drills.state, 'end', summaryLines(result, { durationMs, limit, folder }));
  return { state: end.state, lines: [...drills.lines, ...end.lines] };
}

function linesOf({ result, directory, options }: ManyState, job: string): readonly Line[] {
  const outcome = result.drills.find((drill) => drill.job === job);
  if (outcome === undefined) return [];
  const folder = directory === null ? `${job}/` : shownFolder(`${directory}/${job}`, options.cwdHostPath);
  return drillLines({ outcome, failures: result.failures.filter((failure) => failure.job === job), folder, verbose: options.verbose });
}

/** Gives what the drills are at after an event. */
function followJobs(running: readonly JobActivity[], event: RecordedEvent): readonly JobActivity[] {
  const { job } = event;
  if (job === undefined) return event.type === 'run-ended' ? [] : running;
  const change = (changed: Partial<JobActivity>): readonly JobActivity[] =>
    running.map((activity) => (activity.job === job ? { ...activity, ...changed } : activity));
  switch (event.type) {
    case 'drill-started':
      return [...running, { job, title: 'Preparing', fraction: null, startedMs: Date.parse(event.at) }];
    case 'image-build-started':
      return change({ title: `Building the ${event.artefact}`, fraction: null });
    case 'image-built':
      return change({ title: 'Preparing', fraction: null });
    case 'step-started':
      return change({ title: event.title, fraction: null });
    case 'progress-made':
      return change({ fraction: event.fraction });
    case 'command-ended':
      return change({ fraction: null });
    case 'verdict-reached':
      return change({ title: 'Cleaning up', fraction: null });
    case 'drill-ended':
      return running.filter((activity) => activity.job !== job);
    default:
      return running;
  }
}

function keep(state: ManyState, part: ManyState['part'], lines: readonly Line[]): ManyRendering {
  if (lines.length === 0) return { state, lines };
  const separator = state.part === 'nothing' || state.part === part ? [] : [blank];
  return { state: { ...state, part }, lines: [...separator, ...lines] };
}
