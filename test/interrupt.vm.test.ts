import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '../src/core/event.ts';
import { listBelow, openTestDirectory, qemusLeft, readEvents, scratchOf, typeRaidlab } from './rig/raidlab.ts';
import type { RunScratch, TypedRaidlab } from './rig/raidlab.ts';

const timeout = 300_000;

const isStep = (name: string) => (event: RecordedEvent) => event.type === 'step-started' && event.step === name;

/** Moments of a drill at which somebody loses patience. */
const moments: readonly { readonly name: string; readonly reached: (event: RecordedEvent) => boolean }[] = [
  { name: 'before the machine is there', reached: (event) => event.type === 'drill-started' },
  { name: 'while it boots', reached: (event) => event.type === 'machine-started' },
  { name: 'while the containers are made', reached: (event) => event.type === 'command-ended' && event.argv.includes('luksFormat') },
  { name: 'while the live writer writes', reached: isStep('pull-disk') },
  { name: 'while it is restarted', reached: isStep('restart') },
];

/** Nothing of a run is left: no scratch of its, no socket, no QEMU. */
async function assertNothingLeft(typed: TypedRaidlab, scratch: readonly RunScratch[]): Promise<void> {
  assert.deepEqual(await scratchOf(typed), []);
  for (const { socketsHostPath } of scratch) {
    assert.deepEqual(await listBelow(socketsHostPath), []);
    assert.deepEqual(await qemusLeft(socketsHostPath), []);
  }
}

/** The report in the folder of the latest run. */
async function readReport(directoryHostPath: string): Promise<string> {
  return readFile(join(directoryHostPath, 'raidlab-results/latest/report.html'), 'utf8');
}

for (const moment of moments) {
  test(`Ctrl-C ${moment.name}: exit 130, a whole record, nothing left`, { timeout }, async () => {
    await using directory = await openTestDirectory();
    const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await typed.event(moment.reached);
    const scratch = await scratchOf(typed);
    typed.child.kill('SIGINT');
    const { exitCode } = await typed.ended;

    assert.equal(exitCode, 130);
    const last = (await readEvents(directory.hostPath)).at(-1);
    assert.ok(last?.type === 'run-ended' && last.exitCode === 130);
    assert.match(await readReport(directory.hostPath), /interrupted/u);
    await assertNothingLeft(typed, scratch);
  });

  test(`kill -9 ${moment.name}: QEMU dies with it, and the next command removes what is left`, { timeout }, async () => {
    await using directory = await openTestDirectory();
    const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await typed.event(moment.reached);
    const scratch = await scratchOf(typed);
    typed.child.kill('SIGKILL');
    assert.equal((await typed.ended).exitCode, 137);
    for (const { socketsHostPath } of scratch) assert.deepEqual(await qemusLeft(socketsHostPath), []);
    assert.match(await readReport(directory.hostPath), /No report yet/u);
    assert.equal((await typeRaidlab(directory.hostPath, ['report']).ended).exitCode, 0);
    assert.match(await readReport(directory.hostPath), /killed/u);

    // The next command, which is interrupted once it has cleaned.
    const next = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await next.event((event) => event.type === 'image-ready');
    const nextScratch = await scratchOf(next);
    next.child.kill('SIGINT');
    await next.ended;
    await assertNothingLeft(typed, scratch);
    await assertNothingLeft(next, nextScratch);
  });
}

test('a second Ctrl-C ends a drill at once', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
  await typed.event((event) => event.type === 'machine-booted');
  const scratch = await scratchOf(typed);
  const startedMs = performance.now();
  typed.child.kill('SIGINT');
  await typed.complained('Ctrl-C again');
  // One that follows at once is taken for the same one.
  await delay(600);
  typed.child.kill('SIGINT');
  assert.equal((await typed.ended).exitCode, 130);
  assert.ok(performance.now() - startedMs < 2000);
  assert.equal(scratch.length, 1);
  for (const { socketsHostPath } of scratch) assert.deepEqual(await qemusLeft(socketsHostPath), []);
});

test('Ctrl-C while a template is made: exit 130, and no half of a template is left', { timeout }, async () => {
  await using directory = await openTestDirectory();
  // A seed of its own: a template that another drill is using is not rebuilt.
  const typed = typeRaidlab(directory.hostPath, ['drill', '--fresh', '--seed', '20', '--json']);
  await typed.event((event) => event.type === 'command-ended' && event.machine === 'array-template' && event.argv.includes('luksFormat'));
  const scratch = await scratchOf(typed);
  typed.child.kill('SIGINT');
  assert.equal((await typed.ended).exitCode, 130);
  await assertNothingLeft(typed, scratch);
});

test('Ctrl-C ends all drills of a run, and begins none of those that waited', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', '--repeat', '3', '--jobs', '2', '--json']);
  await typed.event((event) => isStep('replace')(event));
  const scratch = await scratchOf(typed);
  typed.child.kill('SIGINT');
  assert.equal((await typed.ended).exitCode, 130);
  await assertNothingLeft(typed, scratch);
  const events = await readEvents(directory.hostPath);
  const begun = events.flatMap((event) => (event.type === 'drill-started' ? [event.job] : []));
  assert.deepEqual(begun.toSorted(), ['replace-missing-disk', 'replace-missing-disk-2']);
  const last = events.at(-1);
  assert.ok(last?.type === 'run-ended' && last.exitCode === 130);
});
