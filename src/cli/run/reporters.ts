import { resolve } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatReporterSpec, isSentBundle, planReporters, takersOfOutput } from '../../core/reporter-spec.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import { formatAnnotations, formatStepSummary } from '../../report/formats/github.ts';
import { formatJunit } from '../../report/formats/junit.ts';
import { plainText } from '../../report/text/plain-text.ts';
import { formatTap } from '../../report/formats/tap.ts';
import type { Cli } from '../cli.ts';
import { presentAsBundle } from '../bundle/write-bundle.ts';
import type { BundleSink } from '../bundle/write-bundle.ts';
import type { Screen } from '../terminal/screen.ts';
import { presentAsHtml } from './html-report.ts';
import type { HtmlReport } from './html-report.ts';
import type { ListOptions } from './list-report.ts';
import { presentAsJson, presentAsText, presentAtEnd, presentFailures, presentOnTerminal } from './presenter.ts';
import type { Presenter } from './presenter.ts';
import { openReportFile, openWholeFile } from './report-file.ts';

/** Checks that reporters go together; throws `bad-arguments` when two of them want standard output, or one what only a file can have. */
export function checkReporters(asked: readonly ReporterSpec[], command: string): void {
  if (asked.some(({ name, file }) => name === 'bundle' && file === undefined)) {
    const message = 'A bundle is no text: give it a file, --reporter bundle=FILE, or say that it is for another program, bundle=-.';
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command });
  }
  const takers = takersOfOutput(asked);
  if (takers.length < 2) return;
  const named = takers.map(formatReporterSpec).join(' and ');
  const message = `Standard output is one stream, and ${named} want it. Give all but one a file: --reporter ${takers[1]?.name ?? 'tap'}=FILE.`;
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command });
}

/** Opens the reporters of a run, their files included; throws `disk-full` or `not-writable` for a file that cannot be written. */
export function openReporters(cli: Cli, asked: readonly ReporterSpec[], options: ListOptions, html: HtmlReport): readonly Presenter[] {
  const failures = presentFailures(cli.screen, { program: cli.program, drills: options.drills });
  return [failures, ...planReporters(asked).flatMap((spec) => openReporter(cli, spec, options, html))];
}

function openReporter(cli: Cli, spec: ReporterSpec, options: ListOptions, html: HtmlReport): readonly Presenter[] {
  const { screen } = cli;
  const { name, file } = spec;
  const data = (text: string): void => {
    if (text !== '') screen.data(text);
  };
  const toFile = (typed: string, present: (write: (text: string) => void) => Presenter, append = false): Presenter =>
    presentInFile(resolve(cli.cwdHostPath, typed), `the ${name} report`, present, append);
  switch (name) {
    case 'list':
      if (file === undefined) return [presentOnTerminal(screen, options)];
      return [
        toFile(file, (write) =>
          presentAsText((lines) => {
            if (lines.length > 0) write(`${plainText(lines)}\n`);
          }, options),
        ),
      ];
    case 'json':
      return [file === undefined ? presentAsJson(data) : toFile(file, presentAsJson)];
    case 'junit':
    case 'tap': {
      const format = name === 'junit' ? formatJunit : formatTap;
      return [file === undefined ? presentAtEnd(format, data) : toFile(file, (write) => presentAtEnd(format, write))];
    }
    case 'html':
      return [file === undefined ? presentAsHtml(html, data) : toFile(file, (write) => presentAsHtml(html, write))];
    case 'bundle': {
      // Without a file it was refused before.
      if (file === undefined) return [];
      const sink = isSentBundle(spec) ? sendTo(screen) : openWholeFile(resolve(cli.cwdHostPath, file), 'the bundle');
      return [presentAsBundle(sink, { homeHostPath: cli.homeHostPath })];
    }
    case 'github': {
      // GitHub reads commands from the output, and the summary from a file that steps append to.
      const summary = file ?? cli.stepSummaryHostPath;
      const annotations = presentAtEnd(formatAnnotations, data);
      return summary === undefined
        ? [annotations]
        : [annotations, toFile(summary, (write) => presentAtEnd(formatStepSummary, write), true)];
    }
  }
}

/** What is lost on standard output is told when raidlab ends. */
function sendTo(screen: Screen): BundleSink {
  return {
    write: (bytes) => {
      screen.data(bytes);
    },
    end: () => undefined,
  };
}

/** Lets a presenter write to a file, and tells what could not be written. */
function presentInFile(
  hostPath: string,
  purpose: string,
  present: (write: (text: string) => void) => Presenter,
  append: boolean,
): Presenter {
  const file = openReportFile(hostPath, purpose, append);
  const presenter = present(file.write);
  return {
    event: (event) => {
      presenter.event(event);
    },
    finish: (result) => {
      presenter.finish(result);
      file.check();
    },
    end: () => {
      presenter.end();
      file.close();
      file.check();
    },
  };
}
