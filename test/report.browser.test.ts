// The report in a browser: opened from a file, with scripts and without, by keyboard alone, with hostile content, and by axe-core.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { EventBody, RecordedEvent } from '../src/core/event.ts';
import { joinRuns, onlyJob, readRecorded, withTwin } from '../src/view/fixtures/recorded-events.ts';
import type { QmpMessage } from '../src/view/model/qmp-record.ts';
import { openReportBrowser } from './rig/report-page.ts';

const browser = await openReportBrowser();
after(async () => {
  await browser[Symbol.asyncDispose]();
});

const job = 'replace-missing-disk';
const one = onlyJob(readRecorded(withTwin), job);
const many = joinRuns([withTwin, 'second-disk-fails-salvage', 'slow-disk', 'silent-corruption-without-samples']);
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Waits until a drill shows its trace. */
async function ready(page: Page, of = job): Promise<void> {
  await page.waitForSelector(`[data-job="${of}"][data-ready]`);
}

/** Waits until an expression is true in a page, whose policy lets nobody evaluate one from within. */
async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`never true: ${expression}`);
}

/** What is read of axe-core's result. */
interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Serious and critical findings of axe-core, each with its first place. */
async function findings(page: Page): Promise<readonly string[]> {
  // Into the page's own world: its policy lets no script in, which is right, and the browser's protocol is not asked.
  const { violations } = await page.evaluate<AxeResults>(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''}`);
}

test('without scripts a report says verdict, promise, checks, times, lanes and chunk map', async () => {
  const page = await browser.open(one, { javaScriptEnabled: false });
  const text = await page.innerText('body');
  for (const part of [
    'held',
    'A missing disk can be replaced',
    'Every data, metadata and system chunk is raid1',
    'Prove it',
    '19.5\u00a0s',
    'Exposed 17 s',
    'opens with scripts switched on',
  ])
    assert.ok(text.includes(part), part);
  assert.equal(await page.locator('.lane.disk').count(), 3);
  assert.equal(await page.locator('.chunks .chunk-map').count(), 2);
  const evidence = page.locator('.check').first();
  await evidence.locator('summary').click();
  assert.match(await evidence.innerText(), /\/dev\/mapper\/crypt-btrfs2 on \/storage/u);
});

test('the lanes are walked with the keyboard alone: along, across, and to what a command said', async () => {
  const page = await browser.open(one);
  await ready(page);
  await page.locator('.lanes a[tabindex="0"]').focus();
  const focused = (): Promise<string | null> => page.evaluate('document.activeElement.getAttribute("aria-label")');
  assert.match((await focused()) ?? '', /^Step 1: Build the encrypted array, completed/u);
  const press = async (...keys: readonly string[]): Promise<string> => {
    for (const key of keys) await page.keyboard.press(key);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    return (await focused()) ?? '';
  };
  assert.match(await press('ArrowDown', 'End'), /^DISK1: pulled/u);
  assert.match(await press('ArrowDown', 'ArrowDown', 'ArrowDown'), /^mount: read-write/u);
  const commands = await press('ArrowDown', 'ArrowDown');
  assert.match(commands, /^\d+\.\d+ array-template \$ sync/u);
  assert.match(await page.innerText('.pointed'), /exit \d+/u);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.line.is-target');
  assert.ok(await page.locator('.line.is-target').first().isVisible());
});

test('the chunk map goes forwards and backwards with the arrow keys, and says in words what has one copy', async () => {
  const page = await browser.open(one);
  await ready(page);
  const slider = page.locator('.map-slider');
  await slider.focus();
  await page.keyboard.press('End');
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^12 of 12, .*Convert what was written/u);
  assert.equal(await page.locator('.piece.one-copy').count(), 0);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.match(await page.innerText('.chunk-table'), /data\s+single\s+2\s+\S+ MiB\s+\S+ \S*B\s+ONE COPY/u);
  const hatched = await page.evaluate('getComputedStyle(document.querySelector(".piece.one-copy .hatch")).fill');
  assert.match(String(hatched), /url\("#hatch-rise"\)/u);
});

test('a step of a drill is reached by its address, and its trace says what was typed, what came, what the kernel said', async () => {
  const page = await browser.open(many, {}, `#${job}/open-survivors`);
  await ready(page);
  const trace = page.locator(`[id="trace:${job}/open-survivors"]`);
  await trace.locator('.lines').waitFor();
  const text = await trace.innerText();
  assert.match(text, /cryptsetup open --type luks/u);
  assert.match(text, /The plain mount is refused/u);
  assert.ok(await page.evaluate(`document.getElementById("trace:${job}/open-survivors").getBoundingClientRect().top < innerHeight`));
});

test('the trace is walked with the keyboard alone: a step is opened, its lines scroll, and a command shows what it said', async () => {
  const page = await browser.open(one);
  await ready(page);
  const trace = page.locator(`[id="trace:${job}/build-array"]`);
  await trace.locator('summary').press('Enter');
  const lines = trace.locator('.lines');
  await lines.waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.className'), 'lines', 'the lines are next');
  await page.keyboard.press('End');
  await until(page, '((lines) => lines.scrollTop + lines.clientHeight > lines.scrollHeight - 2)(document.querySelector(".lines"))');
  // A key that comes while it still scrolls may be lost.
  await page.waitForTimeout(500);
  await page.keyboard.press('Home');
  await until(page, 'document.querySelector(".lines").scrollTop === 0');
  await trace.locator('summary').press('Enter');
  await lines.waitFor({ state: 'detached' });
  const open = page.locator(`[id="trace:${job}/open-survivors"]`);
  await open.locator('summary').press('Enter');
  const [command, lesson] = ['btrfs device scan', 'The plain mount is refused'].map((hasText) => open.locator('button.line', { hasText }));
  assert.ok(command !== undefined && lesson !== undefined);
  assert.equal(await command.getAttribute('aria-expanded'), 'true', 'a short output is there from the beginning');
  await command.press('Enter');
  await lesson.press('Enter');
  const text = await open.innerText();
  assert.doesNotMatch(text, /Scanning for Btrfs filesystems/u);
  assert.match(text, /fsconfig/u);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a report is printed whole, also what is folded away, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const page = await browser.open(many, { javaScriptEnabled, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const part of [
      `[id="${job}"] .check pre`,
      `[id="${job}"] .lane.disk`,
      `[id="${job}"] .chunk-map`,
      '[id="slow-disk"] .steps .title',
    ])
      assert.ok(await page.locator(part).first().isVisible(), part);
    for (const part of ['.table-tools', `[id="${job}"] .trace`]) assert.ok(!(await page.locator(part).first().isVisible()), part);
    // On white paper, whatever the reader's system prefers.
    assert.equal(await page.evaluate('getComputedStyle(document.body).color'), 'rgb(27, 30, 34)');
  });
}

test('a drill and its twin stand side by side, and the first difference is marked', async () => {
  const page = await browser.open(many, {}, `#${job}-twin`);
  await ready(page, `${job}-twin`);
  const twin = page.locator(`[id="${job}-twin"] .twin`);
  assert.match(
    await twin.locator('tr.first').innerText(),
    /Convert what was written[\s\S]*first difference[\s\S]*btrfs balance start[\s\S]*left out/u,
  );
  assert.equal(await twin.locator('figure .chunk-map').count(), 2);
});

test('many drills are filtered, and sorted by what was clicked', async () => {
  const page = await browser.open(many);
  await page.locator('.table-tools select').first().selectOption('as expected');
  assert.equal(await page.locator('table.drills tbody tr:visible').count(), 1);
  await page.locator('.table-tools select').first().selectOption('');
  await page.getByRole('button', { name: 'time', exact: true }).click();
  const names = await page.locator('table.drills tbody tr th a').allInnerTexts();
  assert.equal(names[0], 'silent-corruption');
  assert.equal(names.at(-1), 'slow-disk');
});

test('many drills are filtered by tag with the keyboard alone, and how many are left is told', async () => {
  const tags: Readonly<Record<string, readonly string[]>> = { [job]: ['missing', 'replace'], 'slow-disk': ['slow', 'replace'] };
  const tagged = many.map((event) =>
    event.type === 'run-planned' ? { ...event, jobs: event.jobs.map((each) => ({ ...each, tags: tags[each.drill] ?? [] })) } : event,
  );
  const page = await browser.open(tagged);
  const choice = page.getByRole('combobox', { name: 'every tag' });
  assert.deepEqual(await choice.locator('option').allInnerTexts(), ['every tag', 'missing (2)', 'replace (3)', 'slow (1)']);
  await choice.focus();
  await page.keyboard.type('slow');
  const shown = page.locator('table.drills tbody tr:visible th a');
  assert.deepEqual(await shown.allInnerTexts(), ['slow-disk']);
  assert.equal(await page.getByRole('status').first().innerText(), '1 of 5 drills');
  assert.equal(await page.locator('details.drill:visible').count(), 1);
  // A link to what is filtered out shows it all the same.
  await page.evaluate(`location.hash = '${job}'`);
  await ready(page);
  assert.ok(await page.locator(`[id="${job}"]`).isVisible());
  const old = await browser.open(many);
  assert.equal(await old.getByRole('combobox', { name: 'every tag' }).count(), 0, 'a run without tags has no such choice');
});

test('what was said to QEMU in a step is shown when it is asked for', async () => {
  const at = one.find((event) => event.type === 'step-started' && event.step === 'pull-disk')?.at ?? '';
  const said = (from: 'raidlab' | 'qemu', message: QmpMessage['message']): QmpMessage => ({
    machine: 'main',
    atMs: Date.parse(at) + 1,
    from,
    message,
  });
  const messages = [
    said('raidlab', { execute: 'device_del', arguments: { id: 'DISK1' }, id: 6 }),
    said('qemu', { return: {}, id: 6 }),
    said('qemu', { event: 'DEVICE_DELETED', data: { path: '<script>globalThis.ran = 3</script>\u202e' } }),
  ];
  const page = await browser.open(one, {}, `#${job}/pull-disk`, new Map([[job, { messages, leftOutBytes: 2048 }]]));
  await ready(page);
  const trace = page.locator(`[id="trace:${job}/pull-disk"]`);
  await trace.locator('.lines').waitFor();
  assert.doesNotMatch(await trace.innerText(), /device_del/u);
  const choice = page.getByRole('button', { name: 'QMP', exact: true });
  assert.equal(await choice.getAttribute('aria-pressed'), 'false');
  await choice.press('Enter');
  await trace.locator('.line.qmp').first().waitFor();
  const text = await trace.innerText();
  assert.match(text, /QMP before this is left out here, 2 KiB/u);
  assert.match(text, /device_del \{"id":"DISK1"\}\s+0 ms/u);
  assert.match(text, /event DEVICE_DELETED \{"path":"<script>globalThis\.ran = 3<\/script>\\u\{202e\}"\}/u);
  assert.equal(await page.evaluate('globalThis.ran'), undefined);
  assert.equal(await choice.getAttribute('aria-pressed'), 'true');
  const without = await browser.open(one);
  await ready(without);
  assert.equal(await without.getByRole('button', { name: 'QMP', exact: true }).count(), 0, 'a run without it has no such choice');
});

test('a drill is copied as commands, as a report, and as the command that repeats it', async () => {
  const page = await browser.open(one, { permissions: ['clipboard-read', 'clipboard-write'] });
  await ready(page);
  for (const [name, pattern] of [
    ['commands', /# 9\. Encrypt the spare/u],
    ['report for a mailing list', /^Subject: replace-missing-disk/u],
    ['the command that repeats it', /raidlab drill --with-twin --jobs 1 --seed 1/u],
  ] as const) {
    await page.getByRole('button', { name, exact: true }).click();
    assert.match(await page.locator('.copied').inputValue(), pattern);
    assert.match(String(await page.evaluate('navigator.clipboard.readText()')), pattern);
  }
});

test('a console of 100,000 lines scrolls, and only what is in sight is in the page', async () => {
  const begin = Date.parse(one.find((event) => event.type === 'step-started')?.at ?? '');
  const flood = Array.from({ length: 100_000 }, (_, at): RecordedEvent => {
    const body: EventBody = { type: 'console-line-seen', machine: 'main', line: `[${String(at)}] a line of the console` };
    return { ...body, v: 1, seq: at, at: new Date(begin + 1).toISOString(), job };
  });
  const at = one.findIndex((event) => event.type === 'step-started') + 1;
  const page = await browser.open([...one.slice(0, at), ...flood, ...one.slice(at)], {}, `#${job}/build-array`);
  await ready(page);
  const lines = page.locator('.lines').first();
  await lines.waitFor();
  await page.evaluate('(() => { const lines = document.querySelector(".lines"); lines.scrollTop = lines.scrollHeight / 2; })()');
  await lines
    .locator('.line-text', { hasText: /\[50\d\d\d\]/u })
    .first()
    .waitFor();
  assert.ok((await lines.locator('.line').count()) < 150);
});

test('hostile output is shown and does nothing', async () => {
  const evil = '</script><script>globalThis.ran = 1</script><img src=x onerror="globalThis.ran = 2">\u001b[2J\u202egnp.exe\ufffd';
  const begin = one.find((event) => event.type === 'step-started')?.at ?? '';
  const stamp = { v: 1, seq: 1, at: begin, job } as const;
  const argv = ['ls', `/storage/${'n'.repeat(4096)}`];
  const bodies: readonly EventBody[] = [
    { type: 'console-line-seen', machine: 'main', line: evil },
    { type: 'observation-made', source: evil, exitCode: 1, said: evil, meaning: evil },
    { type: 'command-typed', machine: 'main', argv, command: argv.join(' ') },
    { type: 'command-started', machine: 'main', argv },
    { type: 'command-ended', machine: 'main', argv, exitCode: 1, stdout: evil, stderr: evil, durationMs: 1 },
    { type: 'check-judged', drill: job, check: { name: 'evil', claim: evil, outcome: 'broken', evidence: [evil] } },
    { type: 'step-started', drill: job, step: evil, title: evil },
    { type: 'fault-injected', machine: evil, fault: evil, disk: evil, bytes: 1 },
    { type: 'machine-stopped', machine: 'main', how: 'died', detail: evil },
    { type: 'step-ended', drill: job, step: evil, title: evil, completed: false, durationMs: 1 },
    { type: 'verdict-reached', drill: evil, verdict: 'broken', summary: evil, durationMs: 1, expectation: null, surprises: [evil] },
  ];
  const at = one.findIndex((event) => event.type === 'step-started') + 1;
  const page = await browser.open(
    [...one.slice(0, at), ...bodies.map((body): RecordedEvent => ({ ...stamp, ...body })), ...one.slice(at)],
    {},
    `#${job}/build-array`,
  );
  await ready(page);
  await page.locator('.lines').first().waitFor();
  const shown = await page.innerText('body');
  assert.match(shown, /<\/script><script>globalThis\.ran = 1<\/script>/u);
  assert.match(shown, /\\u\{202e\}gnp\.exe\ufffd/u);
  assert.doesNotMatch(shown, /[\u001b\u202e]/u);
  // It is text in the lanes, too: walked over, pointed at.
  assert.ok((await page.locator('.lanes a[aria-label*="<img src=x onerror="]').count()) > 0);
  await page.locator('.lanes a[tabindex="0"]').focus();
  for (const key of ['End', 'ArrowDown', 'End', 'ArrowDown', 'End', 'Enter']) await page.keyboard.press(key);
  assert.equal(await page.evaluate('globalThis.ran'), undefined);
  // Nothing of it makes the page wider than the window.
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe-core finds nothing serious in the ${colorScheme} report`, async () => {
    const page = await browser.open(many, { colorScheme }, `#${job}/replace`);
    await ready(page);
    await page.locator('.lines').first().waitFor();
    assert.deepEqual(await findings(page), []);
  });
}

for (const width of [360, 3840]) {
  test(`a report fits a window of ${String(width)} pixels`, async () => {
    const page = await browser.open(many, { viewport: { width, height: 800 } }, `#${job}/replace`);
    await ready(page);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
  });
}

test('no page complained, and none asked for anything but its own file', () => {
  assert.deepEqual(browser.complaints, []);
});
