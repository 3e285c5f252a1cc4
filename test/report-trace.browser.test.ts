// The trace in a report: by keyboard, with QMP, with a flood and with hostile content in it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EventBody, RecordedEvent } from '../src/core/event.ts';
import { onlyJob, readRecorded, withTwin } from '../src/view/fixtures/recorded-events.ts';
import type { QmpMessage } from '../src/view/model/trace/qmp-record.ts';
import { openReportBrowser, ready, until } from './rig/report-page.ts';

const browser = await openReportBrowser();
after(async () => {
  await browser[Symbol.asyncDispose]();
});

const job = 'replace-missing-disk';
const one = onlyJob(readRecorded(withTwin), job);

test('a step of a drill is reached by its address, and its trace says what was typed, what came, what the kernel said', async () => {
  const page = await browser.open(one, {}, `#${job}/open-survivors`);
  await ready(page, job);
  const trace = page.locator(`[id="trace:${job}/open-survivors"]`);
  await trace.locator('.lines').waitFor();
  const text = await trace.innerText();
  assert.match(text, /cryptsetup open --type luks/u);
  assert.match(text, /The plain mount is refused/u);
  assert.ok(await page.evaluate(`document.getElementById("trace:${job}/open-survivors").getBoundingClientRect().top < innerHeight`));
});

test('the trace is walked with the keyboard alone: a step is opened, its lines scroll, and a command shows what it said', async () => {
  const page = await browser.open(one);
  await ready(page, job);
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
  await ready(page, job);
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
  await ready(without, job);
  assert.equal(await without.getByRole('button', { name: 'QMP', exact: true }).count(), 0, 'a run without it has no such choice');
});

test('a console of 100,000 lines scrolls, and only what is in sight is in the page', async () => {
  const begin = Date.parse(one.find((event) => event.type === 'step-started')?.at ?? '');
  const flood = Array.from({ length: 100_000 }, (_, at): RecordedEvent => {
    const body: EventBody = { type: 'console-line-seen', machine: 'main', line: `[${String(at)}] a line of the console` };
    return { ...body, v: 1, seq: at, at: new Date(begin + 1).toISOString(), job };
  });
  const at = one.findIndex((event) => event.type === 'step-started') + 1;
  const page = await browser.open([...one.slice(0, at), ...flood, ...one.slice(at)], {}, `#${job}/build-array`);
  await ready(page, job);
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
  await ready(page, job);
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

test('no page complained, and none asked for anything but its own file', () => {
  assert.deepEqual(browser.complaints, []);
});
