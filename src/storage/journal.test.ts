import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { createScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import type { Answer, ScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext, failureOf } from '../machine/fixtures/scripted-peer.ts';
import { startJournal } from './journal.ts';
import type { Journal } from './journal.ts';

interface Written extends Disposable {
  readonly machine: ScriptedMachine;
  readonly journal: Journal;
  readonly ctx: ReturnType<typeof createTestContext>;
  /** Ends the writer. */
  readonly end: (answer: Answer) => void;
  /** Loses the machine under the writer. */
  readonly lose: (error: Error) => void;
}

async function startWriting(): Promise<Written> {
  const writer = Promise.withResolvers<Answer>();
  writer.promise.catch(() => undefined);
  const machine = createScriptedMachine([
    ([program]) => {
      if (program === 'mkdir') return {};
      if (program === 'kill') writer.resolve({});
      return program === 'kill' ? {} : writer.promise;
    },
  ]);
  const ctx = createTestContext();
  const journal = await startJournal(ctx, machine, { seed: 's', segment: 2, below: '/storage' });
  return {
    machine,
    journal,
    ctx,
    end: writer.resolve,
    lose: writer.reject,
    [Symbol.dispose]: () => {
      journal[Symbol.dispose]();
    },
  };
}

test('the writer is put into the guest and told where to write, from which seed, and where to report', async () => {
  using written = await startWriting();
  const [[guestPath, content] = ['', '']] = [...written.machine.files];
  assert.match(String(content), /^#!.*perl/u);
  assert.deepEqual(
    written.machine.typed.map(({ argv }) => argv.join(' ')),
    ['mkdir -p /storage/journal', `${guestPath} /storage/journal/segment-2 s 2 /dev/virtio-ports/org.raidlab.journal`],
  );
});

test('only records of this segment, without a gap, count as acknowledged', async () => {
  using written = await startWriting();
  const { machine, journal } = written;
  for (const line of ['durable 2 0', 'durable 1 1', 'durable 2 1', 'durable 2 1', 'failed 2 2 5', 'durable 2 3', 'stopped 2 4'])
    machine.sayJournal(line);
  assert.deepEqual(journal.record(), {
    segment: 2,
    guestPath: '/storage/journal/segment-2',
    acknowledged: 2,
    recordBytes: 2048,
    errors: ['record 2 could not be written (errno 5)'],
  });
});

for (const line of ['durble 2 0', 'durable 2', 'durable 2 -1', 'failed 2 0', 'failed 2 0 x', `durable 2 ${'9'.repeat(100_000)}`]) {
  test(`a line that the writer never says leaves open what is acknowledged: ${line.slice(0, 20)}`, async () => {
    using written = await startWriting();
    const waiting = failureOf(written.journal.waitForMore(written.ctx, 20, 60_000));
    written.machine.sayJournal(line);
    const failure = await waiting;
    assert.ok(
      failure.reason === 'output-not-understood' && failure.message.startsWith(`the port of the live writer said "${line.slice(0, 7)}`),
    );
    assert.ok(failure.message.length < 300);
    assert.equal((await failureOf(written.journal.stop(written.ctx))).reason, 'output-not-understood');
  });
}

test('what others write to the port is not heard', async () => {
  using written = await startWriting();
  for (const line of ['', 'hello', 'x'.repeat(65_536), 'durable 3 0', 'BUG: 1']) written.machine.sayJournal(line);
  written.machine.sayJournal('durable 2 0');
  await written.journal.stop(written.ctx);
  assert.equal(written.journal.record().acknowledged, 1);
  assert.deepEqual(written.journal.record().errors, []);
});

test('of a flood of failed writes the first are told, and how many more there were', async () => {
  using written = await startWriting();
  for (let record = 0; record < 10_000; record += 1) written.machine.sayJournal(`failed 2 ${String(record)} 5`);
  const { errors } = written.journal.record();
  assert.equal(errors.length, 101);
  assert.equal(errors.at(-1), '9900 more could not be written');
});

test('who waits for more records is told when they are there', async () => {
  using written = await startWriting();
  written.machine.sayJournal('durable 2 0');
  let isOver = false;
  const waiting = written.journal.waitForMore(written.ctx, 2, 5000).then(() => (isOver = true));
  written.machine.sayJournal('durable 2 1');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  written.machine.sayJournal('durable 2 2');
  await waiting;
});

test('waiting for records has a deadline, and says how many there were', async () => {
  using written = await startWriting();
  written.machine.sayJournal('durable 2 0');
  const failure = await failureOf(written.journal.waitForMore(written.ctx, 20, 20));
  assert.deepEqual(failure, {
    area: 'host',
    reason: 'wait-timed-out',
    waitingFor: 'the live writer to have 21 records on the array',
    limit: { usualMs: 20, factor: 1 },
    lastSeen: '1 records',
  });
});

test('waiting for records is over at once when machine or writer end', async () => {
  using lost = await startWriting();
  const crash = new Error('kernel of main: Oops');
  const startedMs = performance.now();
  setTimeout(() => {
    lost.lose(crash);
  }, 5);
  await assert.rejects(lost.journal.waitForMore(lost.ctx, 20, 60_000), crash);
  using ended = await startWriting();
  setTimeout(() => {
    ended.end({ exitCode: 2, stderr: 'no such port\n' });
  }, 5);
  const failure = await failureOf(ended.journal.waitForMore(ended.ctx, 20, 60_000));
  assert.ok(failure.reason === 'command-failed' && failure.area === 'guest');
  assert.deepEqual([failure.exitCode, failure.said], [2, 'no such port']);
  assert.ok(performance.now() - startedMs < 5000);
});

test('a write that failed is a finding: nobody waits for the records behind it', async () => {
  using written = await startWriting();
  const waiting = written.journal.waitForMore(written.ctx, 20, 60_000);
  written.machine.sayJournal('failed 2 0 30');
  await waiting;
  assert.deepEqual(written.journal.record().errors, ['record 0 could not be written (errno 30)']);
});

test('the writer is stopped by its own process id, and heard no more once disposed', async () => {
  const written = await startWriting();
  await written.journal.stop(written.ctx);
  assert.deepEqual(written.machine.typed.at(-1)?.argv, ['kill', '-TERM', '4711']);
  written[Symbol.dispose]();
  assert.equal(written.machine.journalListeners(), 0);
});
