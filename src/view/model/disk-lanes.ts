import { DiskHistory } from './disk-history.ts';
import type { DiskState } from './disk-history.ts';
import { arrayMountPoint } from './array-mount-point.ts';
import { disksOfDrill, disksOfLayout } from './disk-names.ts';
import { segmentsOf } from './segment.ts';
import type { Segment, StateChange } from './segment.ts';
import type { TimedEvent } from './timed-event.ts';
import type { RecordedEvent } from '../../core/event.ts';

/** Something that was done to a disk at a moment. */
export interface DiskMark {
  readonly afterMs: number;
  /** `fault-injected`, `fault-cleared`. */
  readonly what: 'injected' | 'cleared';
  readonly fault: string;
}

/** One disk over time. */
export interface DiskLane {
  /** Its serial. */
  readonly disk: string;
  readonly segments: readonly Segment<DiskState>[];
  readonly marks: readonly DiskMark[];
}

/** Gives the disks of a drill over time, in the order of their bays. */
export function diskLanes(events: readonly TimedEvent[], endMs: number): readonly DiskLane[] {
  const disks = disksOfDrill(events);
  const history = new DiskHistory(disks, membersAtFirst(events), arrayMountPoint(events));
  const changes = new Map<string, StateChange<DiskState>[]>(
    disks.map((disk) => [disk, [{ afterMs: 0, state: history.stateOf(disk), because: 'as it was built' }]]),
  );
  const typed = new Set<string>();
  for (const { afterMs, event } of events) {
    if (!isForDisks(event, typed)) continue;
    history.add(event);
    for (const [disk, ofDisk] of changes) {
      const state = history.stateOf(disk);
      if (ofDisk.at(-1)?.state !== state) ofDisk.push({ afterMs, state, because: causeOf(event) });
    }
  }
  return disks.map((disk) => ({ disk, segments: segmentsOf(changes.get(disk) ?? [], endMs), marks: marksOf(events, disk) }));
}

/** The members of an array that is there when the drill begins: it was built in an earlier run, and is restored. */
function membersAtFirst(events: readonly TimedEvent[]): readonly string[] {
  const isBuiltHere = events.some(
    ({ event }) => event.type === 'command-typed' && event.argv[0] === 'mkfs.btrfs' && !event.argv.includes('-f'),
  );
  const started = events.find(({ event }) => event.type === 'drill-started')?.event;
  return isBuiltHere || started?.type !== 'drill-started' ? [] : disksOfLayout(started.layout).members;
}

/** What raidlab runs to look, and what its proof does in forks, changes no disk of the array: of commands those that were typed count. */
function isForDisks(event: RecordedEvent, typed: Set<string>): boolean {
  switch (event.type) {
    case 'command-typed':
      typed.add(`${event.machine}\0${event.argv.join('\0')}`);
      return true;
    case 'command-ended':
      return typed.delete(`${event.machine}\0${event.argv.join('\0')}`);
    case 'fault-injected':
    case 'fault-cleared':
    case 'array-sampled':
      return true;
    default:
      return false;
  }
}

function causeOf(event: RecordedEvent): string {
  switch (event.type) {
    case 'fault-injected':
      return event.fault;
    case 'fault-cleared':
      return event.fault === 'disk-pull' ? 'inserted again' : `${event.fault} cleared`;
    case 'command-typed':
      return event.command;
    case 'command-ended':
      return `${event.argv.slice(0, 3).join(' ')}: exit ${String(event.exitCode)}`;
    default:
      return 'as its kernel has it';
  }
}

function marksOf(events: readonly TimedEvent[], disk: string): readonly DiskMark[] {
  return events.flatMap(({ afterMs, event }): readonly DiskMark[] => {
    if (event.type === 'fault-injected' && event.disk === disk) return [{ afterMs, what: 'injected', fault: event.fault }];
    if (event.type === 'fault-cleared' && event.disk === disk) return [{ afterMs, what: 'cleared', fault: event.fault }];
    return [];
  });
}
