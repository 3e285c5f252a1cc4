import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mostSevere } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { openAppendFile } from '../../machine/files/append-file.ts';
import { addToResult, emptyResult } from '../../report/drill/result.ts';
import { presentInFolder } from '../run/html-report.ts';
import type { HtmlReport } from '../run/html-report.ts';
import type { Presenter } from '../run/presenter.ts';
import { createRunDirectory } from '../run/run-directory.ts';
import type { UnpackedBundle } from './unpack-bundle.ts';

/** A run that was run elsewhere, and where it is to be shown and kept. */
export interface ReplayedRun {
  /** The name of its folder in the results. */
  readonly run: string;
  readonly resultsHostPath: string;
  readonly presenters: readonly Presenter[];
  readonly html: HtmlReport;
  /** Gives its events, all of them, for the folder that it gets. */
  readonly events: (runHostPath: string) => Iterable<RecordedEvent>;
  /** Its evidence: where a file is, and its path below the folder. */
  readonly evidence: readonly { readonly hostPath: string; readonly path: string }[];
}

/** Gives the evidence of bundles. */
export function evidenceOf(bundles: readonly UnpackedBundle[]): ReplayedRun['evidence'] {
  return bundles.flatMap(({ evidence, evidenceHostPath }) => evidence.map((path) => ({ hostPath: join(evidenceHostPath, path), path })));
}

/** Keeps and shows a run as if it had been run here. Throws `disk-full` or `not-writable`. */
export function replayRun({ run, resultsHostPath, presenters, html, events, evidence }: ReplayedRun): ExitCode {
  const directory = createRunDirectory(resultsHostPath, run);
  const doing = 'keeping a merged run';
  try {
    for (const { hostPath, path } of evidence) {
      const intoHostPath = join(directory.hostPath, path);
      mkdirSync(dirname(intoHostPath), { recursive: true, mode: 0o700 });
      copyFileSync(hostPath, intoHostPath);
    }
    const all = [...presenters, presentInFolder(directory.hostPath, html)];
    using file = openAppendFile(join(directory.hostPath, 'events.ndjson'));
    let result = emptyResult;
    for (const event of events(directory.hostPath)) {
      result = addToResult(result, event);
      if (event.type === 'run-ended') {
        for (const presenter of all) presenter.finish(result);
        directory.writeResult(result);
      }
      file.append(Buffer.from(`${harmlessJson(event)}\n`));
      for (const presenter of all) presenter.event(event);
    }
    for (const presenter of all) presenter.end();
    return mostSevere([result.exitCode as ExitCode]);
  } catch (error) {
    throw fileFailure(error, { hostPath: directory.hostPath, holds: 'the results of the run', doing });
  } finally {
    directory.releaseReserve();
  }
}
