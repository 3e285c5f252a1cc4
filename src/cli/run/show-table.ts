import { createHash } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import type { ResultPlace } from '../../core/campaign/counts.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import type { ResultTable } from '../../report/campaign/result-table.ts';
import { tableLines } from '../../report/campaign/table-lines.ts';
import { tableMarkdown } from '../../report/campaign/table-markdown.ts';
import { reportFileName } from '../../report/report-file-name.ts';
import type { Cli } from '../cli.ts';
import type { TableOptions } from '../options/archive-options.ts';
import { writeReport } from './html-report.ts';

/** Shows a table as it was asked for; `document` is the same for programs. Rejects with `disk-full` or `not-writable`. */
export async function showTable(cli: Cli, table: ResultTable, document: object, { json, markdown, html }: TableOptions): Promise<void> {
  if (json) cli.screen.data(`${harmlessJson({ v: 1, ...document })}\n`);
  else if (markdown) cli.screen.data(tableMarkdown(table, linkFrom(cli.cwdHostPath)));
  else cli.screen.keep(tableLines(table));
  if (html === undefined) return;
  const { renderTablePage } = await import('../../view/campaign/table-page.ts');
  const hostPath = resolve(cli.cwdHostPath, html);
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
  writeReport(hostPath, renderTablePage({ tables: [table], linkTo: linkFrom(dirname(hostPath)), hash }));
}

/** The report of a run as it is reached from a folder: a drill's own place in it. */
function linkFrom(folderHostPath: string): (place: ResultPlace) => string | undefined {
  return ({ directory, job }) => {
    if (directory === null) return undefined;
    const path = relative(folderHostPath, join(directory, reportFileName));
    return `${path.split('/').map(encodeURIComponent).join('/')}#${encodeURIComponent(job)}`;
  };
}
