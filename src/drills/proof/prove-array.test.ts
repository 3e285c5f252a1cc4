import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, CheckOutcome } from '../../core/verdict/verdict.ts';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { answerPayload } from '../../storage/fixtures/payload-answers.ts';
import { answerHealthy, recorded } from '../fixtures/healthy-array.ts';
import { openScriptedDrill } from '../fixtures/scripted-drill.ts';
import type { ScriptedDrill } from '../fixtures/scripted-drill.ts';
import { inOrder, proveArray } from './prove-array.ts';

const check = (name: string, outcome: CheckOutcome = 'held', evidence = 'seen'): Check => ({
  name,
  claim: name,
  outcome,
  evidence: [evidence],
});

test('checks are told in the order of the proof, wherever they were made', () => {
  const told = inOrder(
    ['mounted', 'profiles', 'device-stats', 'kernel-log'].map((name) => check(name)),
    ['files', 'scrub', 'device-stats', 'reboot'].map((name) => check(name)),
    ['leg-alone-DISK1', 'leg-alone-DISK2'].map((name) => check(name)),
  );
  assert.deepEqual(
    told.map(({ name }) => name),
    ['mounted', 'files', 'profiles', 'scrub', 'device-stats', 'kernel-log', 'leg-alone-DISK1', 'leg-alone-DISK2', 'reboot'],
  );
});

test('of two looks at the error counters the worse one counts, whichever it is', () => {
  const told = (before: CheckOutcome, after: CheckOutcome): string | undefined =>
    inOrder([check('device-stats', before, 'before')], [check('device-stats', after, 'after')], [])[0]?.evidence[0];
  assert.equal(told('held', 'held'), 'before');
  assert.equal(told('held', 'broken'), 'after');
  assert.equal(told('broken', 'held'), 'before');
  assert.equal(told('inconclusive', 'held'), 'before');
});

const puttingAway = { umount: {}, 'env DM_DISABLE_UDEV=1 dmsetup remove': {}, 'btrfs device scan': {}, udevadm: {} };

interface Proved {
  readonly outcomes: readonly (readonly [string, string])[];
  /** The machines of the examinations, and the disks that each had at its end. */
  readonly machines: readonly (readonly [string, readonly string[]])[];
  readonly typed: readonly string[];
}

/** Proves the array of a drill of which `others` are under way, too. */
async function prove(others: number, otherwise: Readonly<Record<string, Answer | string>> = {}): Promise<Proved> {
  const answers = answerHealthy({ ...puttingAway, ...otherwise });
  await using drill: ScriptedDrill = await openScriptedDrill(() => ({
    scripts: [answers, (argv, options) => answerPayload(drill.run.promised)(argv, options)],
  }));
  const { run, machines } = drill;
  for (let claim = 0; claim <= others; claim++) run.kit.slots.claim();
  await run.boot();
  const checks: Check[] = [];
  await proveArray(run, (check) => checks.push(check));
  const examined = machines.slice(1);
  return {
    outcomes: checks.map(({ name, outcome }) => [name, outcome] as const),
    machines: examined.map((machine) => [machine.name, machine.disks().map(({ serial }) => serial)]),
    typed: examined.flatMap((machine) => machine.typed.map(({ argv }) => argv.join(' '))),
  };
}

test('where every core is claimed the restarted copy is the only machine: each loss is examined in it, on fresh copies', async () => {
  const { outcomes, machines, typed } = await prove(1);
  assert.ok(outcomes.every(([, outcome]) => outcome === 'held'));
  assert.deepEqual(
    outcomes.map(([name]) => name),
    ['mounted', 'files', 'profiles', 'finished', 'scrub', 'device-stats', 'kernel-log', 'leg-alone-DISK2', 'leg-alone-DISK1', 'reboot'],
  );
  assert.deepEqual(machines, [['reboot', ['DISK1']]]);
  const at = (beginning: string): number => typed.findIndex((line) => line.startsWith(beginning));
  assert.ok(at('btrfs device stats') < at('umount') && at('umount') < at('btrfs device scan --forget'));
  assert.ok(at('btrfs device scan --forget') < at('mount -t btrfs -o degraded,ro'));
});

test('where a core is free a fork loses members beside the restarted copy', async () => {
  const { outcomes, machines } = await prove(0);
  assert.ok(outcomes.every(([, outcome]) => outcome === 'held'));
  assert.deepEqual(machines.map(([name]) => name).toSorted(), ['leg-alone-disk2', 'reboot']);
});

test('where the restarted copy does not hold, or cannot be put away, no loss is examined in it', async () => {
  for (const otherwise of [
    { 'btrfs scrub start': recorded('btrfs-scrub-start-corrected') },
    { 'btrfs device scan --forget': { exitCode: 1 } },
  ]) {
    const { machines } = await prove(1, otherwise);
    const [restarted, ...forks] = machines;
    assert.deepEqual(restarted, ['reboot', ['DISK1', 'DISK2', 'DISK3']]);
    assert.ok(forks.length > 0 && forks.every(([name]) => name.startsWith('leg-alone-')));
  }
});
