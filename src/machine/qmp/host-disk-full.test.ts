import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHostDiskFull } from './host-disk-full.ts';

test("the host's full disk is told from a disk fault", () => {
  // As QEMU 10.0.2 sent it for a scsi-hd with werror=report whose image stood on a full tmpfs.
  const full = {
    device: '',
    'node-name': 'DISK9-format',
    'qom-path': '/machine/peripheral/DISK9',
    reason: 'No space left on device',
    operation: 'write',
    action: 'report',
  };
  assert.equal(isHostDiskFull(full), true);
  assert.equal(isHostDiskFull({ operation: 'write', reason: 'whatever', nospace: true }), true);
  assert.equal(isHostDiskFull({ ...full, reason: 'Input/output error' }), false);
});
