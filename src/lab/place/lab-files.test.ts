import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabState } from '../../core/lab/lab-state.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { inspectLab, requireKeeper } from '../inspect-lab.ts';
import { findKeeper, removeKeeperRecord, writeKeeperRecord } from '../keeper/keeper-record.ts';
import { forgetLab, listRegisteredLabs, registerLab } from './lab-index.ts';
import { withLabLock } from './lab-lock.ts';
import { findLab, listLabNames, planLabPlace, requireLab } from './lab-place.ts';
import { planNewDisks } from '../machine/start-lab-machine.ts';
import { readLabState, writeLabState } from './state-file.ts';
import { builtLab } from '../../core/lab/fixtures/built-lab.ts';

const state: LabState = {
  ...builtLab,
  isProvisioned: false,
  disks: planNewDisks(defaultLayout),
  life: {
    state: 'on',
    at: '2026-11-25T17:00:00.000Z',
    machine: { kernelVersion: '6.12', tools: 'trixie', accelerator: 'tcg', qemuVersion: '10.0.2' },
  },
};

test('a lab is found from any directory below its project, and the nearest of a name counts', async () => {
  await using directory = await openLabDirectory();
  const below = join(directory.hostPath, 'a', 'b');
  await mkdir(below, { recursive: true });
  assert.equal(await findLab(below, 'default'), undefined);
  await writeLabState(directory.place, state);
  assert.deepEqual(await findLab(below, 'default'), directory.place);
  const nearer = planLabPlace(join(directory.hostPath, 'a'), 'default');
  await mkdir(nearer.hostPath, { recursive: true, mode: 0o700 });
  await writeLabState(nearer, state);
  assert.deepEqual(await findLab(below, 'default'), nearer);
});

test('where there is no lab of that name, those that there are get told', async () => {
  await using directory = await openLabDirectory();
  await writeLabState(directory.place, state);
  assert.deepEqual(await listLabNames(directory.hostPath), ['default']);
  const failure = await failureOf(requireLab(directory.hostPath, 'other'));
  assert.deepEqual(failure, { area: 'lab', reason: 'no-lab', lab: 'other', hostPath: directory.hostPath, known: ['default'] });
  assert.equal((await failureOf(requireLab(directory.hostPath, '../x'))).reason, 'bad-name');
});

test('the state is for its user alone, whole or not there, and nothing is left beside it', async () => {
  await using directory = await openLabDirectory();
  await writeLabState(directory.place, state);
  assert.deepEqual(await readLabState(directory.place), state);
  assert.equal((await stat(directory.place.stateHostPath)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory.place.hostPath), ['state.json']);
});

test('a damaged state and one of a newer raidlab are refused, and stay as they are', async () => {
  await using directory = await openLabDirectory();
  for (const [text, reason] of [
    ['{"v":1', 'state-damaged'],
    ['', 'state-damaged'],
    ['{"v":99}', 'state-newer'],
  ] as const) {
    await writeFile(directory.place.stateHostPath, text);
    const failure = await failureOf(readLabState(directory.place));
    assert.equal(failure.reason, reason);
    assert.ok('hostPath' in failure && failure.hostPath === directory.place.stateHostPath);
    assert.equal(await readFile(directory.place.stateHostPath, 'utf8'), text);
  }
});

test('a keeper is found while it lives', async () => {
  await using directory = await openLabDirectory();
  assert.deepEqual(await findKeeper(directory.place), { is: 'none' });
  await writeKeeperRecord(directory.place, { socketHostPath: '/run/k.sock', raidlabVersion: '0.1.0' });
  const found = await findKeeper(directory.place);
  assert.ok(found.is === 'alive' && found.keeper.owner.pid === process.pid && found.keeper.socketHostPath === '/run/k.sock');
  await removeKeeperRecord(directory.place);
  assert.deepEqual(await findKeeper(directory.place), { is: 'none' });
});

/** Changes what the record of a living keeper says of its process. */
async function changeOwner(directory: Awaited<ReturnType<typeof openLabDirectory>>, change: object): Promise<void> {
  const { keeperHostPath } = directory.place;
  const record = JSON.parse(await readFile(keeperHostPath, 'utf8')) as { readonly owner: object };
  await writeFile(keeperHostPath, JSON.stringify({ ...record, owner: { ...record.owner, ...change } }));
}

const fates: readonly (readonly [string, object, string])[] = [
  ['a pid that is another process by now', { startTime: '1' }, 'the process that kept it was killed, and its machine with it'],
  ['another boot of the host', { bootId: 'an-earlier-one' }, 'the host was restarted while it was on'],
];
for (const [what, change, why] of fates) {
  test(`a keeper whose record names ${what} is gone, and the console tells what was last`, async () => {
    await using directory = await openLabDirectory();
    const { place } = directory;
    await writeLabState(place, state);
    await writeKeeperRecord(place, { socketHostPath: '/run/k.sock', raidlabVersion: '0.1.0' });
    await changeOwner(directory, change);
    await mkdir(place.logsHostPath, { recursive: true });
    await writeFile(join(place.logsHostPath, 'console.log'), `${'[ 1.0] early\r\n'.repeat(5000)}[ 2.0] the last\r\n`);
    const { condition } = await inspectLab(place);
    assert.ok(condition.is === 'died' && condition.why === why && condition.lastConsoleLines.at(-1) === '[ 2.0] the last');
    const failure = await failureOf(requireKeeper(place));
    assert.ok(failure.reason === 'not-on' && failure.how === why && failure.lastConsoleLines.length === 20);
  });
}

test('a lab on another host is not taken for dead', async () => {
  await using directory = await openLabDirectory();
  await writeLabState(directory.place, state);
  await writeKeeperRecord(directory.place, { socketHostPath: '/run/k.sock', raidlabVersion: '0.1.0' });
  await changeOwner(directory, { hostName: 'elsewhere.example' });
  const { condition, found } = await inspectLab(directory.place);
  assert.equal(condition.is, 'on');
  assert.equal(found.is, 'elsewhere');
});

test('of two commands on one lab the second waits, and says for whom', async () => {
  await using directory = await openLabDirectory();
  const ctx = createTestContext();
  const release = Promise.withResolvers<undefined>();
  const order: string[] = [];
  const first = withLabLock(ctx, directory.place, { create: true }, async () => {
    order.push('first');
    await release.promise;
  });
  while (order.length === 0) await delay(1);
  const second = withLabLock(ctx, directory.place, { create: true }, () => {
    order.push('second');
    return Promise.resolve();
  });
  while (ctx.events.length === 0) await delay(10);
  const text = `Another raidlab (process ${String(process.pid)}) is working on the lab default: waiting for it.`;
  assert.deepEqual(ctx.events, [{ type: 'remark-made', text }]);
  release.resolve(undefined);
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first', 'second']);
  assert.deepEqual(await readdir(directory.place.hostPath), []);
});

test('who waits too long is told whom for', async () => {
  await using directory = await openLabDirectory();
  const failure = await withLabLock(createTestContext(), directory.place, { create: true }, () =>
    failureOf(withLabLock(createTestContext(), directory.place, { create: true, timeoutMs: 10 }, () => Promise.resolve())),
  );
  assert.ok(failure.reason === 'busy' && failure.pid === process.pid);
});

test('who waited for the lock of a lab that is gone by then is told that, and makes no new one', async () => {
  await using directory = await openLabDirectory();
  await rm(directory.place.hostPath, { recursive: true });
  const failure = await failureOf(withLabLock(createTestContext(), directory.place, { create: false }, () => Promise.resolve()));
  assert.equal(failure.reason, 'no-lab');
  assert.deepEqual(await readdir(join(directory.hostPath, '.raidlab')), []);
});

test('labs are written down where they can be listed from anywhere, each once', async () => {
  await using directory = await openLabDirectory();
  const index = join(directory.hostPath, 'state', 'labs');
  assert.deepEqual(await listRegisteredLabs(index), []);
  const other = planLabPlace(directory.hostPath, 'other');
  for (const place of [other, directory.place, other]) await registerLab(index, place);
  await writeFile(join(index, 'torn.json'), '{"v":1,"hostPa');
  assert.deepEqual(await listRegisteredLabs(index), [directory.place, other]);
  await forgetLab(index, other);
  assert.deepEqual(await listRegisteredLabs(index), [directory.place]);
});
