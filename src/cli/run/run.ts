import { performance } from 'node:perf_hooks';
import { eventFormatVersion } from '../../core/event.ts';
import type { EventBody, RecordedEvent } from '../../core/event.ts';
import { mostSevere } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { Context } from '../../machine/context.ts';
import type { TimeFactor } from '../../machine/time-factor.ts';
import { timeoutFactorVariable } from '../../core/text/time-limit.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { addToResult, emptyResult } from '../../report/drill/result.ts';
import type { RunResult } from '../../report/drill/result.ts';
import type { Cli } from '../cli.ts';
import { describeError } from '../failure/describe-error.ts';
import { presentInFolder } from './html-report.ts';
import type { HtmlReport } from './html-report.ts';
import type { Presenter } from './presenter.ts';
import { createRunDirectory, nameRun } from './run-directory.ts';
import type { RunDirectory } from './run-directory.ts';

/** How a run is shown and where it is kept. */
export interface RunOptions {
  /** What is run, for the directory's name: `replace-missing-disk`. */
  readonly name: string;
  /** `raidlab-results`, or what `--output` says. */
  readonly resultsHostPath: string;
  /** Who shows it; all are ended with the run. */
  readonly presenters: readonly Presenter[];
  /** The report in the run's own directory. */
  readonly html: HtmlReport;
}

/** What is given to the work of a run. */
export interface OpenRun {
  readonly ctx: Context;
  /** The run's own directory. */
  readonly hostPath: string;
  /** Opens a job of the run: its folder, and a context whose events belong to it. */
  readonly openJob: (job: string) => OpenJob;
}

/** A part of a run with events and a folder of its own. */
export interface OpenJob {
  readonly job: string;
  readonly ctx: Context;
  readonly hostPath: string;
  /** Records a failure that ends this job alone; gives its exit code. */
  readonly fail: (error: unknown) => ExitCode;
}

/**
 * Does the work of one run and keeps its record: the directory, the events, the result.
 *
 * Whatever the work throws becomes `run-failed`, words for a person and an exit code; `run-ended` is always the last event.
 * Throws only when the directory cannot be made.
 */
export async function withRun(cli: Cli, options: RunOptions, work: (run: OpenRun) => Promise<ExitCode>): Promise<ExitCode> {
  const startedMs = performance.now();
  const run = nameRun(new Date(), options.name);
  const directory = createRunDirectory(options.resultsHostPath, run);
  const presenters = [...options.presenters, presentInFolder(directory.hostPath, options.html)];
  const record = new RunRecord(directory, presenters, cli);
  const durationMs = (): number => performance.now() - startedMs;
  const lastWordsOutside = cli.lastWords;
  cli.lastWords = (exitCode, error) => {
    if (error !== undefined) record.fail(error);
    // The process ends now: a report that was lost has nobody left to tell it.
    errorOf(() => {
      record.end(exitCode, durationMs());
    });
  };
  record.emit({
    type: 'run-started',
    run,
    command: formatCommand({ argv: [cli.program, ...cli.argv] }),
    raidlabVersion: cli.version,
    nodeVersion: cli.nodeVersion,
    directory: directory.hostPath,
  });
  const factor = cli.timeFactor.value();
  if (factor > 1) record.emit({ type: 'time-factor-raised', factor, because: timeoutFactorVariable });
  let exitCode: ExitCode;
  try {
    const ctx: Context = {
      signal: record.signal,
      timeFactor: cli.timeFactor,
      emit: (body) => {
        record.emit(body);
      },
    };
    exitCode = await work({ ctx, hostPath: directory.hostPath, openJob: (job) => record.openJob(job) });
    // A record that could not be kept outweighs a verdict: there is nothing to show for it.
    record.throwIfLost();
  } catch (error) {
    exitCode = record.fail(record.signal.aborted ? record.signal.reason : error);
  }
  await options.html.loaded;
  exitCode = record.end(exitCode, durationMs());
  cli.lastWords = lastWordsOutside;
  return exitCode;
}

/** The record of a run under way: numbers events, stamps them, keeps them, shows them, adds them up. */
class RunRecord {
  readonly signal: AbortSignal;
  readonly #directory: RunDirectory;
  readonly #presenters: readonly Presenter[];
  readonly #timeFactor: TimeFactor;
  readonly #lost = new AbortController();
  #seq = 0;
  #result: RunResult = emptyResult;

  constructor(
    directory: RunDirectory,
    presenters: readonly Presenter[],
    { interruption, timeFactor }: Pick<Cli, 'interruption' | 'timeFactor'>,
  ) {
    this.#directory = directory;
    this.#presenters = presenters;
    this.signal = AbortSignal.any([interruption.signal, this.#lost.signal]);
    this.#timeFactor = timeFactor;
  }

  /** Never throws: work goes on to its clean-up even when nothing can be recorded any more. */
  readonly emit = (body: EventBody, job?: string): void => {
    const at = new Date().toISOString();
    const event: RecordedEvent = { v: eventFormatVersion, seq: this.#seq, at, ...(job === undefined ? {} : { job }), ...body };
    this.#seq += 1;
    this.#result = addToResult(this.#result, event);
    this.#keep(() => {
      this.#directory.record(event);
    });
    for (const presenter of this.#presenters) presenter.event(event);
  };

  throwIfLost(): void {
    this.#lost.signal.throwIfAborted();
  }

  openJob(job: string): OpenJob {
    const hostPath = this.#directory.openJob(job);
    const emit = (body: EventBody): void => {
      this.emit(body, job);
    };
    return {
      job,
      ctx: { signal: this.signal, emit, timeFactor: this.#timeFactor },
      hostPath,
      fail: (error) => this.#fail(error, emit, hostPath),
    };
  }

  fail(error: unknown): ExitCode {
    return this.#fail(error, this.emit, this.#directory.hostPath);
  }

  #fail(error: unknown, emit: (body: EventBody) => void, hostPath: string): ExitCode {
    const { area, reason, description } = describeError(error, hostPath);
    emit({ type: 'run-failed', area, reason, description });
    return description.exitCode;
  }

  /**
   * Shows and writes the result, then the last event; gives the exit code, which a lost report or record changes.
   * Throws when a report lost its very last line: by then there is no event left to tell it.
   */
  end(asked: ExitCode, durationMs: number): ExitCode {
    let exitCode = asked;
    for (const presenter of this.#presenters) {
      try {
        presenter.finish({ ...this.#result, exitCode: asked, durationMs });
      } catch (error) {
        exitCode = mostSevere([exitCode, this.fail(error)]);
      }
    }
    exitCode = this.#writeResult(exitCode, durationMs);
    const leftOut = this.#directory.leftOut();
    if (leftOut > 0) {
      const text = `${String(leftOut)} events of what guests did and said are left out of events.ndjson: it is full.`;
      this.emit({ type: 'remark-made', text });
    }
    this.emit({ type: 'run-ended', exitCode, durationMs });
    this.#directory.close();
    const losses = this.#presenters.flatMap((presenter) =>
      errorOf(() => {
        presenter.end();
      }),
    );
    if (losses.length > 0) throw losses[0];
    return exitCode;
  }

  #writeResult(exitCode: ExitCode, durationMs: number): ExitCode {
    const wasLost = this.#lost.signal.aborted;
    this.#directory.releaseReserve();
    this.#keep(() => {
      this.#directory.writeResult({ ...this.#result, exitCode, durationMs });
    });
    const lostNow = this.#lost.signal.aborted && !wasLost;
    return lostNow ? this.fail(this.#lost.signal.reason) : exitCode;
  }

  #keep(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#lost.abort(error);
      this.#directory.releaseReserve();
      try {
        act();
      } catch {
        // Even the reserve is used up: the person is told, by the exit code and on standard error.
      }
    }
  }
}

function errorOf(act: () => void): readonly unknown[] {
  try {
    act();
    return [];
  } catch (error) {
    return [error];
  }
}
