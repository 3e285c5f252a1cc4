import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalBytes, journalRecordBytes } from '../core/journal/journal-record.ts';
import { createScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import type { Script } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext, failureOf } from '../machine/fixtures/scripted-peer.ts';
import { answerPayload, smallManifest } from './fixtures/payload-answers.ts';
import type { JournalRecord } from './journal.ts';
import { dropCaches, verifyFiles } from './verify-files.ts';
import type { Promised } from './verify-files.ts';

const ctx = createTestContext();
const journal: JournalRecord = {
  segment: 1,
  guestPath: '/storage/journal/segment-1',
  acknowledged: 3,
  recordBytes: journalRecordBytes,
  errors: [],
};
const promised: Promised = {
  trees: ['payload', 'more'].map((tree) => ({ guestPath: `/storage/${tree}`, manifest: smallManifest(tree) })),
  files: [],
  journals: [journal],
  seed: 'seed',
  predictedLosses: [],
  census: null,
  mountPoint: '/storage',
  subvolume: null,
};

const verify = (what: Promised, ...scripts: readonly Script[]) =>
  verifyFiles(ctx, createScriptedMachine([...scripts, answerPayload(what)]).guest, what, '/dev/mapper/crypt-btrfs1');

test('what is there as it was promised has no difference, and how much it was is told', async () => {
  assert.deepEqual(await verify(promised), {
    trees: [
      { guestPath: '/storage/payload', entries: 3, differences: [] },
      { guestPath: '/storage/more', entries: 3, differences: [] },
    ],
    files: [],
    journals: [{ guestPath: journal.guestPath, acknowledged: 3, findings: [] }],
    predictedLosses: [],
    unread: [],
  });
});

test('everything is written out before the caches are dropped, and nothing else is done', async () => {
  const machine = createScriptedMachine([answerPayload(promised)]);
  await dropCaches(ctx, machine.guest);
  assert.deepEqual(
    machine.typed.map(({ argv }) => argv.join(' ')),
    ['sync', 'sysctl --quiet --write vm.drop_caches=3'],
  );
});

test('caches that cannot be dropped stop the proof without a finding: what was read then would prove nothing', async () => {
  const { guest } = createScriptedMachine([([program]) => (program === 'sysctl' ? { exitCode: 1 } : {})]);
  const failure = await failureOf(dropCaches(ctx, guest));
  assert.deepEqual([failure.area, failure.reason], ['guest', 'command-failed']);
});

test('a lost file is missing, and a lost journal says how many records are gone and why', async () => {
  const machine = createScriptedMachine([answerPayload(promised, ['/storage/more/b', journal.guestPath])]);
  const { trees, journals } = await verifyFiles(ctx, machine.guest, promised, '/dev/mapper/crypt-btrfs1');
  assert.deepEqual(
    trees.map(({ differences }) => differences),
    [[], [{ kind: 'missing', path: 'b' }]],
  );
  assert.deepEqual(journals[0]?.findings, [
    `3 of 3 acknowledged records are lost (dd: error reading '${journal.guestPath}': Input/output error)`,
  ]);
});

test('one changed record is one lost record, although dd went well', async () => {
  const bytes = Buffer.from(journalBytes('seed', 1, 3));
  bytes[journalRecordBytes + 100] = 0;
  const { journals } = await verify(promised, ([program, ...args]) => {
    if (program === 'cat') return { stdout: bytes.toString() };
    return program === 'xxhsum' && args.includes('/run/raidlab-acknowledged')
      ? { stdout: `${'0'.repeat(32)}  /run/raidlab-acknowledged\n` }
      : undefined;
  });
  assert.deepEqual(journals[0]?.findings, ['1 of 3 acknowledged records are lost']);
});

test('a copy that cannot be hashed is compared record by record, and is never taken for whole', async () => {
  const { journals } = await verify(promised, ([program, ...args]) => {
    if (program === 'cat') return { exitCode: 1 };
    if (program !== 'xxhsum' || !args.includes('/run/raidlab-acknowledged')) return undefined;
    return { exitCode: 1, stderr: "Error: Could not open '/run/raidlab-acknowledged': No such file or directory.\n" };
  });
  assert.deepEqual(journals[0]?.findings, ['3 of 3 acknowledged records are lost']);
});

test('a writer that was told of no durable record has nothing to be read, and its errors stay findings', async () => {
  const silent = {
    ...promised,
    trees: [],
    journals: [{ ...journal, acknowledged: 0, errors: ['record 0 could not be written (errno 30)'] }],
  };
  const machine = createScriptedMachine([answerPayload(silent)]);
  const { journals } = await verifyFiles(ctx, machine.guest, silent, '/dev/mapper/crypt-btrfs1');
  assert.deepEqual(journals, [{ guestPath: journal.guestPath, acknowledged: 0, findings: ['record 0 could not be written (errno 30)'] }]);
  assert.deepEqual(machine.typed, []);
});

test('output of a reading tool that is not known is no observation', async () => {
  for (const tool of ['find', 'xxhsum', 'getfattr']) {
    const failure = await failureOf(verify(promised, ([program]) => (program === tool ? { stdout: 'a surprise\n' } : undefined)));
    assert.equal(failure.reason, 'output-not-understood', tool);
  }
});

test('single files are read beside the trees, and each is said to be as promised, old, or lost', async () => {
  const paths = ['fresh', 'stale', 'lost'].map((name) => `/storage/images/${name}`);
  const files = paths.map((guestPath) => ({ guestPath, xxh128: 'f'.repeat(32), earlierXxh128s: ['0'.repeat(32)] }));
  const { files: seen } = await verify({ ...promised, trees: [], journals: [], files }, ([program, ...args]) => {
    if (program !== 'xxhsum') return undefined;
    const line = (name: string, digit: string): string =>
      args.includes(`/storage/images/${name}`) ? `${digit.repeat(32)}  /storage/images/${name}\n` : '';
    return {
      exitCode: 1,
      stdout: line('fresh', 'f') + line('stale', '0'),
      stderr: `Error: Could not open '/storage/images/lost': No such file or directory.\n`,
    };
  });
  assert.deepEqual(
    seen.map(({ guestPath }) => guestPath),
    paths,
  );
  assert.equal(seen[0]?.finding, null);
  assert.match(String(seen[1]?.finding), /^old content/u);
  assert.equal(seen[2]?.finding, 'unreadable: No such file or directory');
});
