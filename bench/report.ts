// `npm run bench:report [EVENTS]`: the report of a run of 23 drills, its size, and how soon a browser shows it and a drill's trace in it;
// and what making the report costs the default drill. EVENTS is the events.ndjson of a real run; without it one is made of recorded drills,
// each as long as a real one is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { loadPageParts } from '../src/cli/run/page-parts.ts';
import { openPrng } from '../src/core/bytes/prng.ts';
import type { Prng } from '../src/core/bytes/prng.ts';
import type { EventBody, RecordedEvent } from '../src/core/event.ts';
import { onlyJob, readRecorded, withTwin } from '../src/view/fixtures/recorded-events.ts';
import { readQmpRecord } from '../src/view/model/trace/qmp-record.ts';
import { renderReport } from '../src/view/render-report.ts';
import { median, report } from './measure.ts';

const rounds = 5;
const drills = 23;
/** What raidlab runs for itself in a drill, and what its consoles say, as measured in runs of the whole catalogue: bytes of events.ndjson. */
const bytesOfDrill = 340_000;

/** What is said to QEMU in a drill from a cold start, and by it, as measured: bytes of qmp.ndjson of all machines. */
const bytesOfQmp = 45_000;

using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
const [, , eventsHostPath] = process.argv;
const many = eventsHostPath === undefined ? manyDrills() : parseEvents(readFileSync(eventsHostPath, 'utf8'));
const jobs = [...new Set(many.map(({ job }) => job ?? ''))];
const qmp = new Map(
  jobs.map((job, at) => [
    job,
    readQmpRecord([{ machine: 'main', lines: qmpLines(openPrng(`qmp ${String(at)}`)), leftOutBytes: 0 }], bytesOfQmp),
  ]),
);
const html = renderReport({ events: many, qmp, compress: (text) => deflateSync(text).toString('base64'), ...(await loadPageParts()) });
const hostPath = path.join(directory.path, 'report.html');
writeFileSync(hostPath, html);
const mib = Buffer.byteLength(html) / 1e6;
report(`a report of ${String(drills)} drills, MB`, mib.toFixed(2), 'at most 2.5', mib <= 2.5);

await using browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
await showReport(browser); // warms the caches of files
const shown = [];
for (let round = 1; round <= rounds; round++) shown.push(await showReport(browser));
const paintMs = median(shown.map((times) => times.paintMs));
report('its first paint, ms', paintMs.toFixed(0), 'at most 500', paintMs <= 500);
const unfoldMs = median(shown.map((times) => times.unfoldMs));
report('a drill unfolded, ms', unfoldMs.toFixed(0), 'at most 300', unfoldMs <= 300);

const oneJob = jobs.find((job) => job !== '') ?? '';
writeFileSync(path.join(directory.path, 'events.ndjson'), linesOf(onlyJob(many, oneJob).map((event) => JSON.stringify(event))));
mkdirSync(path.join(directory.path, oneJob, 'main'), { recursive: true });
writeFileSync(path.join(directory.path, oneJob, 'main', 'qmp.ndjson'), linesOf(qmpLines(openPrng('qmp'))));
makeOne(); // leaves Node's translation of the sources
const costs = Array.from({ length: rounds }, makeOne);
const costMs = median(costs);
report('making the report of the default drill, ms', costMs.toFixed(0), 'at most 150', costMs <= 150);

/** Opens the report and unfolds a drill in its middle; until what was asked for is painted. */
async function showReport(opened: Browser): Promise<{ readonly paintMs: number; readonly unfoldMs: number }> {
  const context = await opened.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(pathToFileURL(hostPath).href);
  const paint = await page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime');
  const unfold = await page.evaluate<number>(`new Promise((done) => {
    const drill = document.querySelectorAll('details.drill')[${String(Math.floor(drills / 2))}];
    const startedMs = performance.now();
    new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - startedMs))))
      .observe(drill, { attributeFilter: ['data-ready'] });
    drill.open = true;
  })`);
  await context.close();
  return { paintMs: paint, unfoldMs: unfold };
}

/** Makes the report of one drill in a process that has loaded what a drill loads anyway; gives how long that took it. */
function makeOne(): number {
  const script = `
    import { writeFileSync } from 'node:fs';
    await import('${sourceUrl('cli/run/reporters.ts')}');
    const startedMs = performance.now();
    const { loadRenderer } = await import('${sourceUrl('cli/run/html-report.ts')}');
    const render = await loadRenderer();
    writeFileSync(${JSON.stringify(hostPath)}, render(${JSON.stringify(directory.path)}));
    console.log(performance.now() - startedMs);`;
  const cache = path.resolve(import.meta.dirname, '../node_modules/.cache/node');
  const { stdout } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return Number(stdout);
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Disks that are plugged in and pulled, and machines that are saved, with names that compress no better than real ones. */
function qmpLines(prng: Prng): readonly string[] {
  const lines: string[] = [];
  const beginMs = Date.parse(many[0]?.at ?? '');
  const say = (from: 'raidlab' | 'qemu', message: object): void => {
    lines.push(JSON.stringify({ at: new Date(beginMs + 40 * lines.length).toISOString(), from, message }));
  };
  for (let id = 1; lines.join().length < bytesOfQmp; id += 3) {
    const name = `DISK${String(prng.below(4))}`;
    const filename = `/home/ada/.cache/raidlab/tmp/array-${prng.below(2 ** 31).toString(16)}/entry/${name}.raw`;
    say('raidlab', {
      execute: 'blockdev-add',
      arguments: { driver: 'file', 'node-name': `${name}-file`, filename, 'read-only': false },
      id,
    });
    say('qemu', { return: {}, id });
    say('raidlab', { execute: 'device_add', arguments: { driver: 'scsi-hd', id: name, drive: `${name}-file`, serial: name }, id: id + 1 });
    say('qemu', { return: {}, id: id + 1 });
    say('qemu', { timestamp: { seconds: 1795964250, microseconds: prng.below(1e6) }, event: 'MIGRATION', data: { status: 'completed' } });
    say('raidlab', { execute: 'device_del', arguments: { id: name }, id: id + 2 });
    say('qemu', { return: {}, id: id + 2 });
    say('qemu', { timestamp: { seconds: 1795964251, microseconds: prng.below(1e6) }, event: 'DEVICE_DELETED', data: { device: name } });
  }
  return lines;
}

function sourceUrl(source: string): string {
  return pathToFileURL(path.resolve(import.meta.dirname, '../src', source)).href;
}

function parseEvents(text: string): readonly RecordedEvent[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedEvent);
}

/** Makes a run of as many drills as the catalogue has, of recorded ones. */
function manyDrills(): readonly RecordedEvent[] {
  const recorded = [withTwin, 'second-disk-fails-salvage', 'slow-disk', 'latent-bad-block', 'stale-disk-returns'].map((name) => {
    const events = readRecorded(name);
    const planned = events.flatMap((event) => (event.type === 'run-planned' ? event.jobs : [])).slice(0, 1);
    return { planned, events: events.filter(({ job }) => job === planned[0]?.job) };
  });
  const prng = openPrng('report');
  const copies = Array.from({ length: drills }, (_, at) => {
    const { planned, events } = recorded[at % recorded.length] ?? { planned: [], events: [] };
    const job = `drill-${String(at + 1)}`;
    const filled = [...events, ...noise(prng, bytesOfDrill - JSON.stringify(events).length, events[Math.floor(events.length / 2)])];
    return { jobs: planned.map((one) => ({ ...one, job })), events: filled.map((event): RecordedEvent => ({ ...event, job })) };
  });
  const begun = readRecorded(withTwin).filter(({ type }) => type === 'run-started');
  const stamp = { v: 1, seq: 1, at: begun[0]?.at ?? '' } as const;
  const planned: EventBody = { type: 'run-planned', seed: '1', limit: 1, jobs: copies.flatMap(({ jobs }) => jobs) };
  const ended: EventBody = { type: 'run-ended', exitCode: 0, durationMs: 2_000_000 };
  return [...begun, { ...stamp, ...planned }, ...copies.flatMap(({ events }) => events), { ...stamp, ...ended }];
}

/** Console lines and raidlab's own commands, so many bytes of them, that compress no better than real ones. */
function noise(prng: Prng, bytes: number, like: RecordedEvent | undefined): readonly RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const number = (): string => prng.below(2 ** 31).toString(16);
  for (let written = 0; written < bytes && like !== undefined;) {
    const argv = ['xxhsum', '-q', '-H128', ...Array.from({ length: 12 }, () => `/storage/payload/documents/${number()}.text`)];
    const stdout = argv
      .slice(3)
      .map((name) => `${number()}${number()}${number()}  ${name}\n`)
      .join('');
    const bodies: readonly EventBody[] = [
      {
        type: 'console-line-seen',
        machine: 'main',
        line: `[ ${number()}] BTRFS error (device dm-0): bdev /dev/mapper/crypt-btrfs1 errs: wr ${number()}, rd 0`,
      },
      { type: 'command-started', machine: 'main', argv },
      { type: 'command-ended', machine: 'main', argv, exitCode: 0, stdout: prng.below(3) === 0 ? stdout : '', stderr: '', durationMs: 20 },
    ];
    for (const body of bodies) events.push({ v: 1, seq: 1, at: like.at, ...body });
    written += JSON.stringify(bodies).length;
  }
  return events;
}
