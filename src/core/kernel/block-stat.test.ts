import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { meanWriteMs, parseBlockStat } from './block-stat.ts';

// As Linux 6.12 printed it.
const now =
  '     372        0    24466      129      123        6     9120     2460        0      420     2720        0        0        0        0       61      131\n';

test('the counters of a device', () => {
  assert.deepEqual(parseBlockStat(now), {
    reads: 372,
    readBytes: 24_466 * 512,
    readMs: 129,
    writes: 123,
    writtenBytes: 9120 * 512,
    writeMs: 2460,
    flushes: 61,
    flushMs: 131,
  });
});

test('older kernels have no flushes, and no discards', () => {
  const fields = now.trim().split(/ +/);
  for (const count of [11, 15]) {
    const stat = parseBlockStat(`${fields.slice(0, count).join(' ')}\n`);
    assert.deepEqual([stat.writes, stat.flushes, stat.flushMs], [123, null, null]);
  }
});

test('anything else is refused', () => {
  const fields = now.trim().split(/ +/);
  for (const other of [
    '',
    now.trimEnd(),
    `${fields.slice(0, 12).join(' ')}\n`,
    now.replace('372', 'x'),
    `${now}${now}`,
    `${now.trimEnd()} 1\n`,
  ])
    assert.throws(() => parseBlockStat(other), UnknownOutput, JSON.stringify(other));
});

test('the mean time of a write counts what lies between two looks', () => {
  const before = parseBlockStat(now);
  assert.equal(meanWriteMs(before, { ...before, writes: 133, writeMs: 4460 }), 200);
  assert.equal(meanWriteMs(before, before), null);
});
