import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../core/failure/failure.ts';
import type { Failure } from '../core/failure/failure.ts';
import type { Check, CheckOutcome, Verdict } from '../core/verdict/verdict.ts';
import { troubleOf } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext } from '../machine/fixtures/scripted-peer.ts';
import { KernelCrash } from '../machine/kernel-crash.ts';
import { CommandRefused } from '../storage/type-command.ts';
import { endDrill, judgeDrill } from './drill-ending.ts';
import type { StepPhase } from './drill.ts';

const refused = new CommandRefused('main', {
  argv: ['mount', '/storage'],
  exitCode: 32,
  stdout: '',
  stderr: 'wrong fs type\n',
  durationMs: 1,
});
const trouble = troubleOf('oops', 'btrfs');
const crash = new KernelCrash('main', trouble);
const checkOf = (outcome: CheckOutcome): Check => ({ name: `a-${outcome}-check`, claim: 'It is so', outcome, evidence: ['seen'] });

/** What a drill comes to that is stopped by an error in a phase, after the given checks. */
async function comeTo(phase: StepPhase, error: Error, checks: Check[] = []) {
  const ctx = createTestContext();
  const ending = await endDrill(ctx, { phase, judged: (check) => checks.push(check) }, () => Promise.reject(error));
  return { ending, checks, events: ctx.events, verdict: judgeDrill(ending, checks) };
}

const failures = {
  qemuEnded: { area: 'machine', reason: 'qemu-ended', machine: 'main', how: 'SIGKILL', waitingFor: 'x', said: '' },
  timedOut: { area: 'guest', reason: 'command-timed-out', machine: 'main', argv: ['x'], limit: { usualMs: 1, factor: 1 } },
  notUnderstood: { area: 'guest', reason: 'output-not-understood', machine: 'main', argv: ['x'], message: 'm' },
  waitTimedOut: { area: 'host', reason: 'wait-timed-out', waitingFor: 'x', limit: { usualMs: 1, factor: 1 }, lastSeen: 'y' },
} satisfies Record<string, Failure>;

const table: readonly (readonly [string, StepPhase, Error, Verdict])[] = [
  ['a refused command', 'build', refused, 'inconclusive'],
  ['a refused command', 'fault', refused, 'inconclusive'],
  ['a refused command', 'repair', refused, 'broken'],
  ['a kernel crash', 'build', crash, 'inconclusive'],
  ['a kernel crash', 'fault', crash, 'crashed'],
  ['a kernel crash', 'repair', crash, 'crashed'],
  ...Object.values(failures).flatMap((failure) =>
    (['build', 'fault', 'repair'] as const).map(
      (phase) => [`${failure.area}/${failure.reason}`, phase, new RaidlabError(failure), 'inconclusive'] as const,
    ),
  ),
];

for (const [what, phase, error, verdict] of table) {
  test(`${what} in a ${phase} step is ${verdict}`, async () => {
    assert.equal((await comeTo(phase, error)).verdict, verdict);
  });
}

test('a refused repair command is a check with the command, its exit code and what it said as evidence', async () => {
  const { checks, ending, events } = await comeTo('repair', refused, [checkOf('held')]);
  assert.deepEqual(ending, {});
  assert.deepEqual([checks.at(-1)?.name, checks.at(-1)?.evidence], ['procedure', ['mount /storage: exit 32', 'wrong fs type']]);
  assert.deepEqual(events, []);
});

test('a refused build command is a failure of the guest that is told', async () => {
  const { ending, events } = await comeTo('build', refused);
  assert.deepEqual(ending.failure, {
    area: 'guest',
    reason: 'command-failed',
    machine: 'main',
    argv: ['mount', '/storage'],
    exitCode: 32,
    said: 'wrong fs type',
  });
  assert.deepEqual(
    events.map(({ type }) => type),
    ['run-failed'],
  );
});

test('a kernel crash keeps its transcript, whatever the checks before it said', async () => {
  const { ending, verdict } = await comeTo('repair', crash, [checkOf('held'), checkOf('broken')]);
  assert.equal(ending.trouble, trouble);
  assert.equal(verdict, 'crashed');
});

test('what was seen broken stays broken when the machine fails afterwards, and what was held proves nothing then', async () => {
  const error = new RaidlabError(failures.qemuEnded);
  assert.equal((await comeTo('repair', error, [checkOf('held'), checkOf('broken')])).verdict, 'broken');
  assert.equal((await comeTo('repair', error, [checkOf('held')])).verdict, 'inconclusive');
});

test('a drill that comes to its end is judged by its checks', async () => {
  const ctx = createTestContext();
  const ending = await endDrill(ctx, { phase: 'repair', judged: () => undefined }, () => Promise.resolve());
  assert.deepEqual(ending, {});
  const verdicts = [[], [checkOf('held')], [checkOf('inconclusive')], [checkOf('inconclusive'), checkOf('broken')]].map((checks) =>
    judgeDrill(ending, checks),
  );
  assert.deepEqual(verdicts, ['inconclusive', 'held', 'inconclusive', 'broken']);
});

test('an interruption is thrown on, whatever came of it', async () => {
  for (const error of [
    new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' }),
    crash,
    refused,
    new RaidlabError(failures.qemuEnded),
  ]) {
    const ctx = createTestContext();
    ctx.abort(new Error('interrupted'));
    await assert.rejects(
      endDrill(ctx, { phase: 'repair', judged: () => assert.fail('no check') }, () => Promise.reject(error)),
      error,
    );
    assert.deepEqual(ctx.events, []);
  }
});

test('what is not about the machine is thrown on: the host, an image, a bug', async () => {
  const errors = [
    new RaidlabError({ area: 'host', reason: 'disk-full', hostPath: '/x', doing: 'y' }),
    new RaidlabError({ area: 'host', reason: 'program-missing', program: 'x', purpose: 'y' }),
    new RaidlabError({ area: 'image', reason: 'mirror-unknown', suite: 'trixie' }),
    new TypeError('a bug'),
  ];
  for (const error of errors) await assert.rejects(comeTo('repair', error), error);
});
