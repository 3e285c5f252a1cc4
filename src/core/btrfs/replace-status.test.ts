import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { finishedWithoutErrors, parseReplaceStatus } from './replace-status.ts';
import type { ReplaceStatus } from './replace-status.ts';

const parse = parseReplaceStatus;

function state(wanted: ReplaceStatus['state']): Expectation<ReplaceStatus> {
  return {
    parse,
    check: (status) => {
      assert.equal(status.state, wanted);
      assert.equal(finishedWithoutErrors(status), wanted === 'finished');
      if (status.state === 'started') assert.ok(status.progressPermille > 0 && status.progressPermille < 1000);
      if (status.state === 'never-started') return;
      assert.deepEqual([status.writeErrors, status.uncorrectableReadErrors], [0, 0]);
    },
  };
}

const expected: Readonly<Record<string, Expectation<ReplaceStatus>>> = {
  'btrfs-replace-status-never-started': state('never-started'),
  'btrfs-replace-status-started': state('started'),
  'btrfs-replace-status-canceled': state('canceled'),
  'btrfs-replace-status-finished': state('finished'),
  'btrfs-replace-status-missing-finished': state('finished'),
  // Mounted read-only after the crash: it does not go on, but says that it does.
  'btrfs-replace-status-crashed-replacing': state('started'),
  'btrfs-replace-status-suspended': state('suspended'),
  'btrfs-replace-status-suspended-canceled': state('canceled'),
};

testRecordings('btrfs replace status', isCommand('btrfs', 'replace', 'status'), expected);

test('errors that a replace counted are facts, and it did not finish without errors', () => {
  const status = parse('Started on  1.Dec 00:00:01, finished on 31.Dec 23:59:59, 3 write errs, 4 uncorr. read errs\n');
  assert.deepEqual(status, {
    state: 'finished',
    startedAt: '1.Dec 00:00:01',
    finishedAt: '31.Dec 23:59:59',
    writeErrors: 3,
    uncorrectableReadErrors: 4,
  });
  assert.equal(finishedWithoutErrors(status), false);
});

test('progress is in thousandths', () => {
  assert.deepEqual(parse('22.8% done, 0 write errs, 0 uncorr. read errs\n'), {
    state: 'started',
    progressPermille: 228,
    writeErrors: 0,
    uncorrectableReadErrors: 0,
  });
});
