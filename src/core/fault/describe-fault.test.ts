import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from './fault.ts';
import { describeFault } from './describe-fault.ts';

const one = [{ offsetBytes: 8192, lengthBytes: 4096 }];
const words: readonly (readonly [Fault, string])[] = [
  [{ kind: 'read-errors', disk: 'DISK1' }, 'read errors'],
  [{ kind: 'write-errors', disk: 'DISK1', at: one }, 'write errors at byte 8192, 4 KiB'],
  [{ kind: 'all-errors', disk: 'DISK1', at: [...one, ...one] }, 'read and write errors at 2 places, 8 KiB'],
  [{ kind: 'read-errors', disk: 'DISK1', everyNth: 10 }, 'read errors, one request in 10'],
  [{ kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5 }, 'slow: 5 requests per second'],
  [{ kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5, bytesPerSecond: 1024 ** 2 }, 'slow: 5 requests per second, 1 MiB per second'],
  [{ kind: 'silent-corruption', disk: 'DISK1', at: one }, 'silent corruption at byte 8192, 4 KiB'],
  [{ kind: 'header-wipe', disk: 'DISK1', lengthBytes: 16 * 1024 ** 2 }, 'the first 16 MiB wiped'],
];
for (const [fault, expected] of words) {
  test(`a fault in words: ${expected}`, () => {
    assert.equal(describeFault(fault), expected);
  });
}
