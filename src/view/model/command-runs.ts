import { formatCommand } from '../../core/plan/command.ts';
import type { TimedEvent } from './timed-event.ts';

/** A command that ran in a guest. */
export interface CommandRun {
  /** 0-based number among the commands of the drill: its name in links. */
  readonly number: number;
  readonly machine: string;
  readonly argv: readonly string[];
  /** As one would type it in a shell. */
  readonly command: string;
  /** Whether it is part of the procedure; the others raidlab runs to look, or for the machine. */
  readonly isTyped: boolean;
  /** The step that it was begun in; null before the first. */
  readonly step: string | null;
  /** Since the drill began, milliseconds. */
  readonly beginMs: number;
  /** Null of one that has not ended: its machine went off, or the run did. */
  readonly end: { readonly afterMs: number; readonly exitCode: number; readonly stdout: string; readonly stderr: string } | null;
}

/** Gives the commands of a drill in the order in which they were started. */
export function commandRuns(events: readonly TimedEvent[]): readonly CommandRun[] {
  const runs: CommandRun[] = [];
  /** Typed and not yet started; started and not yet ended: numbers by machine and words. */
  const typed = new Map<string, number[]>();
  const running = new Map<string, number[]>();
  for (const { afterMs, step, event } of events) {
    if (event.type === 'command-typed') {
      const { machine, argv, command } = event;
      push(typed, keyOf(machine, argv), runs.length);
      runs.push({ number: runs.length, machine, argv, command, isTyped: true, step, beginMs: afterMs, end: null });
    } else if (event.type === 'command-started') {
      const { machine, argv } = event;
      const key = keyOf(machine, argv);
      push(running, key, typed.get(key)?.shift() ?? runs.length);
      if (running.get(key)?.at(-1) === runs.length) {
        runs.push({
          number: runs.length,
          machine,
          argv,
          command: formatCommand({ argv }),
          isTyped: false,
          step,
          beginMs: afterMs,
          end: null,
        });
      }
    } else if (event.type === 'command-ended') {
      const key = keyOf(event.machine, event.argv);
      // What began before the events that were kept has its end alone.
      const number = running.get(key)?.shift() ?? typed.get(key)?.shift();
      const run = number === undefined ? undefined : runs[number];
      const { exitCode, stdout, stderr } = event;
      if (run !== undefined) runs[run.number] = { ...run, end: { afterMs, exitCode, stdout, stderr } };
    }
  }
  return runs;
}

function keyOf(machine: string, argv: readonly string[]): string {
  return `${machine}\0${argv.join('\0')}`;
}

function push(numbers: Map<string, number[]>, key: string, number: number): void {
  const known = numbers.get(key);
  if (known === undefined) numbers.set(key, [number]);
  else known.push(number);
}
