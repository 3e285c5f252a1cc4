import type { RecordedEvent } from '../../core/event.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { commandLine, line, saidLines, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { followMachines, sameWords } from './machine-activity.ts';
import type { RunningCommand } from './machine-activity.ts';
import type { Rendering, TerminalState } from './terminal-state.ts';
import { shortenLines } from '../text/shorten-lines.ts';

/** How many lines of a command's output are shown; the rest is in commands.ndjson. */
const outputShown = 20;

type CommandEvent = Extract<RecordedEvent, { readonly type: 'command-typed' | 'command-started' | 'command-ended' }>;

/**
 * Gives what a command adds to the report: the words of a typed one, and what it said when it was refused.
 * Commands that only look are not shown, unless the report is verbose.
 */
export function renderCommand(state: TerminalState, event: CommandEvent): Rendering {
  switch (event.type) {
    case 'command-typed':
      return add({ ...state, typed: { machine: event.machine, argv: event.argv, command: event.command } }, [
        commandLine(4, event.command),
      ]);
    case 'command-started':
      return { state: { ...state, machines: followMachines(state.machines, event) }, lines: [] };
    case 'command-ended': {
      const wasTyped = state.typed !== null && isSameCommand(state.typed, event);
      const isProgressOver = state.progress?.commands.some((command) => isSameCommand(command, event)) === true;
      const next = {
        ...state,
        machines: followMachines(state.machines, event),
        typed: wasTyped ? null : state.typed,
        progress: isProgressOver ? null : state.progress,
      };
      const { verbose } = state.options;
      const showsOutput = verbose || (wasTyped && event.exitCode !== 0);
      return add(next, [
        ...(verbose && !wasTyped ? [commandLine(4, formatCommand({ argv: event.argv }))] : []),
        ...(showsOutput ? outputLines(`${event.stderr}\n${event.stdout}`, folderOf(event)) : []),
        ...(showsOutput && event.exitCode !== 0 ? [line(4, [span(`exit ${String(event.exitCode)}`, 'doubtful')])] : []),
      ]);
    }
  }
}

/** Gives the folder of a machine's evidence, as the run directory has it. */
function folderOf({ job, machine }: CommandEvent): string {
  return job === undefined ? machine : `${job}/${machine}`;
}

function outputLines(output: string, folder: string): readonly Line[] {
  const rows = output.split('\n').filter((row) => row.trim() !== '');
  if (rows.length === 0) return [];
  const { shown, left } = shortenLines(rows, outputShown);
  const more = left > 0 ? [line(4, [span(`│ … ${String(left)} more lines in ${folder}/commands.ndjson`, 'quiet')])] : [];
  return [...saidLines(4, shown.join('\n')), ...more];
}

function add(state: TerminalState, lines: readonly Line[]): Rendering {
  if (state.stepLines === null) return { state, lines };
  return { state: { ...state, stepLines: [...state.stepLines, ...lines] }, lines: [] };
}

function isSameCommand(left: RunningCommand, right: RunningCommand): boolean {
  return left.machine === right.machine && sameWords(left.argv, right.argv);
}
