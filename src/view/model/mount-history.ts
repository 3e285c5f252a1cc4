import { arrayMountPoint } from './array-mount-point.ts';
import type { MachineSpan } from './array-machines.ts';
import { mountActOf } from './repair-words.ts';
import { segmentsOf } from './segment.ts';
import type { Segment, StateChange } from './segment.ts';
import type { TimedEvent } from './timed-event.ts';

/** How the array is mounted, or why it is not; `read-only` also when it is degraded as well. */
export type MountState = 'machine off' | 'not mounted' | 'degraded' | 'read-only' | 'read-write';

/** What btrfs says when it takes no more writes. Source: fs/btrfs/messages.c, btrfs_handle_fs_error. */
const forcedReadOnly = /\bBTRFS\b.*\bforced readonly$/u;

/**
 * Gives how the array of a drill was mounted over time: by its samples where there are any, by what was typed elsewhere.
 * `machines` are those of the array; between them it is off.
 */
export function mountHistory(
  events: readonly TimedEvent[],
  machines: readonly MachineSpan[],
  endMs: number,
): readonly Segment<MountState>[] {
  const mountPoint = arrayMountPoint(events);
  const ofArray = new Set(machines.map(({ machine }) => machine));
  const changes: StateChange<MountState>[] = [{ afterMs: 0, state: 'machine off', because: 'no machine is on' }];
  // A template is taken with the array mounted in it, and the machine that goes on from it never mounts anything.
  let saved: MountState = events.some(({ event }) => event.type === 'step-restored') ? 'read-write' : 'not mounted';
  for (const { afterMs, event } of events) {
    const change = (state: MountState, because: string): void => {
      changes.push({ afterMs, state, because });
    };
    const current = changes.at(-1)?.state ?? 'machine off';
    if (event.type === 'machine-booted' && ofArray.has(event.machine)) {
      change(
        saved,
        saved === 'not mounted' ? `${event.machine} is on` : `${event.machine} goes on from a template in which it was mounted`,
      );
      saved = 'not mounted';
    } else if (event.type === 'machine-stopped' && ofArray.has(event.machine)) {
      if (event.how === 'save') saved = current;
      change('machine off', `${event.machine}: ${event.how}`);
    } else if (event.type === 'array-sampled') {
      change(stateOfMounts(event.sample.mounts, mountPoint), mountsInWords(event.sample.mounts));
    } else if (event.type === 'console-line-seen' && ofArray.has(event.machine) && forcedReadOnly.test(event.line)) {
      if (current === 'degraded' || current === 'read-write') change('read-only', 'forced by its kernel');
    } else if (event.type === 'command-ended' && ofArray.has(event.machine) && event.exitCode === 0) {
      const act = mountActOf(event.argv, mountPoint);
      if (act?.act === 'unmount') change('not mounted', `umount ${mountPoint}`);
      else if (act?.act === 'mount') change(stateOfOptions(act.options), `mounted with ${act.options.join(',')}`);
    }
  }
  return segmentsOf(changes, endMs);
}

function stateOfMounts(
  mounts: readonly { readonly guestPath: string; readonly options: readonly string[] }[],
  mountPoint: string,
): MountState {
  // Something else may be mounted beside it: a snapshot, read-only, or what is saved of it, on a disk of its own.
  const ofArray = mounts.filter(({ guestPath }) => guestPath === mountPoint);
  const shown = ofArray.length === 0 ? mounts : ofArray;
  const [first] = shown;
  if (first === undefined) return 'not mounted';
  return stateOfOptions((shown.find(({ options }) => !options.includes('ro')) ?? first).options);
}

function stateOfOptions(options: readonly string[]): MountState {
  if (options.includes('ro')) return 'read-only';
  return options.includes('degraded') ? 'degraded' : 'read-write';
}

function mountsInWords(mounts: readonly { readonly guestPath: string; readonly options: readonly string[] }[]): string {
  if (mounts.length === 0) return 'nothing is mounted';
  return mounts.map(({ guestPath, options }) => `${guestPath} ${options.join(',')}`).join('; ');
}
