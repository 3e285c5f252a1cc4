import { computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { RecordedEvent } from '../../core/event.ts';
import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { addToResult, emptyResult } from '../../report/drill/result.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { chunkMaps, mostExposed } from '../model/chunk-map.ts';
import type { ChunkMap } from '../model/chunk-map.ts';
import { laneRows } from '../model/lane-rows.ts';
import type { LaneItem, LaneRow } from '../model/lane-rows.ts';
import { lanesOf } from '../model/lanes.ts';
import type { Lanes } from '../model/lanes.ts';
import { timeEvents } from '../model/timed-event.ts';
import type { TimedEvent } from '../model/timed-event.ts';
import type { TimeView } from '../model/time-scale.ts';
import type { QmpRecord } from '../model/trace/qmp-record.ts';
import { traceEntries } from '../model/trace/trace-entries.ts';
import type { EntryKind, TraceEntry } from '../model/trace/trace-entry.ts';

/** A step of the trace, or what was before the first. */
export interface TraceSection {
  /** The step's name; empty before the first. */
  readonly name: string;
  readonly title: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly entries: readonly TraceEntry[];
}

/** What is shown of a drill and what a reader has chosen: the parts of the page look at this, and at nothing of each other. */
export class DrillState {
  readonly job: string;
  readonly #ofRun: readonly RecordedEvent[];
  readonly #ofDrill: readonly RecordedEvent[];
  readonly events: readonly TimedEvent[];
  readonly lanes: Lanes;
  readonly rows: readonly LaneRow[];
  readonly maps: readonly ChunkMap[];
  readonly sections: readonly TraceSection[];
  /** Whether anything is recorded of what raidlab and QEMU said to each other. */
  readonly hasQmp: boolean;

  /** The part of the time that the lanes show. */
  readonly view: Signal<TimeView>;
  /** The item of the lanes that the tab key reaches. */
  readonly current = signal({ row: 0, item: 0 });
  /** What is pointed at in the lanes. */
  readonly pointed = signal<LaneItem | null>(null);
  /** Which of the maps is shown. */
  readonly mapAt: Signal<number>;
  readonly map: ReadonlySignal<ChunkMap | undefined>;

  readonly openSections = signal<ReadonlySet<string>>(new Set());
  readonly kinds = signal<ReadonlySet<EntryKind>>(new Set(['typed', 'own', 'console', 'lesson', 'fault', 'trouble', 'other']));
  readonly turned = signal<ReadonlySet<number>>(new Set());
  readonly search = signal('');
  /** The entry that somebody went to last. */
  readonly target = signal<number | null>(null);

  /** Makes what there is to see of the events of a drill and of its run, and of its QMP. */
  constructor(job: string, ofRun: readonly RecordedEvent[], ofDrill: readonly RecordedEvent[], qmp: QmpRecord) {
    this.job = job;
    this.#ofRun = ofRun;
    this.#ofDrill = ofDrill;
    this.events = timeEvents(ofDrill);
    this.lanes = lanesOf(this.events);
    this.rows = laneRows(this.lanes);
    this.maps = chunkMaps(this.events, this.lanes.disks);
    this.sections = sectionsOf(this.lanes, traceEntries(this.events, this.lanes.commands, qmp));
    this.hasQmp = qmp.messages.length > 0 || qmp.leftOutBytes > 0;
    this.view = signal({ beginMs: this.lanes.beginMs, endMs: this.lanes.endMs });
    this.mapAt = signal(mostTelling(this.maps));
    this.map = computed(() => this.maps[this.mapAt.value]);
  }

  /** The result of the run with this drill alone, made when somebody asks for it. */
  resultOf(): { readonly result: RunResult; readonly outcome: DrillOutcome | undefined } {
    const result = [...this.#ofRun, ...this.#ofDrill].reduce(addToResult, emptyResult);
    return { result, outcome: result.drills.find(({ job }) => job === this.job) };
  }

  /** Where a walk through the lanes is in time, so that it comes back to where it was when it goes up and down. */
  walkedMs = 0;

  /** Points at an item of the lanes, from its beginning on or at a moment within it; the map goes to where the array was then. */
  point(row: number, item: number, atMs?: number): void {
    this.current.value = { row, item };
    const pointed = this.rows[row]?.items[item];
    if (pointed === undefined) return;
    this.pointed.value = pointed;
    this.walkedMs = atMs ?? pointed.beginMs;
    const at = this.maps.findLastIndex(({ afterMs }) => afterMs <= this.walkedMs);
    if (this.maps.length > 0) this.mapAt.value = Math.max(0, at);
  }

  /** Opens a section of the trace, and goes to what a command said where one is named. */
  open(name: string, run: number | null = null): void {
    const section = this.sections.find((candidate) => candidate.name === name);
    if (section === undefined) return;
    this.openSections.value = new Set([...this.openSections.value, name]);
    const entry = run === null ? undefined : section.entries.find((candidate) => candidate.run === run);
    if (entry === undefined) return;
    if (!this.kinds.value.has(entry.kind)) this.kinds.value = new Set([...this.kinds.value, entry.kind]);
    this.search.value = '';
    this.target.value = entry.id;
  }
}

function sectionsOf({ steps, beginMs }: Lanes, entries: readonly TraceEntry[]): readonly TraceSection[] {
  const byStep = Map.groupBy(entries, ({ step }) => step ?? '');
  const before: TraceSection = { name: '', title: 'Before the first step', beginMs: 0, endMs: beginMs, entries: byStep.get('') ?? [] };
  const ofSteps = steps
    .filter(({ outcome }) => outcome !== 'restored' && outcome !== 'left out')
    .map((step): TraceSection => ({ ...step, title: `${String(step.index + 1)} ${step.title}`, entries: byStep.get(step.name) ?? [] }));
  return [before, ...ofSteps].filter((section) => section.entries.length > 0);
}

/** The map to begin with: the one in which most has one copy only, else the last of a mounted array. */
function mostTelling(maps: readonly ChunkMap[]): number {
  const exposed = mostExposed(maps);
  if (exposed !== undefined) return maps.indexOf(exposed);
  return Math.max(
    0,
    maps.findLastIndex(({ isMounted }) => isMounted),
  );
}
