import type { AlarmOutcome } from '../../core/alarm/alarm-outcome.ts';
import type { ExposureNumbers } from '../../core/exposure/exposure.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { Line } from '../text/line.ts';
import type { MachineActivity, RunningCommand } from './machine-activity.ts';

/** How a run is shown. */
export interface TerminalOptions {
  /** Whether there is a live region: without one, long work is reported in lines, ten seconds apart. */
  readonly live: boolean;
  /** Shows every command with what it said, and all evidence. */
  readonly verbose: boolean;
  /** Run directories below this are shown relative to it. */
  readonly cwdHostPath: string;
}

/** Something that takes time and is going on now: a step, or what comes before the first. */
interface Activity {
  readonly title: string;
  readonly startedMs: number;
  /** Whether a line tells of it when it fails. */
  readonly isTold: boolean;
}

/** How far the work is that is going on now. */
export interface Progress {
  readonly what: string;
  /** 0 to 1; null when the size of the work is unknown. */
  readonly fraction: number | null;
  readonly detail: string;
  /** What ran when this was told: it is over with the first of them that ends. */
  readonly commands: readonly RunningCommand[];
}

/** What the terminal report remembers between events. */
export interface TerminalState {
  readonly options: TerminalOptions;
  readonly activity: Activity | null;
  /** Lines of the step that is going on; they are shown under its title when it has ended. */
  readonly stepLines: readonly Line[] | null;
  /** The machines that are on and what they are at, for the live region. */
  readonly machines: readonly MachineActivity[];
  /** The command that was typed last and has not ended. */
  readonly typed: (RunningCommand & { readonly command: string }) | null;
  readonly progress: Progress | null;
  /** When progress was last told in a line, milliseconds since 1970. */
  readonly progressToldMs: number;
  readonly checks: readonly Check[];
  readonly exposure: ExposureNumbers | null;
  readonly alarm: AlarmOutcome | null;
  readonly troubles: readonly KernelTrouble[];
  /** Whether the drill is a twin, which must come out broken. */
  readonly isTwin: boolean;
  readonly directory: string | null;
  readonly commandLine: string;
  readonly seed: string | null;
  /** The part of the report that the last kept line belongs to; an empty line stands between parts. */
  readonly part: 'nothing' | 'header' | 'steps' | 'evidence' | 'end';
}

/** What a report begins with. */
export function startTerminal(options: TerminalOptions): TerminalState {
  return {
    options,
    activity: null,
    stepLines: null,
    machines: [],
    typed: null,
    progress: null,
    progressToldMs: 0,
    checks: [],
    exposure: null,
    alarm: null,
    troubles: [],
    isTwin: false,
    directory: null,
    commandLine: '',
    seed: null,
    part: 'nothing',
  };
}

/** What an event changes in the report, and the lines it adds for good. */
export interface Rendering {
  readonly state: TerminalState;
  readonly lines: readonly Line[];
}
