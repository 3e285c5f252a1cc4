// `npm run docs:pictures`: the pictures of README.md, from the recorded run of the default drill with its twin; needs Chromium.
//
//   src/view/recorded ──► the report ──► docs/pictures/*.png, and of what they were taken: docs/pictures/taken-of.json
//                    └──► a terminal ──► docs/pictures/terminal.svg, which `npm run docs` makes
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import stringWidth from 'string-width';
import { loadPageParts } from '../src/cli/run/page-parts.ts';
import { terminalPicture } from '../src/report/pages/terminal-picture.ts';
import { onlyJob, readRecorded, withTwin } from '../src/view/fixtures/recorded-events.ts';
import { renderReport } from '../src/view/render-report.ts';

const directory = path.resolve(import.meta.dirname, '../docs/pictures');
const takenOfHostPath = path.join(directory, 'taken-of.json');
const drill = 'replace-missing-disk';

const command = './raidlab drill';

/** The drill as if it had been run alone. */
function recordedDrill() {
  return onlyJob(readRecorded(withTwin), drill).map((event) => (event.type === 'run-started' ? { ...event, command } : event));
}

/** Gives the terminal of the drill as SVG. */
export function terminalSvg() {
  return terminalPicture(recordedDrill(), command, stringWidth);
}

async function reportPage() {
  return renderReport({ events: recordedDrill(), compress: (text) => deflateSync(text).toString('base64'), ...(await loadPageParts()) });
}

/** Tells whether the pictures were taken of the report as it is now. */
export async function arePicturesCurrent() {
  /** @type {unknown} */
  const takenOf = JSON.parse(readFileSync(takenOfHostPath, 'utf8'));
  return JSON.stringify(takenOf) === JSON.stringify(await whatIsTaken());
}

/** Of what pictures are taken, by a digest: fonts and versions of Chromium change pixels, and say nothing. */
async function whatIsTaken() {
  return {
    report: createHash('sha256')
      .update(await reportPage())
      .digest('hex'),
  };
}

async function takePictures() {
  const { chromium } = await import('playwright-core');
  const folder = mkdtempSync(path.join(tmpdir(), 'raidlab-pictures-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
  try {
    const hostPath = path.join(folder, 'report.html');
    writeFileSync(hostPath, await reportPage());
    mkdirSync(directory, { recursive: true });
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const page = await browser.newPage({ viewport: { width: 1180, height: 900 }, colorScheme });
      await page.goto(pathToFileURL(hostPath).href);
      await page.waitForSelector(`[data-job="${drill}"][data-ready]`);
      await page
        .locator('.lanes')
        .first()
        .screenshot({ path: path.join(directory, `lanes-${colorScheme}.png`) });
      await page
        .locator('.chunks')
        .first()
        .screenshot({ path: path.join(directory, `chunk-map-${colorScheme}.png`) });
      await page.close();
    }
    writeFileSync(takenOfHostPath, `${JSON.stringify(await whatIsTaken(), null, 2)}\n`);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) await takePictures();
