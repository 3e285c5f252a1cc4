import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext } from '../context.ts';
import type { Guest, RunOptions } from '../guest.ts';
import { stretchGuestLimits } from './stretch-guest-limits.ts';
import { createTimeFactor } from '../time-factor.ts';

async function writtenAt(factor: number): Promise<readonly (readonly [string | undefined, unknown])[]> {
  const written: (readonly [string | undefined, unknown])[] = [];
  const run = (_ctx: unknown, argv: readonly string[], options: RunOptions = {}) => {
    written.push([argv[1], options.input]);
    return Promise.resolve({ argv, exitCode: 0, stdout: '', stderr: '', durationMs: 0 });
  };
  await stretchGuestLimits(createContext({ timeFactor: createTimeFactor(factor) }), { run } as unknown as Guest);
  return written;
}

test('on a usual host the guest is left alone', async () => {
  assert.deepEqual(await writtenAt(1), []);
});

test('on a slow host the kernel of the guest waits longer, within what it takes', async () => {
  const stall = '/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout';
  const hung = '/proc/sys/kernel/hung_task_timeout_secs';
  assert.deepEqual(await writtenAt(2), [
    [hung, '240\n'],
    [stall, '240\n'],
  ]);
  assert.deepEqual(await writtenAt(10), [
    [hung, '1200\n'],
    [stall, '300\n'],
  ]);
});
