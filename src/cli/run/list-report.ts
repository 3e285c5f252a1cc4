import type { RecordedEvent } from '../../core/event.ts';
import type { Line } from '../../report/text/line.ts';
import { liveLines } from '../../report/live/live-lines.ts';
import { manyLiveLines } from '../../report/live/many-live-lines.ts';
import { startMany } from '../../report/live/many-state.ts';
import { renderMany } from '../../report/live/render-many.ts';
import { renderTerminal } from '../../report/live/render-terminal.ts';
import { startTerminal } from '../../report/live/terminal-state.ts';
import type { TerminalOptions } from '../../report/live/terminal-state.ts';

/** What the report for people is told. */
export interface ListOptions {
  /** How many drills the run has: one is reported step by step, of several each in a line. */
  readonly drills: number;
  readonly verbose: boolean;
  readonly cwdHostPath: string;
}

/** The report for people as it grows. */
export interface ListReport {
  /** Takes in an event; gives the lines that it adds for good. */
  kept(event: RecordedEvent): readonly Line[];
  /** The lines that are alive at a time, milliseconds since 1970. */
  live(nowMs: number): readonly Line[];
}

/** Begins the report of a run. */
export function openReport(options: ListOptions & TerminalOptions, unicode: boolean): ListReport {
  return options.drills === 1
    ? foldReport(startTerminal(options), renderTerminal, (state, nowMs) => liveLines(state, nowMs, unicode))
    : foldReport(startMany(options), renderMany, (state, nowMs) => manyLiveLines(state, nowMs, unicode));
}

function foldReport<State>(
  start: State,
  render: (state: State, event: RecordedEvent) => { readonly state: State; readonly lines: readonly Line[] },
  live: (state: State, nowMs: number) => readonly Line[],
): ListReport {
  let state = start;
  return {
    kept: (event) => {
      const rendering = render(state, event);
      ({ state } = rendering);
      return rendering.lines;
    },
    live: (nowMs) => live(state, nowMs),
  };
}
