import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineMemory, machinesAtOnce, planJobs } from './plan-jobs.ts';

const gibibyte = 1024 ** 3;
const room = (cores: number, memoryGiB: number): Parameters<typeof machinesAtOnce>[0] => ({
  cores,
  availableMemoryBytes: memoryGiB * gibibyte,
  machineMemoryBytes: 1.25 * gibibyte,
});

test('one machine a core, as many as the memory holds, never none', () => {
  const table: readonly (readonly [cores: number, memoryGiB: number, machines: number])[] = [
    [2, 16, 2],
    [8, 4, 3],
    [8, 2.5, 2],
    [4, 1, 1],
    [1, 64, 1],
    [8, 0, 1],
  ];
  for (const [cores, memoryGiB, machines] of table)
    assert.equal(machinesAtOnce(room(cores, memoryGiB)), machines, `${String(cores)}, ${String(memoryGiB)}`);
});

test('a machine takes its memory and what QEMU needs beside it', () => {
  assert.equal(machineMemory(1024), 1.25 * gibibyte);
});

test('without --jobs as many drills run as there is room for, but no more than there are', () => {
  assert.deepEqual(planJobs(room(4, 16), 10, undefined), { limit: 4, remark: null });
  assert.deepEqual(planJobs(room(4, 16), 3, undefined), { limit: 3, remark: null });
  assert.deepEqual(planJobs(room(4, 2.5), 10, undefined), { limit: 2, remark: null });
});

test('--jobs is obeyed where there is room for it, without a word', () => {
  assert.deepEqual(planJobs(room(4, 16), 10, 1), { limit: 1, remark: null });
  assert.deepEqual(planJobs(room(4, 16), 10, 4), { limit: 4, remark: null });
  assert.deepEqual(planJobs(room(2, 16), 2, 50), { limit: 2, remark: null });
});

test('more than there is room for is lowered, and the remark says why', () => {
  const byCores = planJobs(room(2, 16), 12, 8);
  assert.equal(byCores.limit, 2);
  assert.equal(
    byCores.remark,
    "8 drills at once were asked for, but 2 will run: this host has 2 cores, and machines that share a core disturb each other's timers.",
  );
  assert.match(planJobs(room(1, 16), 12, 8).remark ?? '', /this host has 1 core,/u);
  const byMemory = planJobs(room(8, 4), 12, 8);
  assert.equal(byMemory.limit, 3);
  assert.match(
    byMemory.remark ?? '',
    /8 drills at once were asked for, but 3 will run: 4 GiB of memory are available, and a machine takes 1\.25 GiB\./u,
  );
});
