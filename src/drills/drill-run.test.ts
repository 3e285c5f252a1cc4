import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleProgram } from '../core/array/array-sample.ts';
import { command } from '../core/plan/command.ts';
import { answerFrom, troubleOf } from '../machine/fixtures/scripted-machine.ts';
import type { Answer, Script } from '../machine/fixtures/scripted-machine.ts';
import { CommandRefused } from '../storage/type-command.ts';
import { openScriptedDrill } from './fixtures/scripted-drill.ts';
import { recorded } from './fixtures/healthy-array.ts';
import { typeReplace } from './steps/type-replace.ts';

const writer = Promise.withResolvers<Answer>();
const scripts: readonly Script[] = [
  answerFrom({
    true: {},
    false: { exitCode: 1, stderr: 'no\n' },
    tee: {},
    mkdir: {},
    kill: {},
    udevadm: {},
    [sampleProgram]: { exitCode: 1 },
  }),
  ([program]) => (program === '/run/raidlab-journal-writer' ? writer.promise : undefined),
];
writer.resolve({});

test('a machine that is off, or on already, is a bug of the drill', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  const { run } = drill;
  assert.equal(run.isOn, false);
  assert.throws(() => run.guest, /the machine is off/u);
  await run.boot();
  assert.equal(run.isOn, true);
  await assert.rejects(run.boot(), /on already/u);
});

test('what is typed is announced as one would type it; what only looks is an observation', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  const { run, events } = drill;
  await run.boot();
  await run.type({ argv: ['tee', '-a', '/etc/fstab'], stdin: 'a line\n' });
  assert.deepEqual(events.at(-1), {
    type: 'command-typed',
    machine: 'main',
    argv: ['tee', '-a', '/etc/fstab'],
    command: "tee -a /etc/fstab <<< 'a line'",
  });
  await assert.rejects(run.type(command('false')), CommandRefused);
  assert.equal((await run.try(command('false'))).exitCode, 1);
  await run.look(command('false', 'x'), ({ exitCode }) => `it says ${String(exitCode)}`);
  assert.deepEqual(events.at(-1), { type: 'observation-made', source: 'false x', exitCode: 1, said: 'no', meaning: 'it says 1' });
});

test('a restart is a new machine from the same disks; what the consoles showed stays', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts, consoleLines: ['a line'], troubles: [troubleOf('warning')] }));
  const { run, specs, machines } = drill;
  await run.boot();
  await run.pullDisk('DISK1');
  await run.shutdown();
  await run.boot();
  assert.deepEqual(
    specs.map(({ name, disks }) => [name, disks.map(({ serial }) => serial)]),
    [
      ['main', ['DISK1', 'DISK2', 'DISK3']],
      ['main-2', ['DISK2', 'DISK3']],
    ],
  );
  await run.crash();
  assert.deepEqual(
    machines.map(({ ends }) => ends),
    [
      ['shutdown', 'dispose'],
      ['crash', 'dispose'],
    ],
  );
  assert.deepEqual([run.kernelLog.consoleLines.length, run.kernelLog.troubles.length], [2, 2]);
});

test('a pulled disk is an event, and one that is put in is there after the next restart', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  const { run, events, specs } = drill;
  await run.boot();
  await run.pullDisk('DISK1');
  assert.deepEqual(events.at(-1), { type: 'fault-injected', machine: 'main', fault: 'disk-pull', disk: 'DISK1', bytes: null });
  await run.insertDisk('DISK1');
  await run.shutdown();
  await run.boot();
  assert.deepEqual(
    specs.at(-1)?.disks.map(({ serial }) => serial),
    ['DISK1', 'DISK2', 'DISK3'],
  );
});

test('what the writer was told is durable is promised after an orderly stop and after a power cut, each segment by itself', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  const { run, machines } = drill;
  await run.boot();
  await run.startJournal();
  machines[0]?.sayJournal('durable 1 0');
  await run.waitForJournal(0);
  await run.shutdown();
  await run.boot();
  await run.startJournal();
  for (const line of ['durable 2 0', 'durable 2 1']) machines[1]?.sayJournal(line);
  await run.crash();
  assert.deepEqual(
    run.promised.journals.map(({ segment, acknowledged }) => [segment, acknowledged]),
    [
      [1, 1],
      [2, 2],
    ],
  );
  assert.deepEqual(
    machines.map((machine) => machine.journalListeners()),
    [0, 0],
  );
});

test('only trees that were written are promised', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  assert.deepEqual(
    drill.run.promised.trees.map(({ manifest }) => manifest.directory),
    ['payload'],
  );
  drill.run.writtenTrees.push({ tree: 'written-degraded', guestPath: '/storage/written-degraded' });
  assert.deepEqual(
    drill.run.promised.trees.map(({ manifest }) => manifest.directory),
    ['payload', 'written-degraded'],
  );
});

/** A drill in the middle of a replace that ends as told. */
async function replace(ended: () => Promise<Answer>, status = recorded('btrfs-replace-status-started')) {
  const drill = await openScriptedDrill(() => ({
    scripts: [answerFrom({ 'btrfs replace status': status }), (argv) => (argv[2] === 'start' ? ended() : undefined)],
  }));
  await drill.run.boot();
  const [spare] = drill.run.array.spares;
  assert.ok(spare !== undefined);
  return { drill, spare, work: typeReplace(drill.run, 1, spare), [Symbol.asyncDispose]: () => drill[Symbol.asyncDispose]() };
}

test('a replace that goes through puts the spare in the place of the lost member, under its devid', async () => {
  await using replacing = await replace(() => Promise.resolve({}));
  const { drill, spare, work } = replacing;
  await work;
  assert.deepEqual(
    drill.run.members.map(({ devid, container }) => [devid, container.serial]),
    [
      [1, 'DISK3'],
      [2, 'DISK2'],
    ],
  );
  assert.deepEqual(drill.machines[0]?.typed.at(-1)?.argv, [
    'btrfs',
    'replace',
    'start',
    '-B',
    '-f',
    '1',
    spare.mappingGuestDevice,
    '/storage',
  ]);
});

test('a refused replace changes no member', async () => {
  await using replacing = await replace(() => Promise.resolve({ exitCode: 1, stderr: 'ERROR: target too small' }));
  const { drill, work } = replacing;
  await assert.rejects(work, CommandRefused);
  assert.deepEqual(
    drill.run.members.map(({ container }) => container.serial),
    ['DISK1', 'DISK2'],
  );
});

test('a replace that takes its time says how far it is', async () => {
  const ended = Promise.withResolvers<Answer>();
  await using replacing = await replace(() => ended.promise);
  const { drill, work } = replacing;
  setTimeout(() => {
    ended.resolve({});
  }, 1200);
  await work;
  const progress = drill.events.filter((event) => event.type === 'progress-made');
  assert.ok(progress.length >= 1);
  assert.ok(progress.every(({ what, fraction }) => what === 'btrfs replace' && fraction !== null && fraction > 0 && fraction < 1));
});

test('a machine that dies during a replace is its own error', async () => {
  const dead = new Error('kernel of main: Oops');
  await using replacing = await replace(() => Promise.reject(dead));
  await assert.rejects(replacing.work, dead);
});

test('a successor for a devid that no member has is a bug of the drill', async () => {
  await using drill = await openScriptedDrill(() => ({ scripts }));
  const [spare] = drill.run.array.spares;
  assert.ok(spare !== undefined);
  assert.throws(() => {
    drill.run.replaceMember(9, spare);
  }, /no member has devid 9/u);
});
