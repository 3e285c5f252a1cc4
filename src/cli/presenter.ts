import type { RecordedEvent } from '../core/event.ts';
import { failureLines } from '../report/failure-lines.ts';
import { frameMs, liveLines } from '../report/live-lines.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { startTerminal } from '../report/terminal-state.ts';
import type { Screen } from './screen.ts';

/** Shows a run while it happens. */
export interface Presenter {
  event(event: RecordedEvent): void;
  /** Shows no more; nothing stays alive. */
  end(): void;
}

/** What a presenter for people is told. */
export interface TerminalPresenterOptions {
  readonly verbose: boolean;
  readonly cwdHostPath: string;
  readonly program: string;
}

/** Shows a run to a person: the report on standard output, alive where that is a terminal, failures on standard error. */
export function presentOnTerminal(screen: Screen, options: TerminalPresenterOptions): Presenter {
  const { live, unicode } = screen.out.capabilities;
  let state = startTerminal({ live, verbose: options.verbose, cwdHostPath: options.cwdHostPath });
  const showLive = (): void => {
    screen.setLive(liveLines(state, Date.now(), unicode));
  };
  const timer = live ? setInterval(showLive, frameMs) : undefined;
  timer?.unref();
  return {
    event: (event) => {
      const rendering = renderTerminal(state, event);
      ({ state } = rendering);
      screen.keep(rendering.lines);
      if (event.type === 'run-failed') screen.complain(failureLines(event.description, options.program));
    },
    end: () => {
      clearInterval(timer);
      screen.setLive([]);
    },
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
