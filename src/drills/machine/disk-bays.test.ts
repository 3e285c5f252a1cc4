import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloadSerial } from '../../core/payload/payload-serial.ts';
import { DiskBays } from './disk-bays.ts';

const disk = (serial: string) => ({ serial, hostPath: `/x/${serial}`, format: 'raw' as const });

test('turned round, every disk but the payload is in another bay, and a pulled one comes back into its own', () => {
  const bays = new DiskBays({ systemHostPath: '/x/system', disks: ['DISK1', 'DISK2', 'DISK3', payloadSerial].map(disk) });
  bays.takeOut('DISK1');
  bays.reverse();
  const inside = () => bays.inside.disks.map(({ serial }) => serial);
  assert.deepEqual(inside(), ['DISK3', 'DISK2', payloadSerial]);
  bays.putBack('DISK1');
  assert.deepEqual(inside(), ['DISK3', 'DISK2', 'DISK1', payloadSerial]);
});
