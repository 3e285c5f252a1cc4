import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loadPageParts } from '../../src/cli/run/page-parts.ts';
import type { RecordedEvent } from '../../src/core/event.ts';
import type { QmpRecord } from '../../src/view/model/trace/qmp-record.ts';
import { renderReport } from '../../src/view/render-report.ts';

/** Debian's: Playwright brings no browser of its own. */
const chromiumHostPath = '/usr/bin/chromium';

/** A browser that opens reports from files, and what it complained of. */
export interface ReportBrowser extends AsyncDisposable {
  /** Writes the report of a run to a file and opens it; `hash` is the part of the address behind `#`, `qmp` what was said to QEMU, by job. */
  open(
    events: readonly RecordedEvent[],
    options?: BrowserContextOptions,
    hash?: string,
    qmp?: ReadonlyMap<string, QmpRecord>,
  ): Promise<Page>;
  /** What pages complained of: errors of scripts, what a policy did not let in, what was asked of a network. */
  readonly complaints: readonly string[];
}

/** Starts Chromium without a window, with a folder of its own for reports. */
export async function openReportBrowser(): Promise<ReportBrowser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'raidlab-report-'));
  const browser: Browser = await chromium.launch({ executablePath: chromiumHostPath });
  const complaints: string[] = [];
  let reports = 0;
  return {
    complaints,
    open: async (events, options = {}, hash = '', qmp = new Map<string, QmpRecord>()) => {
      reports += 1;
      const hostPath = path.join(folder, `report-${String(reports)}.html`);
      await writeFile(
        hostPath,
        renderReport({ events, qmp, compress: (text) => deflateSync(text).toString('base64'), ...(await loadPageParts()) }),
      );
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (request.url().split('#')[0] !== pathToFileURL(hostPath).href) complaints.push(`asked for ${request.url()}`);
      });
      await page.goto(`${pathToFileURL(hostPath).href}${hash}`);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Waits until a drill shows its trace. */
export async function ready(page: Page, of: string): Promise<void> {
  await page.waitForSelector(`[data-job="${of}"][data-ready]`);
}

/** Waits until an expression is true in a page, whose policy lets nobody evaluate one from within. */
export async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`never true: ${expression}`);
}
