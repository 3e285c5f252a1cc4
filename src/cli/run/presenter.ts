import { harmlessJson } from '../../core/text/harmless-text.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { failureLines } from '../../report/failure-lines.ts';
import { frameMs } from '../../report/live/live-lines.ts';
import type { Line } from '../../report/text/line.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { openReport } from './list-report.ts';
import type { ListOptions } from './list-report.ts';
import type { Screen } from '../terminal/screen.ts';

/** Shows a run, while it happens or when it has. */
export interface Presenter {
  event(event: RecordedEvent): void;
  /** Shows what is made of the whole run; called once, before its last event. Throws what keeps it from being shown. */
  finish(result: RunResult): void;
  /** Shows no more; nothing stays alive. Throws what was lost since. */
  end(): void;
}

/** Shows a run to a person: the report on standard output, alive where that is a terminal. */
export function presentOnTerminal(screen: Screen, options: ListOptions): Presenter {
  const { live, unicode } = screen.out.capabilities;
  const report = openReport({ ...options, live }, unicode);
  const showLive = (): void => {
    screen.setLive(report.live(Date.now()));
  };
  const timer = live ? setInterval(showLive, frameMs) : undefined;
  timer?.unref();
  return {
    event: (event) => {
      screen.keep(report.kept(event));
    },
    finish: () => undefined,
    end: () => {
      clearInterval(timer);
      screen.setLive([]);
    },
  };
}

/** Reports failures on standard error, whatever else is shown. Of one drill everybody knows which it is; of several each is named. */
export function presentFailures(screen: Screen, options: { readonly program: string; readonly drills: number }): Presenter {
  return {
    event: (event) => {
      if (event.type !== 'run-failed') return;
      const job = options.drills === 1 ? undefined : event.job;
      screen.complain(failureLines(event.description, options.program, job));
    },
    finish: () => undefined,
    end: () => undefined,
  };
}

/** Writes lines of the report for people somewhere that is no terminal. */
export function presentAsText(write: (lines: readonly Line[]) => void, options: ListOptions): Presenter {
  const report = openReport({ ...options, live: false }, true);
  return {
    event: (event) => {
      write(report.kept(event));
    },
    finish: () => undefined,
    end: () => undefined,
  };
}

/** Shows a run to a program: an event a line. */
export function presentAsJson(write: (text: string) => void): Presenter {
  return {
    event: (event) => {
      write(`${harmlessJson(event)}\n`);
    },
    finish: () => undefined,
    end: () => undefined,
  };
}

/** Shows a run in one piece, when it is over. */
export function presentAtEnd(format: (result: RunResult) => string, write: (text: string) => void): Presenter {
  return {
    event: () => undefined,
    finish: (result) => {
      write(format(result));
    },
    end: () => undefined,
  };
}
