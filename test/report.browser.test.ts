// The report in a browser: opened from a file, with scripts and without, by keyboard alone, with hostile content, and by axe-core.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { joinRuns, onlyJob, readRecorded, withTwin } from '../src/view/fixtures/recorded-events.ts';
import { openReportBrowser, ready } from './rig/report-page.ts';

const browser = await openReportBrowser();
after(async () => {
  await browser[Symbol.asyncDispose]();
});

const job = 'replace-missing-disk';
const one = onlyJob(readRecorded(withTwin), job);
const many = joinRuns([withTwin, 'second-disk-fails-salvage', 'slow-disk', 'silent-corruption-without-samples']);
const axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What is read of axe-core's result. */
interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Findings of axe-core that are more than minor, each with its first place. */
async function findings(page: Page): Promise<readonly string[]> {
  // Into the page's own world: its policy lets no script in, which is right, and the browser's protocol is not asked.
  const { violations } = await page.evaluate<AxeResults>(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  return violations.filter(({ impact }) => impact !== 'minor').map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''}`);
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
  await ready(page, job);
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

test('pointing at a command tells what it was and said, and a click goes there', async () => {
  const page = await browser.open(one);
  await ready(page, job);
  const command = page.locator('.lanes a[aria-label*="btrfs device scan"]');
  await command.hover();
  assert.match(await page.innerText('.pointed'), /\$ btrfs device scan \(exit 0[\s\S]*registered: \/dev\/mapper\/crypt-btrfs2/u);
  await command.click();
  const target = page.locator('.line.is-target').first();
  await target.waitFor();
  assert.match(await target.innerText(), /btrfs device scan/u);
});

test('the chunk map goes forwards and backwards with the arrow keys, and says in words what has one copy', async () => {
  const page = await browser.open(one);
  await ready(page, job);
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
    event.type === 'run-planned'
      ? {
          ...event,
          jobs: event.jobs.map((each) => ({
            ...each,
            tags: tags[each.drill] ?? [],
            kernel: each.drill === 'slow-disk' ? 'sid' : 'trixie',
          })),
        }
      : event,
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
  // Choices add up, and nothing is what a slow disk on another kernel leaves.
  await page.getByRole('combobox', { name: 'every kernel' }).selectOption('trixie');
  assert.equal(await page.getByRole('status').first().innerText(), '0 of 5 drills');
  await choice.selectOption('');
  assert.equal(await page.getByRole('status').first().innerText(), '4 of 5 drills');
  await choice.selectOption('slow');
  // A link to what is filtered out shows it all the same.
  await page.evaluate(`location.hash = '${job}'`);
  await ready(page, job);
  assert.ok(await page.locator(`[id="${job}"]`).isVisible());
  const old = await browser.open(many);
  assert.equal(await old.getByRole('combobox', { name: 'every tag' }).count(), 0, 'a run without tags has no such choice');
});

test('a drill is copied as commands, as a report, and as the command that repeats it', async () => {
  const page = await browser.open(one, { permissions: ['clipboard-read', 'clipboard-write'] });
  await ready(page, job);
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

for (const [events, what] of [
  [many, 'many drills'],
  [one, 'one drill'],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe-core finds nothing that matters in the ${colorScheme} report of ${what}`, async () => {
      const page = await browser.open(events, { colorScheme }, `#${job}/replace`);
      await ready(page, job);
      await page.locator('.lines').first().waitFor();
      assert.deepEqual(await findings(page), []);
    });
  }
}

for (const width of [360, 3840]) {
  test(`a report fits a window of ${String(width)} pixels`, async () => {
    const page = await browser.open(many, { viewport: { width, height: 800 } }, `#${job}/replace`);
    await ready(page, job);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
  });
}

test('no page complained, and none asked for anything but its own file', () => {
  assert.deepEqual(browser.complaints, []);
});
