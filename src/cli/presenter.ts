import type { RecordedEvent } from '../core/event.ts';
import { failureLines } from '../report/failure-lines.ts';
import type { Line } from '../report/line.ts';
import { frameMs, liveLines } from '../report/live-lines.ts';
import { manyLiveLines } from '../report/many-live-lines.ts';
import { startMany } from '../report/many-state.ts';
import { renderMany } from '../report/render-many.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { startTerminal } from '../report/terminal-state.ts';
import type { TerminalOptions } from '../report/terminal-state.ts';
import type { Screen } from './screen.ts';

/** Shows a run while it happens. */
export interface Presenter {
  event(event: RecordedEvent): void;
  /** Shows no more; nothing stays alive. */
  end(): void;
}

/** What a presenter for people is told. */
export interface TerminalPresenterOptions {
  /** How many drills the run has: one is told step by step, of several each in a line. */
  readonly drills: number;
  readonly verbose: boolean;
  readonly cwdHostPath: string;
  readonly program: string;
}

/** Shows a run to a person: the report on standard output, alive where that is a terminal, failures on standard error. */
export function presentOnTerminal(screen: Screen, options: TerminalPresenterOptions): Presenter {
  const { live, unicode } = screen.out.capabilities;
  const report = options.drills === 1 ? reportOne({ ...options, live }, unicode) : reportMany({ ...options, live }, unicode);
  const showLive = (): void => {
    screen.setLive(report.live(Date.now()));
  };
  const timer = live ? setInterval(showLive, frameMs) : undefined;
  timer?.unref();
  return {
    event: (event) => {
      screen.keep(report.kept(event));
      if (event.type !== 'run-failed') return;
      // Of one drill everybody knows which it is.
      const job = options.drills === 1 ? undefined : event.job;
      screen.complain(failureLines(event.description, options.program, job));
    },
    end: () => {
      clearInterval(timer);
      screen.setLive([]);
    },
  };
}

/** A report as it grows: lines that stay, and those that are alive now. */
interface Report {
  kept(event: RecordedEvent): readonly Line[];
  live(nowMs: number): readonly Line[];
}

function reportOne(options: TerminalOptions, unicode: boolean): Report {
  let state = startTerminal(options);
  return {
    kept: (event) => {
      const rendering = renderTerminal(state, event);
      ({ state } = rendering);
      return rendering.lines;
    },
    live: (nowMs) => liveLines(state, nowMs, unicode),
  };
}

function reportMany(options: TerminalOptions, unicode: boolean): Report {
  let state = startMany(options);
  return {
    kept: (event) => {
      const rendering = renderMany(state, event);
      ({ state } = rendering);
      return rendering.lines;
    },
    live: (nowMs) => manyLiveLines(state, nowMs, unicode),
  };
}

/** Shows a run to a program: an event a line on standard output, failures on standard error, too. */
export function presentAsJson(screen: Screen, program: string): Presenter {
  return {
    event: (event) => {
      screen.data(`${JSON.stringify(event)}\n`);
      if (event.type === 'run-failed') screen.complain(failureLines(event.description, program));
    },
    end: () => undefined,
  };
}
