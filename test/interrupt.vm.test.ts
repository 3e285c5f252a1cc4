import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from '../src/core/event.ts';
import { listBelow, openTestDirectory, qemusLeft, readEvents, typeRaidlab } from './rig/raidlab.ts';
import type { TypedRaidlab } from './rig/raidlab.ts';

const timeout = 300_000;
const cacheHostPath = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'raidlab');

const isStep = (name: string) => (event: RecordedEvent) => event.type === 'step-started' && event.step === name;

/** Moments of a drill at which somebody loses patience. */
const moments: readonly { readonly name: string; readonly reached: (event: RecordedEvent) => boolean }[] = [
  { name: 'before the machine is there', reached: (event) => event.type === 'drill-started' },
  { name: 'while it boots', reached: (event) => event.type === 'machine-started' },
  { name: 'while the containers are made', reached: (event) => event.type === 'command-ended' && event.argv.includes('luksFormat') },
  { name: 'while the live writer writes', reached: isStep('pull-disk') },
  { name: 'while it is restarted', reached: isStep('restart') },
];

/** Gives where a run keeps its sockets: what its QEMU is known by. */
async function socketsOf(typed: TypedRaidlab): Promise<string | undefined> {
  const owners = (await listBelow(join(cacheHostPath, 'work'))).filter((name) => name.endsWith('owner.json'));
  for (const owner of owners) {
    const text = await readFile(join(cacheHostPath, 'work', owner), 'utf8').catch(() => '');
    const record = text === '' ? undefined : (JSON.parse(text) as { readonly pid: number; readonly outsideHostPaths: readonly string[] });
    if (record !== undefined && record.pid === typed.child.pid) return record.outsideHostPaths[0];
  }
  return undefined;
}

for (const moment of moments) {
  test(`Ctrl-C ${moment.name}: exit 130, a whole record, nothing left`, { timeout }, async () => {
    await using directory = await openTestDirectory();
    const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await typed.event(moment.reached);
    const sockets = await socketsOf(typed);
    typed.child.kill('SIGINT');
    const { exitCode } = await typed.ended;

    assert.equal(exitCode, 130);
    const last = (await readEvents(directory.hostPath)).at(-1);
    assert.ok(last?.type === 'run-ended' && last.exitCode === 130);
    assert.deepEqual(await listBelow(join(cacheHostPath, 'work')), []);
    if (sockets !== undefined) {
      assert.deepEqual(await listBelow(sockets), []);
      assert.deepEqual(await qemusLeft(sockets), []);
    }
  });

  test(`kill -9 ${moment.name}: QEMU dies with it, and the next command removes what is left`, { timeout }, async () => {
    await using directory = await openTestDirectory();
    const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await typed.event(moment.reached);
    const sockets = await socketsOf(typed);
    typed.child.kill('SIGKILL');
    assert.equal((await typed.ended).exitCode, 137);
    if (sockets !== undefined) assert.deepEqual(await qemusLeft(sockets), []);

    // The next command, which is interrupted once it has cleaned.
    const next = typeRaidlab(directory.hostPath, ['drill', '--json']);
    await next.event((event) => event.type === 'image-ready');
    const nextSockets = await socketsOf(next);
    next.child.kill('SIGINT');
    await next.ended;
    assert.deepEqual(await listBelow(join(cacheHostPath, 'work')), []);
    for (const left of [sockets, nextSockets]) if (left !== undefined) assert.deepEqual(await listBelow(left), []);
  });
}

test('a second Ctrl-C ends a drill at once', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
  await typed.event((event) => event.type === 'machine-booted');
  const sockets = await socketsOf(typed);
  const startedMs = performance.now();
  typed.child.kill('SIGINT');
  await typed.complained('Ctrl-C again');
  // One that follows at once is taken for the same one.
  await delay(600);
  typed.child.kill('SIGINT');
  assert.equal((await typed.ended).exitCode, 130);
  assert.ok(performance.now() - startedMs < 2000);
  assert.ok(sockets !== undefined);
  assert.deepEqual(await qemusLeft(sockets), []);
});
