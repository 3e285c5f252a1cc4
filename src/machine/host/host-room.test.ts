import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { measureHostRoom, parseAvailableMemory } from './host-room.ts';

test('what is available is read, not what is free', () => {
  const meminfo = 'MemTotal:       16384 kB\nMemFree:          100 kB\nMemAvailable:    8192 kB\nBuffers:            0 kB\n';
  assert.equal(parseAvailableMemory(meminfo), 8 * 1024 * 1024);
  assert.equal(parseAvailableMemory('MemTotal: 1 kB\n'), 0);
});

test('this host has room that makes sense', async () => {
  const room = await measureHostRoom(1024);
  assert.ok(room.cores >= 1);
  assert.ok(room.availableMemoryBytes > 0 && room.availableMemoryBytes <= totalmem());
  assert.ok(room.machineMemoryBytes > 1024 ** 3);
});
