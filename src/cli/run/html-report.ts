import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { reportFileName } from '../../report/report-file-name.ts';
import type { Presenter } from './presenter.ts';
import { openWholeFile } from './report-file.ts';
import { readRecordedEvents } from './recorded-events.ts';
import { readRecordedQmp } from './recorded-qmp.ts';

/** Makes the report of a run from what its folder holds. Throws `usage/bad-arguments` when that is no run. */
export type RenderRun = (runHostPath: string) => string;

/** The report as HTML, whose program has to be loaded first: it is large, and not needed before the run is over. */
export interface HtmlReport {
  /** Resolves when it can be made. */
  readonly loaded: Promise<unknown>;
  /** Undefined until then: only a run that ends in its first moments has no report. */
  readonly render: () => RenderRun | undefined;
}

/** Begins to load what makes reports. */
export function openHtmlReport(): HtmlReport {
  let render: RenderRun | undefined;
  const loaded = loadRenderer().then((made) => (render = once(made)));
  // Whoever waits for it is told.
  loaded.catch(() => undefined);
  return { loaded, render: () => render };
}

/** None, and nothing is loaded for it: the folder of the run does not stay. */
export const noHtmlReport: HtmlReport = { loaded: Promise.resolve(), render: () => undefined };

/** The folder of the run and the copy that was asked for are the same text. */
function once(render: RenderRun): RenderRun {
  const made = new Map<string, string>();
  return (runHostPath) => {
    const text = made.get(runHostPath) ?? render(runHostPath);
    made.set(runHostPath, text);
    return text;
  };
}

/** As much of what the guests of a drill did and said as the report of a run has, characters: a drill says 1 MB, and a flood must not fill our memory. */
const mostTalkChars = 2 * 1024 * 1024;

/** As much of a drill's QMP as a report has, characters: a drill from a cold start says a third of it, and 2.5 MB are for the whole catalogue. */
const mostQmpChars = 128 * 1024;

/** Loads what makes reports. */
export async function loadRenderer(mostChars = mostTalkChars): Promise<RenderRun> {
  const [{ loadPageParts }, { renderReport }] = await Promise.all([import('./page-parts.ts'), import('../../view/render-report.ts')]);
  const parts = await loadPageParts();
  const compress = (text: string): string => deflateSync(text).toString('base64');
  return (runHostPath) => {
    const events = readRecordedEvents(join(runHostPath, 'events.ndjson'), mostChars);
    return renderReport({ events, qmp: readRecordedQmp(runHostPath, mostQmpChars), compress, ...parts });
  };
}

/** Shows a run as a page for a browser, when all of it is in its folder. */
export function presentAsHtml(html: HtmlReport, write: (text: string) => void): Presenter {
  let runHostPath: string | null = null;
  return {
    event: (event) => {
      if (event.type === 'run-started') runHostPath = event.directory;
    },
    finish: () => undefined,
    end: () => {
      const render = html.render();
      if (runHostPath !== null && render !== undefined) write(render(runHostPath));
    },
  };
}

/** Keeps the report in the folder of its run: at first a page that says that there is none yet, which stays when the run is killed. */
export function presentInFolder(runHostPath: string, html: HtmlReport): Presenter {
  const write = (text: string): void => {
    writeReport(join(runHostPath, reportFileName), text);
  };
  write(unfinishedPage);
  return presentAsHtml(html, write);
}

/** Writes a report, whole or not at all. Throws `disk-full` or `not-writable`. */
export function writeReport(hostPath: string, text: string): void {
  const file = openWholeFile(hostPath, 'the report');
  file.write(text);
  file.end();
}

const unfinishedPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>raidlab: no report yet</title>
<h1>No report yet</h1>
<p>This run goes on, or it was killed. Of what it has done until then, <code>raidlab report</code> makes the report.</p>
</html>
`;
