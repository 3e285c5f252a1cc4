import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepArrayDisks } from './array-disks.ts';
import { createTestContext } from './fixtures/scripted-peer.ts';
import type { DiskSpec } from './machine.ts';
import type { QmpClient } from './qmp/qmp-client.ts';

const disk1: DiskSpec = { serial: 'DISK1', hostPath: '/work/DISK1.img', format: 'raw' };
const disk2: DiskSpec = { serial: 'DISK2', hostPath: '/work/DISK2.img', format: 'raw' };
const disk3: DiskSpec = { serial: 'DISK3', hostPath: '/work/DISK3.qcow2', format: 'qcow2' };

/** A QMP that does everything it is told, writes it down, and refuses what matches. */
function writeDownQmp(refuse?: RegExp): { qmp: QmpClient; said: string[] } {
  const said: string[] = [];
  const qmp = {
    execute: (_ctx: unknown, command: string, args: Readonly<Record<string, string | number>> = {}) => {
      const line = [command, args.id ?? args['node-name'], args['scsi-id']].filter((word) => word !== undefined).join(' ');
      said.push(line);
      return refuse?.test(line) === true ? Promise.reject(new Error(`refused: ${line}`)) : Promise.resolve({});
    },
    expectEvent: () => ({ wait: () => Promise.resolve(), [Symbol.dispose]: () => undefined }),
  } as unknown as QmpClient;
  return { qmp, said };
}

test('a pulled disk keeps its nodes and comes back into its bay', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1, disk2]);
  await disks.pull(createTestContext(), 'DISK1');
  assert.deepEqual(disks.list(), [disk2]);
  await disks.insert(createTestContext(), disk1);
  assert.deepEqual(disks.list(), [disk2, disk1]);
  assert.deepEqual(said, ['device_del DISK1', 'device_add DISK1 0']);
});

test('a new disk gets nodes and a bay of its own', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1, disk2]);
  await disks.pull(createTestContext(), 'DISK1');
  await disks.insert(createTestContext(), disk3);
  assert.deepEqual(said.slice(1), ['blockdev-add DISK3-file', 'blockdev-add DISK3-format', 'device_add DISK3 2']);
  assert.equal(disks.hostPathOfNode('DISK3-format'), disk3.hostPath);
  assert.equal(disks.hostPathOfNode('root-format'), undefined);
});

test('another image under a known serial replaces the nodes', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1]);
  await disks.pull(createTestContext(), 'DISK1');
  await disks.insert(createTestContext(), { ...disk1, hostPath: '/work/other.img' });
  assert.deepEqual(said.slice(1), [
    'blockdev-del DISK1-format',
    'blockdev-del DISK1-file',
    'blockdev-add DISK1-file',
    'blockdev-add DISK1-format',
    'device_add DISK1 0',
  ]);
});

test('what is not there cannot be pulled, what is there cannot be inserted', async () => {
  const disks = keepArrayDisks(writeDownQmp().qmp, [disk1]);
  await assert.rejects(disks.pull(createTestContext(), 'DISK2'), /DISK2 cannot be pulled/);
  await assert.rejects(disks.insert(createTestContext(), disk1), /DISK1 cannot be inserted/);
});

test('a refused image leaves no half of it behind', async () => {
  const { qmp, said } = writeDownQmp(/blockdev-add DISK3-format/);
  const disks = keepArrayDisks(qmp, [disk1]);
  await assert.rejects(disks.insert(createTestContext(), disk3), /refused/);
  assert.equal(said.at(-1), 'blockdev-del DISK3-file');
  assert.deepEqual(disks.list(), [disk1]);
});
