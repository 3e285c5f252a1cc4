import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { btrfsComplaints } from './complaints.ts';
import { parseConsoleLine } from './console-line.ts';

const recorded = new URL('../../../test/recorded/kernel/', import.meta.url);

test('each complaint of the storage layers is seen, with its layer and its severity', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['BTRFS info (device dm-2 state EA): forced readonly', 'btrfs', 'critical'],
    ['BTRFS: Transaction aborted (error -5)', 'btrfs', 'critical'],
    ['BTRFS critical (device dm-1): corrupt leaf: root=2 block=1 slot=0', 'btrfs', 'critical'],
    ['BTRFS error (device dm-1): bdev /dev/mapper/crypt-btrfs2 errs: wr 18, rd 0, flush 1, corrupt 0, gen 0', 'btrfs', 'error'],
    ['BTRFS: error (device dm-0 state A) in btrfs_commit_transaction:2487: errno=-5 IO failure', 'btrfs', 'error'],
    ['BTRFS error (device dm-1): unable to fixup (regular) error at logical 298844160 on dev /dev/dm-1', 'btrfs', 'error'],
    ['BTRFS error (device dm-1): fixed up error at logical 298844160 on dev /dev/dm-1', 'btrfs', 'warning'],
    ['BTRFS info (device dm-1): read error corrected: ino 257 off 0 (dev /dev/mapper/c sector 20480)', 'btrfs', 'warning'],
    ['BTRFS warning (device dm-1): devid 2 uuid 8b is missing', 'btrfs', 'warning'],
    ['BTRFS: open /dev/mapper/crypt-btrfs1 failed', 'btrfs', 'error'],
    ['BTRFS: bdev /dev/sdb errs: wr 1, rd 0, flush 0, corrupt 0, gen 0', 'btrfs', 'error'],
    ['device-mapper: ioctl: error adding target to table', 'device-mapper', 'error'],
    ['device-mapper: table: 254:0: crypt: Device lookup failed (-ENOENT)', 'device-mapper', 'error'],
    ['device-mapper: crypt: dm-0: INTEGRITY AEAD ERROR, sector 8', 'device-mapper', 'error'],
    ['I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2', 'block', 'error'],
    ['blk_update_request: I/O error, dev sdb, sector 10959926512 op 0x1:(WRITE) flags 0x1000 phys_seg 1 prio class 0', 'block', 'error'],
    ['critical medium error, dev sda, sector 2048 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2', 'block', 'error'],
    ['end_request: I/O error, dev sdb, sector 12', 'block', 'error'],
    ['Buffer I/O error on dev dm-0, logical block 0, async page read', 'block', 'error'],
    ['sd 0:0:2:0: [sdb] Synchronize Cache(10) failed: Result: hostbyte=DID_BAD_TARGET driverbyte=DRIVER_OK', 'scsi', 'error'],
    ['sd 0:0:2:0: [sdb] tag#12 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK cmd_age=0s', 'scsi', 'error'],
    ['sd 0:0:2:0: [sdb] tag#12 Sense Key : Medium Error [current]', 'scsi', 'error'],
    ['sd 0:0:2:0: rejecting I/O to offline device', 'scsi', 'error'],
  ];
  for (const [text, layer, severity] of table) {
    const [complaint] = btrfsComplaints([`[  12.345678] ${text}\r`]);
    assert.deepEqual([complaint?.layer, complaint?.severity, complaint?.text, complaint?.atSeconds], [layer, severity, text, 12.345678]);
  }
});

test('what storage says on a good day is no complaint', () => {
  const lines = [
    'BTRFS: device label storage devid 1 transid 8 /dev/mapper/crypt-btrfs1 (254:0) scanned by mount (312)',
    'BTRFS info (device dm-0): first mount of filesystem 1ef4cb5e',
    'BTRFS info (device dm-0): using crc32c (crc32c-intel) checksum algorithm',
    'BTRFS info (device dm-0): dev_replace from <missing disk> (devid 1) to /dev/mapper/crypt-btrfs3 started',
    'BTRFS info (device dm-0): balance: ended with status: 0',
    'BTRFS info (device dm-0): scrub: finished on devid 1 with status: 0',
    'device-mapper: uevent: version 1.0.3',
    'device-mapper: ioctl: 4.48.0-ioctl (2023-03-01) initialised: dm-devel@lists.linux.dev',
    'sd 0:0:2:0: [sdb] Attached SCSI disk',
    'sd 0:0:2:0: [sdb] 2097152 512-byte logical blocks: (1.07 GB/1.00 GiB)',
    'scsi host0: Virtio SCSI HBA',
    'scsi 0:0:1:0: Direct-Access     QEMU     QEMU HARDDISK    2.5+ PQ: 0 ANSI: 5',
  ];
  assert.deepEqual(btrfsComplaints(lines.map((line) => `[    1.000000] ${line}`)), []);
});

test('a filesystem that stopped writing is told apart from one that lost a device', () => {
  const error = '[    2.000000] I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2';
  const stopped = [
    'BTRFS info (device dm-2 state E): forced readonly',
    'BTRFS info (device sdb): forced readonly',
    'BTRFS: Transaction aborted (error -28)',
    'BTRFS warning (device dm-0): Skipping commit of aborted transaction.',
  ];
  assert.deepEqual(
    btrfsComplaints([error, ...stopped.map((text) => `[    3.000000] ${text}`)]).map((complaint) => complaint.stopsWriting),
    [false, true, true, true, true],
  );
});

test('the log before the first oops complains of the device that could not be opened', () => {
  const lines = readFileSync(new URL('kernel-3.16-replace-oops.dmesg.txt', recorded), 'utf8').split('\n');
  assert.deepEqual(
    btrfsComplaints(lines).map((complaint) => [complaint.severity, complaint.text]),
    [['error', 'BTRFS: open /dev/mapper/crypt-btrfs1 failed']],
  );
});

test('a console line comes apart into stamp, caller and text', () => {
  assert.deepEqual(parseConsoleLine('[ 1414.906892] BTRFS: open failed\r'), {
    text: 'BTRFS: open failed',
    atSeconds: 1414.906892,
    caller: null,
  });
  assert.deepEqual(parseConsoleLine('[    0.000000][    C0]  indented'), { text: ' indented', atSeconds: 0, caller: 'C0' });
  assert.deepEqual(parseConsoleLine('[  163.237803][ T2833] x'), { text: 'x', atSeconds: 163.237803, caller: 'T2833' });
  assert.deepEqual(parseConsoleLine('\u001b[32mok\u001b[0m \u001b]0;title\u0007login: '), {
    text: 'ok login:',
    atSeconds: null,
    caller: null,
  });
  assert.deepEqual(parseConsoleLine('half a line[    2.000000] kernel'), { text: 'kernel', atSeconds: 2, caller: null });
});
