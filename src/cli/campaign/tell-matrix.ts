import type { JobState, MatrixProgress } from '../../core/campaign/matrix/attempts.ts';
import type { MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import type { MatrixRun } from '../../engine/run-matrix.ts';
import { endedLines, matrixEndLines, runningLines } from '../../report/campaign/matrix-lines.ts';
import { line } from '../../report/text/line.ts';
import type { Line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';

/** What is told of a matrix that runs. */
export interface MatrixTeller {
  readonly remark: (texts: readonly string[]) => void;
  readonly listeners: Pick<MatrixRun, 'onBegin' | 'onEnd'>;
  readonly end: (states: readonly JobState[]) => void;
}

/** How it is told. */
interface TellOptions {
  /** A program reads the output: it gets one document, at the end. */
  readonly quiet: boolean;
  readonly progress: MatrixProgress;
}

/** Tells of each job in a line when it is over, and, on a terminal, what goes on. */
export function tellMatrix({ screen }: Cli, { quiet, progress: begun }: TellOptions): MatrixTeller {
  const running: MatrixJob[] = [];
  let progress = begun;
  const keep = (lines: readonly Line[]): void => {
    if (!quiet) screen.keep(lines);
  };
  const showLive = (): void => {
    if (!quiet) screen.setLive(running.length === 0 ? [] : runningLines(running, progress));
  };
  return {
    remark: (texts) => {
      keep(texts.map((text) => line(0, text)));
    },
    listeners: {
      onBegin: (job) => {
        running.push(job);
        showLive();
      },
      onEnd: (ended) => {
        ({ progress } = ended);
        running.splice(running.indexOf(ended.job), 1);
        keep(endedLines(ended.job, ended.end, ended.result, progress));
        showLive();
      },
    },
    end: (states) => {
      screen.setLive([]);
      keep(matrixEndLines(states));
    },
  };
}
