import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorFault } from '../../core/fault/fault.ts';
import { formatErrorRules } from './error-rules.ts';

/** The rules in a line each: section, then values in the order of their keys. */
function rulesOf(fault: ErrorFault): readonly string[] {
  return formatErrorRules(fault)
    .trimEnd()
    .split('\n\n')
    .map((rule) => rule.replaceAll(/^\[(.*)\]$|^\w+ = "(.*)"$/gm, '$1$2').replaceAll('\n', ' '));
}

test('the file is what QEMU reads', () => {
  assert.equal(formatErrorRules({ kind: 'read-errors', disk: 'DISK1' }), '[inject-error]\nevent = "none"\niotype = "read"\nerrno = "61"\n');
});

test('a place is one rule a block and kind of request, by its first sector', () => {
  const at = [{ offsetBytes: 4095, lengthBytes: 2 }];
  assert.deepEqual(rulesOf({ kind: 'read-errors', disk: 'DISK1', at }), ['inject-error none read 61 0', 'inject-error none read 61 8']);
  assert.deepEqual(rulesOf({ kind: 'write-errors', disk: 'DISK1', at, sense: 'aborted-command' }), [
    'inject-error none write 5 0',
    'inject-error none write-zeroes 5 0',
    'inject-error none write 5 8',
    'inject-error none write-zeroes 5 8',
  ]);
});

test('flushes fail only with all errors everywhere', () => {
  const all = ['read', 'write', 'write-zeroes', 'discard', 'flush'].map((iotype) => `inject-error none ${iotype} 121`);
  assert.deepEqual(rulesOf({ kind: 'all-errors', disk: 'DISK1' }), all);
  const at = [{ offsetBytes: 0, lengthBytes: 1 }];
  const flushing = [
    ...rulesOf({ kind: 'all-errors', disk: 'DISK1', at }),
    ...rulesOf({ kind: 'all-errors', disk: 'DISK1', everyNth: 2 }),
    ...rulesOf({ kind: 'write-errors', disk: 'DISK1' }),
    ...rulesOf({ kind: 'read-errors', disk: 'DISK1' }),
  ].filter((rule) => rule.includes('flush'));
  assert.deepEqual(flushing, []);
});

test('each third request: three states in a ring, an error in the last, none from the first on', () => {
  assert.deepEqual(rulesOf({ kind: 'read-errors', disk: 'DISK1', everyNth: 3 }), [
    'set-state read_aio 1 2',
    'set-state read_aio 2 3',
    'set-state read_aio 3 1',
    'inject-error read_aio 1 read 0',
    'inject-error read_aio 3 read 61',
  ]);
  assert.deepEqual(rulesOf({ kind: 'write-errors', disk: 'DISK1', everyNth: 1 }), [
    'set-state write_aio 1 1',
    'inject-error write_aio 1 write 121',
  ]);
});
