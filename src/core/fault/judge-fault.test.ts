import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from './fault.ts';
import { judgeFault } from './judge-fault.ts';

const diskSizeBytes = 64 * 1024 * 1024;
const at = [{ offsetBytes: 4096, lengthBytes: 512 }];

const possible: readonly Fault[] = [
  { kind: 'read-errors', disk: 'DISK1' },
  { kind: 'write-errors', disk: 'DISK1', at },
  { kind: 'all-errors', disk: 'DISK1', everyNth: 3, sense: 'aborted-command' },
  { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5 },
  { kind: 'slow-disk', disk: 'DISK1', bytesPerSecond: 1024 },
  { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: diskSizeBytes - 1, lengthBytes: 1 }] },
  { kind: 'header-wipe', disk: 'DISK1', lengthBytes: diskSizeBytes },
];
for (const fault of possible) {
  test(`possible: ${JSON.stringify(fault)}`, () => {
    assert.equal(judgeFault(fault, diskSizeBytes), undefined);
  });
}

const impossible: readonly (readonly [Fault, RegExp])[] = [
  [{ kind: 'read-errors', disk: 'DISK1', at, everyNth: 2 }, /not both/],
  [{ kind: 'read-errors', disk: 'DISK1', everyNth: 0 }, /whole number/],
  [{ kind: 'read-errors', disk: 'DISK1', everyNth: 1.5 }, /whole number/],
  [{ kind: 'read-errors', disk: 'DISK1', at: [] }, /No place/],
  [{ kind: 'write-errors', disk: 'DISK1', at: [{ offsetBytes: -1, lengthBytes: 5 }] }, /5 bytes at -1 is no place/],
  [{ kind: 'all-errors', disk: 'DISK1', at: [{ offsetBytes: diskSizeBytes, lengthBytes: 1 }] }, /beyond the end/],
  [{ kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 0, lengthBytes: 65 * 1024 * 1024 }] }, /beyond the end/],
  [{ kind: 'slow-disk', disk: 'DISK1' }, /needs a number/],
  [{ kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 0.5 }, /whole numbers/],
  [{ kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 0, lengthBytes: 0 }] }, /0 bytes at 0 is no place/],
  [{ kind: 'silent-corruption', disk: 'DISK1', at: Array.from({ length: 4097 }, () => at).flat() }, /At most 4096/],
  [
    { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 0, lengthBytes: 1024 ** 3 + 1 }] },
    /At most 1 GiB is corrupted at once/,
  ],
  [{ kind: 'header-wipe', disk: 'DISK1', lengthBytes: diskSizeBytes + 1 }, /beyond the end/],
];
for (const [fault, why] of impossible) {
  test(`impossible: ${JSON.stringify(fault).slice(0, 120)}`, () => {
    assert.match(judgeFault(fault, diskSizeBytes) ?? '', why);
  });
}

test('more places than QEMU can look through are refused, with the way out', () => {
  const fault: Fault = { kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 1, lengthBytes: 64 * 1024 * 1024 }] };
  assert.match(judgeFault(fault, 1024 ** 3) ?? '', /at most 64 MiB; leave the places out/);
});
