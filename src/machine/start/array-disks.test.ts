import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepArrayDisks } from './array-disks.ts';
import { keepFaultChains } from '../faults/fault-chains.ts';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import type { DiskSpec } from '../machine.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';

const disk1: DiskSpec = { serial: 'DISK1', hostPath: '/work/DISK1.img', format: 'raw' };
const disk2: DiskSpec = { serial: 'DISK2', hostPath: '/work/DISK2.img', format: 'raw' };
const disk3: DiskSpec = { serial: 'DISK3', hostPath: '/work/DISK3.qcow2', format: 'qcow2' };

const slow = { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5 } as const;

/** A QMP that does everything it is told, writes it down, and refuses what matches. */
function writeDownQmp(refuse?: RegExp): { qmp: QmpClient; said: string[]; drives: unknown[] } {
  const said: string[] = [];
  /** What each device was given as its drive. */
  const drives: unknown[] = [];
  const qmp = {
    execute: (_ctx: unknown, command: string, args: Readonly<Record<string, string | number>> = {}) => {
      const line = [command, args.id ?? args['node-name'], args['scsi-id']].filter((word) => word !== undefined).join(' ');
      said.push(line);
      if (command === 'device_add') drives.push(args.drive);
      return refuse?.test(line) === true ? Promise.reject(new Error(`refused: ${line}`)) : Promise.resolve({});
    },
    expectEvent: () => ({ wait: () => Promise.resolve(), [Symbol.dispose]: () => undefined }),
  } as unknown as QmpClient;
  return { qmp, said, drives };
}

test('a pulled disk keeps its nodes and comes back into its bay', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1, disk2], keepFaultChains(qmp, '/scratch'));
  await disks.pull(createTestContext(), 'DISK1');
  assert.deepEqual(disks.list(), [disk2]);
  await disks.insert(createTestContext(), disk1);
  assert.deepEqual(disks.list(), [disk2, disk1]);
  assert.deepEqual(said, ['device_del DISK1', 'device_add DISK1 0']);
});

test('a new disk gets nodes and a bay of its own', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1, disk2], keepFaultChains(qmp, '/scratch'));
  await disks.pull(createTestContext(), 'DISK1');
  await disks.insert(createTestContext(), disk3);
  assert.deepEqual(said.slice(1), ['blockdev-add DISK3-file', 'blockdev-add DISK3-format', 'device_add DISK3 2']);
  assert.equal(disks.hostPathOfNode('DISK3-format'), disk3.hostPath);
  assert.equal(disks.hostPathOfNode('root-format'), undefined);
});

test('disks sit in the bays that they are said to, and a new one takes the first that is free', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [{ ...disk2, bay: 1 }], keepFaultChains(qmp, '/scratch'));
  await disks.insert(createTestContext(), disk1);
  await disks.insert(createTestContext(), disk3);
  assert.deepEqual(disks.bays(), [
    { serial: 'DISK2', bay: 1 },
    { serial: 'DISK1', bay: 0 },
    { serial: 'DISK3', bay: 2 },
  ]);
  assert.ok(said.includes('device_add DISK1 0') && said.includes('device_add DISK3 2'));
  await disks.pull(createTestContext(), 'DISK2');
  assert.deepEqual(
    disks.bays().map(({ serial }) => serial),
    ['DISK1', 'DISK3'],
  );
});

test('another image under a known serial replaces the nodes', async () => {
  const { qmp, said } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1], keepFaultChains(qmp, '/scratch'));
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

test('a disk comes back with its faults, and another image in its place is another disk', async () => {
  const { qmp, said, drives } = writeDownQmp();
  const chains = keepFaultChains(qmp, '/scratch');
  const disks = keepArrayDisks(qmp, [disk1], chains);
  await chains.replace(createTestContext(), 'DISK1', [slow], true);
  const drive = chains.driveOf('DISK1');
  assert.equal(disks.hostPathOfNode(drive), disk1.hostPath);
  await disks.pull(createTestContext(), 'DISK1');
  await disks.insert(createTestContext(), disk1);
  assert.equal(drives.at(-1), drive);
  await disks.pull(createTestContext(), 'DISK1');
  said.length = 0;
  await disks.insert(createTestContext(), { ...disk1, hostPath: '/work/other.img' });
  assert.deepEqual(said.slice(0, 4), [
    `blockdev-del ${drive}`,
    `object-del ${drive}`,
    'blockdev-del DISK1-format',
    'blockdev-del DISK1-file',
  ]);
  assert.equal(drives.at(-1), 'DISK1-format');
});

test('what is not there cannot be pulled, what is there cannot be inserted', async () => {
  const { qmp } = writeDownQmp();
  const disks = keepArrayDisks(qmp, [disk1], keepFaultChains(qmp, '/scratch'));
  await assert.rejects(disks.pull(createTestContext(), 'DISK2'), /DISK2 cannot be pulled/);
  await assert.rejects(disks.insert(createTestContext(), disk1), /DISK1 cannot be inserted/);
});

test('a refused image leaves no half of it behind', async () => {
  const { qmp, said } = writeDownQmp(/blockdev-add DISK3-format/);
  const disks = keepArrayDisks(qmp, [disk1], keepFaultChains(qmp, '/scratch'));
  await assert.rejects(disks.insert(createTestContext(), disk3), /refused/);
  assert.equal(said.at(-1), 'blockdev-del DISK3-file');
  assert.deepEqual(disks.list(), [disk1]);
});
