import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { troubleOf } from '../../machine/fixtures/scripted-machine.ts';
import { failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { answerHealthy, mountedAs, recorded } from '../fixtures/healthy-array.ts';
import { openScriptedDrill } from '../fixtures/scripted-drill.ts';
import type { ScriptedDrill, ScriptedPart } from '../fixtures/scripted-drill.ts';
import { examineArray } from './examine-array.ts';

type Otherwise = Readonly<Record<string, Answer | string>>;

async function openMounted(otherwise: Otherwise = {}, part: ScriptedPart = {}, suite = 'trixie'): Promise<ScriptedDrill> {
  const drill = await openScriptedDrill(() => ({ ...part, scripts: [answerHealthy(otherwise, suite)] }));
  await drill.run.boot();
  return drill;
}

const outcomes = async (drill: ScriptedDrill): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await examineArray(drill.run)).map(({ name, outcome }) => [name, outcome]));

const allHeld = { mounted: 'held', profiles: 'held', 'device-stats': 'held', 'kernel-log': 'held' };

for (const suite of ['bookworm', 'trixie']) {
  test(`${suite}: a healthy array holds in all that is looked at on the machine itself, in their order`, async () => {
    await using drill = await openMounted({}, {}, suite);
    const seen = await outcomes(drill);
    assert.deepEqual(seen, allHeld);
    assert.deepEqual(Object.keys(seen), Object.keys(allHeld));
  });
}

const pulled = recorded('btrfs-device-stats-pulled');
const table: readonly (readonly [string, Otherwise, ScriptedPart, Readonly<Record<string, string>>])[] = [
  ['single chunks', { 'btrfs filesystem usage': recorded('btrfs-filesystem-usage-single-chunks') }, {}, { profiles: 'broken' }],
  ['counters', { 'btrfs device stats': pulled }, {}, { 'device-stats': 'broken' }],
  ['a WARNING from btrfs', {}, { troubles: [troubleOf('warning', 'btrfs')] }, { 'kernel-log': 'broken' }],
  ['a stall', {}, { troubles: [troubleOf('stall')] }, { 'kernel-log': 'inconclusive' }],
];

for (const [what, otherwise, part, expected] of table) {
  test(`${what} is seen by its own check and by no other`, async () => {
    await using drill = await openMounted(otherwise, part);
    assert.deepEqual(await outcomes(drill), { ...allHeld, ...expected });
  });
}

const unmounted: readonly (readonly [string, Answer])[] = [
  ['nothing is mounted', { exitCode: 1 }],
  ['it is mounted read-only', { stdout: mountedAs('ro,relatime') }],
];
for (const [what, findmnt] of unmounted) {
  test(`when ${what} the mount is broken and what needs the array is not looked at`, async () => {
    await using drill = await openMounted({ findmnt });
    const unseen = { profiles: 'inconclusive', 'device-stats': 'inconclusive' };
    assert.deepEqual(await outcomes(drill), { ...allHeld, mounted: 'broken', ...unseen });
  });
}

test('what a tool refuses to say or says in unknown words is a failure, never a held check', async () => {
  const refused: readonly (readonly [string, Answer, string])[] = [
    ['findmnt', { exitCode: 1, stdout: 'surprise' }, 'command-failed'],
    ['findmnt', {}, 'output-not-understood'],
    ['btrfs filesystem usage', { exitCode: 1, stderr: 'ERROR' }, 'command-failed'],
    ['btrfs filesystem usage', { stdout: recorded('btrfs-filesystem-usage-healthy').slice(0, 900) }, 'output-not-understood'],
    ['btrfs device stats', { stdout: recorded('btrfs-device-stats-healthy').split('\n').slice(0, 5).join('\n') }, 'output-not-understood'],
  ];
  for (const [command, answer, reason] of refused) {
    await using drill = await openMounted({ [command]: answer });
    assert.equal((await failureOf(examineArray(drill.run))).reason, reason, command);
  }
});

test('trouble of a machine that is off by now still counts', async () => {
  const scripts = [answerHealthy({}, 'trixie')];
  await using drill = await openScriptedDrill((machine) =>
    machine === 'main' ? { scripts, troubles: [troubleOf('warning', 'dm_crypt')], consoleLines: ['an earlier line'] } : { scripts },
  );
  await drill.run.boot();
  await drill.run.crash();
  await drill.run.boot();
  assert.deepEqual(await outcomes(drill), { ...allHeld, 'kernel-log': 'broken' });
});

test('what was forgiven is not judged, and what comes after it is', async () => {
  const scripts = [answerHealthy({}, 'trixie')];
  const part = { scripts, troubles: [troubleOf('warning', 'btrfs')], consoleLines: ['a line'] };
  await using drill = await openScriptedDrill(() => part);
  await drill.run.boot();
  drill.run.forgiveKernelLog('the fault forces it read-only');
  assert.deepEqual(await outcomes(drill), allHeld);
  await drill.run.crash();
  await drill.run.boot();
  assert.deepEqual(await outcomes(drill), { ...allHeld, 'kernel-log': 'broken' });
});

test('nothing that reads or writes the array is typed on the machine itself: that would mend what it examines', async () => {
  await using drill = await openMounted();
  await outcomes(drill);
  assert.deepEqual(
    drill.machines[0]?.typed.map(({ argv }) => argv.slice(0, 3).join(' ')),
    ['findmnt --json --output', 'btrfs filesystem usage', 'btrfs device stats'],
  );
});
