import { formatSize } from '../../core/text/size.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import type { CommandRun } from './command-runs.ts';
import type { Lanes } from './lanes.ts';
import type { Segment } from './segment.ts';
import { stepAt } from './step-spans.ts';
import { formatMoment } from './timed-event.ts';

/** What a lane is of; each is drawn in its own way. */
export type LaneKind = 'steps' | 'disk' | 'mount' | 'writer' | 'commands' | 'kernel' | 'exposure';

/** One thing in a lane that can be pointed at. */
export interface LaneItem {
  /** Since the drill began, milliseconds. */
  readonly beginMs: number;
  readonly endMs: number;
  /** How it looks. */
  readonly state: string;
  /** What stands in it where there is room. */
  readonly text: string;
  /** All of it in words. */
  readonly says: string;
  /** The name of the step that it belongs to; null before the first. */
  readonly step: string | null;
  /** Of a command, its run. */
  readonly run: CommandRun | null;
}

/** A lane: one thing over time. */
export interface LaneRow {
  readonly kind: LaneKind;
  readonly name: string;
  readonly items: readonly LaneItem[];
}

/** Gives the lanes of a drill from top to bottom; one that has nothing to show is not there. */
export function laneRows(lanes: Lanes): readonly LaneRow[] {
  const rows: readonly LaneRow[] = [
    { kind: 'steps', name: 'steps', items: stepItems(lanes) },
    ...lanes.disks.map(({ disk, segments }): LaneRow => ({ kind: 'disk', name: disk, items: segmentItems(lanes, disk, segments) })),
    { kind: 'mount', name: 'mount', items: segmentItems(lanes, 'mount', lanes.mount) },
    { kind: 'writer', name: 'writer', items: writerItems(lanes) },
    { kind: 'commands', name: 'commands', items: commandItems(lanes) },
    { kind: 'kernel', name: 'kernel', items: lanes.troubles.map(({ afterMs, what }) => moment(lanes, afterMs, 'trouble', what)) },
    { kind: 'exposure', name: 'exposed', items: exposureItems(lanes) },
  ];
  return rows
    .map((row) => ({ ...row, items: row.items.filter(({ endMs }) => endMs >= lanes.beginMs) }))
    .filter(({ items }) => items.length > 0);
}

function stepItems({ steps }: Lanes): readonly LaneItem[] {
  return steps
    .filter(({ outcome }) => outcome !== 'restored' && outcome !== 'left out')
    .map(({ index, name, title, beginMs, endMs, outcome }) => ({
      beginMs,
      endMs,
      state: outcome.replace(' ', '-'),
      text: `${String(index + 1)} ${title}`,
      says: `Step ${String(index + 1)}: ${title}, ${outcome}, ${formatDuration(endMs - beginMs)}`,
      step: name,
      run: null,
    }));
}

function segmentItems(lanes: Lanes, what: string, segments: readonly Segment[]): readonly LaneItem[] {
  return segments.map(({ beginMs, endMs, state, because }) => ({
    beginMs: Math.max(beginMs, lanes.beginMs),
    endMs,
    state: state.replaceAll(' ', '-'),
    text: state,
    says: `${what}: ${state}, ${formatMoment(beginMs)} to ${formatMoment(endMs)} (${because})`,
    step: stepNameAt(lanes, beginMs),
    run: null,
  }));
}

/** The live writer, step by step: how many records it was told are durable. */
function writerItems(lanes: Lanes): readonly LaneItem[] {
  const recordsAt = (afterMs: number): number => lanes.writer.findLast((point) => point.afterMs <= afterMs)?.records ?? 0;
  return stepItems(lanes).flatMap((step): readonly LaneItem[] => {
    const [before, after] = [recordsAt(step.beginMs), recordsAt(step.endMs)];
    if (after === 0) return [];
    const says =
      after === before
        ? `no record more, ${String(after)} so far`
        : `${String(after - before)} records acknowledged, ${String(after)} so far`;
    return [{ ...step, state: after === before ? 'still' : 'writing', text: String(after), says: `Live writer: ${says}` }];
  });
}

function commandItems({ commands, machines }: Lanes): readonly LaneItem[] {
  const ofArray = new Set(machines.map(({ machine }) => machine));
  return commands.filter(({ isTyped, machine }) => isTyped || ofArray.has(machine)).map(commandItem);
}

function commandItem(run: CommandRun): LaneItem {
  const { beginMs, end, command, isTyped, machine } = run;
  const outcome = end === null ? 'no end seen' : `exit ${String(end.exitCode)}, ${formatDuration(end.afterMs - beginMs)}`;
  const kind = isTyped ? 'typed' : 'own';
  return {
    beginMs,
    endMs: end?.afterMs ?? beginMs,
    state: end === null ? `${kind} unended` : end.exitCode === 0 ? kind : `${kind} refused`,
    text: '',
    says: `${formatMoment(beginMs)} ${machine} $ ${command} (${outcome})`,
    step: run.step,
    run,
  };
}

function exposureItems(lanes: Lanes): readonly LaneItem[] {
  const { exposure } = lanes;
  if (exposure === null || exposure.mostBytes === 0) return [];
  return exposure.points.map(({ afterMs, bytes }, at) => {
    const untilMs = exposure.points[at + 1]?.afterMs ?? lanes.endMs;
    const says = `${bytes === 0 ? 'Nothing' : formatSize(bytes)} exposed, ${formatMoment(afterMs)} to ${formatMoment(untilMs)}`;
    return { ...moment(lanes, afterMs, bytes === 0 ? 'none' : 'exposed', says), endMs: untilMs };
  });
}

function moment(lanes: Lanes, afterMs: number, state: string, says: string): LaneItem {
  return { beginMs: afterMs, endMs: afterMs, state, text: '', says, step: stepNameAt(lanes, afterMs), run: null };
}

function stepNameAt({ steps }: Lanes, afterMs: number): string | null {
  return stepAt(steps, afterMs)?.name ?? null;
}
