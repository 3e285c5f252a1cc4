import { describeBoot } from '../../../core/boot/boot-seen.ts';
import { describeBootNote, describeTyped } from '../../../core/boot/describe-note.ts';
import type { RecordedEvent } from '../../../core/event.ts';
import { formatSize } from '../../../core/text/size.ts';
import { formatDuration } from '../../../report/text/format-duration.ts';
import type { CommandRun } from '../command-runs.ts';
import { qmpEntries } from './qmp-entries.ts';
import type { QmpRecord } from './qmp-record.ts';
import type { TimedEvent } from '../timed-event.ts';
import type { TraceEntry, UnnumberedEntry } from './trace-entry.ts';

/** Events that are shown elsewhere: steps are headings, samples are the map, ends of commands stand with their beginnings. */
const shownElsewhere: ReadonlySet<string> = new Set([
  'command-typed',
  'command-started',
  'command-ended',
  'step-started',
  'step-ended',
  'array-sampled',
  'exposure-measured',
  'alarm-judged',
  'progress-made',
]);

/** Gives the entries of a trace, in order of time. */
export function traceEntries(
  events: readonly TimedEvent[],
  runs: readonly CommandRun[],
  qmp: QmpRecord = { messages: [], leftOutBytes: 0 },
): readonly TraceEntry[] {
  const ofRuns = runs.map(entryOfRun);
  const ofEvents = events.flatMap((timed) => (shownElsewhere.has(timed.event.type) ? [] : [entryOf(timed)]));
  // All are in order; where they meet, a command stands before what the kernel said of it.
  return [...ofRuns, ...ofEvents, ...qmpEntries(qmp, events)]
    .toSorted((one, other) => one.afterMs - other.afterMs)
    .map((entry, id) => ({ ...entry, id }));
}

function entryOfRun({ number, machine, command, isTyped, step, beginMs, end }: CommandRun): UnnumberedEntry {
  const output =
    end === null
      ? ''
      : [end.stdout, end.stderr]
          .map((text) => text.trimEnd())
          .filter((text) => text !== '')
          .join('\n');
  return {
    kind: isTyped ? 'typed' : 'own',
    afterMs: beginMs,
    machine,
    head: command,
    tail:
      end === null
        ? 'no end seen'
        : `${end.exitCode === 0 ? '' : `exit ${String(end.exitCode)}  `}${formatDuration(end.afterMs - beginMs)}`,
    isBad: end?.exitCode !== 0,
    body: output,
    step,
    run: number,
  };
}

function entryOf({ afterMs, step, event }: TimedEvent): UnnumberedEntry {
  const said = wordsOf(event);
  const machine = 'machine' in event ? event.machine : null;
  return { afterMs, step, machine, tail: '', isBad: false, body: '', run: null, ...said };
}

type Words = Pick<UnnumberedEntry, 'kind' | 'head'> & Partial<UnnumberedEntry>;

function wordsOf(event: RecordedEvent): Words {
  switch (event.type) {
    case 'console-line-seen':
      return { kind: 'console', head: describeTyped(event.line) };
    case 'kernel-trouble-seen':
      return {
        kind: 'trouble',
        head: `${event.trouble.kind}: ${event.trouble.what}`,
        body: event.trouble.transcript.join('\n'),
        isBad: true,
      };
    case 'observation-made':
      return { kind: 'lesson', head: event.meaning, body: `$ ${event.source}\n${event.said}` };
    case 'fault-injected':
      return { kind: 'fault', head: `fault: ${event.fault}${event.disk === null ? '' : ` on ${event.disk}`}${extentOf(event.bytes)}` };
    case 'fault-cleared':
      return { kind: 'fault', head: `fault cleared: ${event.fault}${event.disk === null ? '' : ` on ${event.disk}`}` };
    case 'alarm-changed':
      return {
        kind: 'lesson',
        head: event.exitCode === 0 ? 'alarm: silent' : `alarm: exit ${String(event.exitCode)}`,
        body: event.said,
      };
    case 'check-judged':
      return {
        kind: 'lesson',
        head: `${event.check.outcome}: ${event.check.claim}`,
        body: event.check.evidence.join('\n'),
        isBad: event.check.outcome !== 'held',
      };
    case 'machine-started':
      return {
        kind: 'machine',
        head: `QEMU ${event.qemuVersion} runs (${event.accelerator}, pid ${String(event.pid)})`,
        body: event.argv.join('\n'),
      };
    case 'machine-booted':
      return { kind: 'machine', head: `answers, from its ${event.from}: ${event.kernel}`, tail: formatDuration(event.durationMs) };
    case 'boot-noted':
      return {
        kind: 'machine',
        head: describeBootNote(event.note),
        tail: formatDuration(event.afterMs),
        isBad: event.note.kind === 'unit',
      };
    case 'boot-ended':
      return { kind: 'machine', head: describeBoot(event), body: event.said, isBad: event.end !== 'login' };
    case 'console-typed':
      return { kind: 'typed', head: event.line };
    case 'machine-stopped':
      return { kind: 'machine', head: `off: ${event.how} (${event.detail})` };
    case 'run-failed': {
      const { what, command, said, remedy } = event.description;
      return {
        kind: 'trouble',
        head: what,
        body: [command, said, remedy].filter((text) => text !== undefined && text !== '').join('\n'),
        isBad: true,
      };
    }
    default:
      return { kind: 'other', ...otherWords(event) };
  }
}

/** How much of a disk a fault is about; earlier versions did not say. */
function extentOf(bytes: number | null | undefined): string {
  return typeof bytes === 'number' ? `, ${formatSize(bytes)} of it` : '';
}

function otherWords(event: RecordedEvent): Omit<Words, 'kind'> {
  switch (event.type) {
    case 'remark-made':
      return { head: event.text };
    case 'step-restored':
      return { head: `restored from a template of ${event.madeAt}: ${event.title}` };
    case 'step-skipped':
      return { head: `left out: ${event.title}` };
    case 'image-built':
      return { head: `built ${event.artefact}, ${formatSize(event.sizeBytes)}`, tail: formatDuration(event.durationMs) };
    case 'image-build-started':
      return { head: `builds ${event.artefact}: ${event.why}` };
    case 'image-ready':
      return { head: `${event.artefact}: ${event.description}` };
    case 'accelerator-chosen':
      return { head: `${event.accelerator}: ${event.reason}` };
    case 'time-factor-raised':
      return { head: `limits in time are ${String(event.factor)} times as long: ${event.because}` };
    case 'cache-entry-rejected':
    case 'cache-entry-evicted':
      return { head: `${event.artefact} is out of the cache: ${event.why}` };
    case 'drill-started':
      return { head: `${event.drill} begins: ${event.layout}, seed ${event.seed}, ${formatSize(event.payloadBytes)} of test files` };
    case 'drill-ended':
      return { head: `${event.drill} is over: exit code ${String(event.exitCode)}`, tail: formatDuration(event.durationMs) };
    case 'verdict-reached':
      return { head: `${event.verdict}: ${event.summary}` };
    default: {
      // What a later raidlab tells of is shown as it stands.
      const fields = JSON.stringify({ ...event, type: undefined, v: undefined, seq: undefined, at: undefined, job: undefined });
      return { head: `${event.type}  ${fields}` };
    }
  }
}
