import { labEventLines, liveLabLines, readLabActivity } from '../../report/lab/lab-lines.ts';
import type { LabActivity } from '../../report/lab/lab-lines.ts';
import { frameMs } from '../../report/live/live-lines.ts';
import type { Context } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';

/** What a lab command works with; dispose it when the work is done. */
export interface LabContext extends Context, Disposable {}

/**
 * Shows what happens to a lab: permanent lines, and live ones while something is going on. Without a terminal all of it goes to standard
 * error, because a command's output is its result.
 */
export function openLabContext(cli: Cli, title: string): LabContext {
  const { screen } = cli;
  const { live, unicode } = screen.out.capabilities;
  const startedMs = Date.now();
  let activity: LabActivity = { title, progress: null, command: null };
  const show = (): void => {
    screen.setLive(liveLabLines(activity, Date.now() - startedMs, Date.now(), unicode));
  };
  const timer = live ? setInterval(show, frameMs) : undefined;
  timer?.unref();
  return {
    signal: cli.interruption.signal,
    timeFactor: cli.timeFactor,
    emit: (event) => {
      activity = readLabActivity(activity, event);
      screen.complain(labEventLines(event));
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      screen.setLive([]);
    },
  };
}
