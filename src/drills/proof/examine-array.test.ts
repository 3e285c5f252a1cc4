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

const allHeld = { mounted: 'held', profiles: 'held', finished: 'held', 'device-stats': 'held', 'kernel-log': 'held' };

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
  [
    'a paused balance',
    { 'btrfs balance status': { exitCode: 1, stdout: recorded('btrfs-balance-status-paused') } },
    {},
    { finished: 'broken' },
  ],
  ['a suspended replace', { 'btrfs replace status': recorded('btrfs-replace-status-suspended') }, {}, { finished: 'broken' }],
  [
    'a reencryption that waits',
    { 'cryptsetup luksDump --dump-json-metadata': '{"config":{"requirements":{"mandatory":["online-reencrypt-v2"]}}}' },
    {},
    { finished: 'broken' },
  ],
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
    const unseen = { profiles: 'inconclusive', finished: 'inconclusive', 'device-stats': 'inconclusive' };
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
    [
      'findmnt --json --output',
      'btrfs filesystem show',
      'btrfs filesystem usage',
      'btrfs scrub status',
      'btrfs replace status',
      'btrfs balance status',
      'cryptsetup luksDump --dump-json-metadata',
      'cryptsetup luksDump --dump-json-metadata',
      'btrfs device stats',
    ],
  );
});

/** What the array lists once DISK3 is in it as devid 3. */
const withThird = recorded('btrfs-filesystem-show-healthy')
  .replace('Total devices 2', 'Total devices 3')
  .replace(/(\tdevid {4}2 .*\n)/u, '$1\tdevid    3 size 1056964608 used 0 path /dev/mapper/crypt-btrfs3\n');
const threeStats = `${recorded('btrfs-device-stats-healthy')}${recorded('btrfs-device-stats-healthy')
  .split('\n')
  .filter((line) => line.includes('crypt-btrfs2'))
  .join('\n')
  .replaceAll('crypt-btrfs2', 'crypt-btrfs3')}\n`;

test('a device that a drill added without a word is a member: the array says so', async () => {
  await using drill = await openMounted({ 'btrfs filesystem show': withThird, 'btrfs device stats': threeStats });
  assert.deepEqual(await outcomes(drill), allHeld);
  assert.deepEqual(
    drill.run.members.map(({ devid, container }) => [devid, container.serial]),
    [
      [1, 'DISK1'],
      [2, 'DISK2'],
      [3, 'DISK3'],
    ],
  );
});

test('what a drill says of the members and the array does not is a finding, and the proof goes by the array', async () => {
  await using drill = await openMounted();
  const [spare] = drill.run.array.spares;
  assert.ok(spare !== undefined);
  drill.run.addMember(3, spare);
  assert.deepEqual(await outcomes(drill), { ...allHeld, members: 'broken' });
  assert.equal(drill.run.members.length, 2);
});

test('a device of the array that is no container of the layout cannot be examined', async () => {
  await using drill = await openMounted({
    'btrfs filesystem show': recorded('btrfs-filesystem-show-healthy').replace('crypt-btrfs2', 'luks-of-mine'),
  });
  assert.deepEqual(await outcomes(drill), { ...allHeld, members: 'inconclusive' });
});
