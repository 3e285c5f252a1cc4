import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { runbookMarkdown } from '../../report/pages/runbook-markdown.ts';
import { writeReport } from './html-report.ts';

/** Writes a runbook into the folder of its run; gives the names of the files. Throws `disk-full` or `not-writable`. */
export async function writeRunbookFiles(runHostPath: string, runbook: Runbook): Promise<readonly string[]> {
  const { renderRunbook, runbookStyle } = await import('../../view/render-runbook.ts');
  const styleHash = createHash('sha256').update(runbookStyle).digest('base64');
  const files = {
    'runbook.md': runbookMarkdown(runbook),
    'runbook.html': renderRunbook(runbook, { style: runbookStyle, styleHash }),
  };
  for (const [name, text] of Object.entries(files)) writeReport(join(runHostPath, name), text);
  return Object.keys(files);
}
