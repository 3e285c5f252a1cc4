import { OutputLines } from '../parsing/output-lines.ts';

/** The progress of a replace, as `btrfs replace status -1` prints it. Times are the guest's, without a year: `22.Nov 08:40:01`. */
export type ReplaceStatus =
  | { readonly state: 'never-started' }
  | ({ readonly state: 'started'; readonly progressPermille: number } & ReplaceErrors)
  | ({ readonly state: 'finished'; readonly startedAt: string; readonly finishedAt: string } & ReplaceErrors)
  | ({
      readonly state: 'canceled' | 'suspended';
      readonly startedAt: string;
      /** When it was canceled or suspended. After a crash the kernel knows no time and prints its epoch. */
      readonly stoppedAt: string;
      readonly progressPermille: number;
    } & ReplaceErrors);

/** The errors that the replace counted. Zero does not mean that all data was readable: field notes, 6. */
export interface ReplaceErrors {
  readonly writeErrors: number;
  readonly uncorrectableReadErrors: number;
}

const tool = 'btrfs replace status';
const time = String.raw`([ \d]\d\.[A-Z][a-z]{2} \d\d:\d\d:\d\d)`;
const progress = String.raw`(\d+)\.(\d)%`;
const errors = String.raw`, (\d+) write errs, (\d+) uncorr\. read errs`;
const started = new RegExp(`^${progress} done${errors}$`);
const finished = new RegExp(`^Started on ${time}, finished on ${time}${errors}$`);
const stopped = new RegExp(`^Started on ${time}, (canceled|suspended) on ${time} at ${progress}${errors}$`);

/** Parses `btrfs replace status -1 PATH`: one line. Without `-1` the tool overwrites its line until the end; that is refused. */
export function parseReplaceStatus(text: string): ReplaceStatus {
  const lines = new OutputLines(tool, text);
  const status = takeStatus(lines);
  lines.end();
  return status;
}

function takeStatus(lines: OutputLines): ReplaceStatus {
  if (lines.takeIf(/^Never started$/) !== null) return { state: 'never-started' };
  const running = lines.takeIf(started);
  if (running !== null) {
    return {
      state: 'started',
      progressPermille: running.number(1) * 10 + running.number(2),
      writeErrors: running.number(3),
      uncorrectableReadErrors: running.number(4),
    };
  }
  const done = lines.takeIf(finished);
  if (done !== null) {
    return {
      state: 'finished',
      startedAt: done.text(1).trim(),
      finishedAt: done.text(2).trim(),
      writeErrors: done.number(3),
      uncorrectableReadErrors: done.number(4),
    };
  }
  const stop = lines.take('the state of a replace', stopped);
  return {
    state: stop.text(2) === 'canceled' ? 'canceled' : 'suspended',
    startedAt: stop.text(1).trim(),
    stoppedAt: stop.text(3).trim(),
    progressPermille: stop.number(4) * 10 + stop.number(5),
    writeErrors: stop.number(6),
    uncorrectableReadErrors: stop.number(7),
  };
}

/** Whether the replace ran to its end and counted no error. This alone proves neither data nor redundancy. */
export function finishedWithoutErrors(status: ReplaceStatus): boolean {
  return status.state === 'finished' && status.writeErrors === 0 && status.uncorrectableReadErrors === 0;
}
