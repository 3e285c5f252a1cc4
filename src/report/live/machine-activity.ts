import type { RecordedEvent } from '../../core/event.ts';
import { formatCommand } from '../../core/plan/command.ts';

/** A command that has started in a machine and not ended. */
export interface RunningCommand {
  readonly machine: string;
  readonly argv: readonly string[];
}

/** A machine that is on, and what it is at. */
export interface MachineActivity {
  readonly machine: string;
  readonly booting: boolean;
  /** In the order in which they were started. */
  readonly running: readonly RunningCommand[];
}

type ActivityEvent = Extract<
  RecordedEvent,
  { readonly type: 'machine-started' | 'machine-booted' | 'machine-stopped' | 'command-started' | 'command-ended' }
>;

/** Gives the machines that are on after an event, those that were started first in front. */
export function followMachines(machines: readonly MachineActivity[], event: ActivityEvent): readonly MachineActivity[] {
  const { machine } = event;
  switch (event.type) {
    case 'machine-started':
      return [...machines.filter((other) => other.machine !== machine), { machine, booting: true, running: [] }];
    case 'machine-stopped':
      return machines.filter((other) => other.machine !== machine);
    case 'machine-booted':
      return change(machines, machine, (activity) => ({ ...activity, booting: false }));
    case 'command-started':
      return change(machines, machine, (activity) => ({ ...activity, running: [...activity.running, { machine, argv: event.argv }] }));
    case 'command-ended':
      return change(machines, machine, (activity) => {
        const ended = activity.running.findLastIndex((command) => sameWords(command.argv, event.argv));
        return { ...activity, running: activity.running.filter((_command, index) => index !== ended) };
      });
  }
}

/** Changes a machine; one that was not seen to start is on all the same. */
function change(
  machines: readonly MachineActivity[],
  machine: string,
  changed: (activity: MachineActivity) => MachineActivity,
): readonly MachineActivity[] {
  const known = machines.some((activity) => activity.machine === machine)
    ? machines
    : [...machines, { machine, booting: false, running: [] }];
  return known.map((activity) => (activity.machine === machine ? changed(activity) : activity));
}

/** Tells whether two commands are the same, word by word. */
export function sameWords(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

/** This many file names at the end of a command are counted instead of shown. */
const manyFiles = 4;

/**
 * Gives a command in the few words that fit into a live line: `xxhsum -q -H128 (412 files)`.
 * Programs that raidlab itself brought into the machine lose their directory.
 */
export function formatBriefly(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  const files = rest.length - 1 - rest.findLastIndex((word) => !word.startsWith('/'));
  const counted = files >= manyFiles ? files : 0;
  const words = [program.replace(/^\/(?:usr\/lib\/raidlab|run)\//u, ''), ...rest.slice(0, rest.length - counted)];
  return `${formatCommand({ argv: words })}${counted === 0 ? '' : ` (${String(counted)} files)`}`;
}
