import { countChecks } from '../drill/evidence-lines.ts';
import { formatDuration } from '../text/format-duration.ts';
import { commandLine, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { formatBriefly } from './machine-activity.ts';
import type { MachineActivity } from './machine-activity.ts';
import type { Progress, TerminalState } from './terminal-state.ts';

const brailleFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const asciiFrames = ['|', '/', '-', '\\'];

/** How long one frame of the spinner stands, milliseconds. */
export const frameMs = 120;

/** Gives the frame of the spinner at a time, a character. */
export function spinnerAt(nowMs: number, unicode: boolean): string {
  const frames = unicode ? brailleFrames : asciiFrames;
  return frames[Math.floor(nowMs / frameMs) % frames.length] ?? '';
}

/** How many machines are shown at once; a live region must stay far below the height of a terminal. */
const machinesShown = 3;

/** Gives the lines that are alive now: what is going on and for how long, how far it is, what each machine is at. Empty when nothing is. */
export function liveLines(state: TerminalState, nowMs: number, unicode: boolean): readonly Line[] {
  const { activity, progress, typed, checks } = state;
  if (activity === null && progress === null) return [];
  const spinner = spinnerAt(nowMs, unicode);
  const title = activity?.title ?? progress?.what ?? '';
  const elapsed = activity === null ? '' : `  ${formatDuration(nowMs - activity.startedMs)}`;
  const judged = checks.length === 0 ? '' : `  ${countChecks(checks)}`;
  // While a typed command works, those that only look at it come and go: what was typed is what goes on.
  const busy = state.machines.filter((machine) => machine.machine !== typed?.machine).flatMap(machineLine);
  return [
    line(0, [span(`${spinner} `, 'doubtful'), span(title, 'strong'), span(`${elapsed}${judged}`, 'quiet')]),
    ...(progress === null ? [] : [progressLine(progress, isSameWork(title, progress.what) ? '' : progress.what)]),
    ...(typed === null ? [] : [commandLine(2, typed.command)]),
    ...busy.slice(0, machinesShown),
  ];
}

/** Says what a machine is at: booting, or the command that was started last. */
function machineLine({ machine, booting, running }: MachineActivity): readonly Line[] {
  const command = running.at(-1);
  if (booting) return [line(2, [span(`booting ${machine} …`, 'quiet')])];
  return command === undefined ? [] : [line(2, [span(`${machine}: ${formatBriefly(command.argv)}`, 'quiet')])];
}

/** How many characters a full bar has. */
const barLength = 20;

/** Gives the line of a progress: a bar where its size is known, and its words. */
export function progressLine(progress: Progress, what: string): Line {
  const words = [what, progress.detail].filter((text) => text !== '').join(': ');
  if (progress.fraction === null) return line(2, [span(words, 'quiet')]);
  const fraction = Math.max(0, Math.min(1, progress.fraction));
  const full = Math.round(fraction * barLength);
  return line(2, [
    span('█'.repeat(full), 'good'),
    span('░'.repeat(barLength - full), 'quiet'),
    span(` ${formatPercent(fraction).padStart(5)}  `),
    span(words, 'quiet'),
  ]);
}

/** Gives a fraction in per cent, never 100 % before the end: `43 %`. */
export function formatPercent(fraction: number): string {
  return `${String(fraction >= 1 ? 100 : Math.max(0, Math.floor(fraction * 100)))} %`;
}

/** Tells whether a title and the name of a progress mean the same work, so that it need not be named twice. */
export function isSameWork(title: string, what: string): boolean {
  return title.toLowerCase() === what.toLowerCase();
}
