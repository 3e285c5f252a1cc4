import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeReading } from './judge-reading.ts';
import { only, placeOf, read } from './fixtures/read-log.ts';

test('a program’s own fault is no kernel trouble, whatever the architecture prints of it', () => {
  const reading = read(`
[   12.000001] demo[77]: unhandled level 2 translation fault (11) at 0x00000010, esr 0x92000006, in demo[55+1]
[   12.000002] CPU: 1 PID: 77 Comm: demo Not tainted 5.10.1 #1
[   12.000003] pc : 0000aaaac0f1
[   12.000004] traps: demo[78] general protection fault ip:55 sp:7f error:0 in demo[55+1]
[   12.000005] demo[79]: segfault at 10 ip 55 sp 7f error 4 in demo[55+1]
[   12.000006] Code: 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00`);
  assert.deepEqual([reading.troubles, judgeReading(reading, true)], [[], 'quiet']);
});

test('what the loggers of other programs write is not the kernel’s', () => {
  for (const line of [
    '[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6',
    '[Wed Oct 11 14:32:52.123456 2023] [core:error] [pid 35708] BUG: something',
    '2024-01-02 03:04:05,123 ERROR app: Oops: no',
    'Jan  2 03:04:05 box app: INFO: task demo:77 blocked for more than 120 seconds.',
    'I0102 03:04:05.123456 77 main.go:5] Kernel Oops: none',
    '[12345] worker started',
  ]) {
    const reading = read(line);
    assert.deepEqual([reading.troubles, reading.kernelLines, judgeReading(reading, true)], [[], 0, 'unjudged'], line);
  }
});

test('a line that was copied from behind its stamp on is the kernel’s when the rest is', () => {
  const trouble = only(`
BUG: unable to handle kernel paging request at ffffe0f000020000
[   12.000001] PGD 0 P4D 0
[   12.000002] Oops: 0002 [#1] SMP NOPTI
[   12.000003] RIP: 0010:demo+0x9/0x10`);
  assert.match(trouble.what, /^BUG: unable/u);
  assert.equal(placeOf(trouble), 'demo+0x9');
});

test('a bare report in a log with stamps is believed for its facts, and one without facts is a doubt', () => {
  const stamped = '[   12.000001] usb 1-1: new device\n[   12.000002] usb 1-1: gone\n';
  const bare = 'Kernel panic - not syncing: said a program';
  const doubtful = read(`${stamped}${bare}`);
  assert.deepEqual([doubtful.troubles, doubtful.doubtful, judgeReading(doubtful, true)], [[], [bare], 'unjudged']);
  const believed = read(`${stamped}${bare}\nCPU: 1 PID: 77 Comm: demo Not tainted 6.1.1 #1`);
  assert.equal(judgeReading(believed, true), 'crashed');
});

test('netconsole says the release itself', () => {
  assert.equal(
    only('6.1.0-9-amd64,4,100,12000001,-,caller=T77;INFO: task demo:77 blocked for more than 120 seconds.').kernel,
    '6.1.0-9-amd64',
  );
});

test('a page that lost its line ends is read by its stamps', () => {
  const trouble = only(
    '[  12.000001] INFO: task demo:77 blocked for more than 120 seconds. [  12.000002] Tainted: P O 4.4.302+ #72806 [  12.000003] Call Trace: [  12.000004] [<ffffffff81010101>] btrfs_balance+0x1/0x2 [btrfs]',
  );
  assert.deepEqual([trouble.kind, trouble.kernel, trouble.during], ['hung-task', '4.4.302+', 'balance']);
});

test('the kernel that booted last is the kernel of a report that does not name it', () => {
  const trouble = only(`
[    0.000000] Linux version 6.1.0-9-amd64 (builder@box) (gcc 12) #1 SMP
[   12.000001] INFO: task demo:77 blocked for more than 120 seconds.`);
  assert.equal(trouble.kernel, '6.1.0-9-amd64');
});

test('a log of several kernels gives none a name that another had', () => {
  const log = `
[    0.000000] Linux version 6.1.0 (builder@box) (gcc 12) #1 SMP
[  900.000001] INFO: task demo:77 blocked for more than 120 seconds.
[   12.000001] INFO: task demo:78 blocked for more than 120 seconds.`;
  assert.deepEqual(
    read(log).troubles.map(({ kernel }) => kernel),
    ['6.1.0', null],
  );
  const belied = `
[    0.000000] Linux version 6.1.0 (builder@box) (gcc 12) #1 SMP
[   12.000001] INFO: task demo:77 blocked for more than 120 seconds.
[   12.000002]       Not tainted 5.10.1 #1
[   12.000003] INFO: task demo:78 blocked for more than 120 seconds.
[   12.000004] INFO: task demo:79 blocked for more than 120 seconds.`;
  assert.deepEqual(
    read(belied).troubles.map(({ kernel }) => kernel),
    ['5.10.1', null, null],
  );
});

test('the end of a panic is no second panic, however much the other processors say before it', () => {
  const stops = Array.from(
    { length: 30 },
    (_, index) =>
      `[    5.1${String(index).padStart(5, '0')}] CPU${String(index)}: stopping\n[    5.2${String(index).padStart(5, '0')}] CPU: 1 PID: 0 Comm: swapper Not tainted 3.16.0 #1`,
  );
  assert.equal(
    only(`[    5.000000] Kernel panic - not syncing: x\n${stops.join('\n')}\n[    5.300000] ---[ end Kernel panic - not syncing: x`).what,
    'Kernel panic - not syncing: x',
  );
});

test('a filesystem that takes no more writes is told, whichever it is', () => {
  for (const line of [
    'BTRFS info (device sda1): forced readonly',
    'BTRFS error (device sda1: state A): Transaction aborted (error -5)',
    'EXT4-fs (sda1): Remounting filesystem read-only',
    'XFS (dm-0): Corruption of in-memory data (0x8) detected at xfs_demo+0x1/0x2 (fs/xfs/x.c:5).  Shutting down filesystem.',
  ]) {
    assert.deepEqual([only(`[   12.000001] ${line}`).kind, only(line).kind], ['forced-readonly', 'forced-readonly'], line);
  }
});

test('pieces that come late, because others wrote in between, are no second report', () => {
  const { troubles } = read(`
[   12.000001] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [demo:77]
[   12.000002] CPU: 0 PID: 77 Comm: demo Not tainted 6.1.1 #1
[   12.000003] Call Trace:
[   12.000004]  demo+0x1/0x2
[   12.000005] usb 1-1: new device
[   12.000006] CPU: 1 PID: 78 Comm: other Not tainted 6.1.1 #1
[   12.000007] Call Trace:
[   12.000008]  other+0x1/0x2`);
  assert.deepEqual(
    troubles.map(({ kind }) => kind),
    ['soft-lockup'],
  );
});
