import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseBalanceStart } from './balance-start.ts';
import type { BalanceResult } from './balance-start.ts';

const mine = recordings.filter(({ argv }) => isCommand('btrfs', 'balance', 'start')(argv));

const expected: Readonly<Record<string, (result: BalanceResult) => void>> = {
  'btrfs-balance-start-done': relocated((chunks) => chunks > 0),
  'btrfs-balance-start-soft': relocated((chunks) => chunks > 0),
  'btrfs-balance-start-soft-again': relocated((chunks) => chunks === 0),
  'btrfs-balance-start-full': (result) => {
    // It depends on where the kernel put the chunks before whether this one fits.
    if (result.outcome !== 'done') assert.deepEqual(result, { outcome: 'failed', reason: 'No space left on device' });
  },
  'btrfs-balance-start-canceled': outcome({ outcome: 'canceled' }),
  'btrfs-balance-start-paused': outcome({ outcome: 'paused' }),
  'btrfs-balance-start-invalid': outcome({ outcome: 'failed', reason: 'Invalid argument' }),
  'btrfs-balance-start-unmounted': (result) => {
    assert.ok(result.outcome === 'failed' && result.reason.startsWith('not a btrfs filesystem: /'));
  },
};

function outcome(wanted: BalanceResult): (result: BalanceResult) => void {
  return (result) => {
    assert.deepEqual(result, wanted);
  };
}

function relocated(right: (chunks: number) => boolean): (result: BalanceResult) => void {
  return (result) => {
    assert.ok(result.outcome === 'done' && right(result.relocatedChunks) && result.consideredChunks > result.relocatedChunks);
  };
}

test('every recording of btrfs balance start has its facts asserted, and every fact a recording', () => {
  assert.deepEqual([...new Set(mine.map(({ name }) => name))].sort(), Object.keys(expected).sort());
});

for (const { suite, name, stdout, stderr, exitCode } of mine) {
  test(`${suite}: ${name} gives its facts`, () => {
    expected[name]?.(parseBalanceStart(stdout, stderr));
  });

  test(`${suite}: ${name} cut short anywhere is refused or the same`, () => {
    const whole = parseBalanceStart(stdout, stderr);
    for (let length = 0; length < stdout.length; length++) assertSameOrRefused(stdout.slice(0, length), stderr, whole);
    for (let length = 0; length < stderr.length; length++) assertSameOrRefused(stdout, stderr.slice(0, length), whole);
  });

  test(`${suite}: ${name} with an unknown line anywhere is refused`, () => {
    for (const [out, err] of [
      [`?\n${stdout}`, stderr],
      [`${stdout}?\n`, stderr],
      [stdout, `?\n${stderr}`],
      [stdout, `${stderr}?\n`],
    ] as const) {
      assert.throws(() => parseBalanceStart(out, err), UnknownOutput);
    }
  });

  test(`${suite}: ${name} exits 0 unless it failed`, () => {
    assert.equal(exitCode !== 0, parseBalanceStart(stdout, stderr).outcome === 'failed');
  });
}

function assertSameOrRefused(stdout: string, stderr: string, whole: BalanceResult): void {
  let parsed: BalanceResult;
  try {
    parsed = parseBalanceStart(stdout, stderr);
  } catch (error) {
    assert.ok(error instanceof UnknownOutput);
    return;
  }
  assert.deepEqual(parsed, whole);
}
