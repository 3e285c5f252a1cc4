import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTroubles } from './observe-console-line.ts';
import { isCrash } from './trouble.ts';
import type { KernelTrouble } from './trouble.ts';

/*
 * Formats that could not be recorded here: kernels before 4.10, caller ids, stalls. Written after the kernel's own format strings
 * (named at each test), with made-up addresses.
 */

function only(log: string): KernelTrouble {
  const troubles = findTroubles(log.trim().split('\n'));
  assert.equal(troubles.length, 1, troubles.map((trouble) => trouble.what).join(' | '));
  const [trouble] = troubles;
  assert.ok(trouble);
  return trouble;
}

test('a hung task of 3.16 is recognised (check_hung_task in kernel/hung_task.c)', () => {
  const trouble = only(`
[  360.184012] INFO: task btrfs-transacti:412 blocked for more than 120 seconds.
[  360.184319]       Tainted: G           O  3.16.0-4-amd64 #1
[  360.184561] "echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
[  360.184803] btrfs-transacti D ffff88003b8a5b48     0   412      2 0x00000000
[  360.185102]  ffff88003b8a56f0 0000000000000046 0000000000012f40 ffff88003b807fd8
[  360.185388]  0000000000012f40 ffff88003b8a56f0 ffff88003fc137d0 ffff88003ffd7300
[  360.185651] Call Trace:
[  360.185812]  [<ffffffff8151758d>] ? io_schedule+0x9d/0x130
[  360.186011]  [<ffffffffa01e2b4a>] ? scrub_stripe+0x3aa/0x1190 [btrfs]
[  360.186224]  [<ffffffffa0171e15>] ? btrfs_commit_transaction+0x2c5/0x9c0 [btrfs]
[  360.186472]  [<ffffffff81088add>] ? kthread+0xbd/0xe0
[  361.000000] BTRFS info (device dm-1): disk space caching is enabled
`);
  assert.equal(trouble.kind, 'hung-task');
  assert.deepEqual(trouble.process, { name: 'btrfs-transacti', pid: 412 });
  assert.equal(trouble.kernel, '3.16.0-4-amd64');
  assert.equal(trouble.during, 'scrub');
  assert.equal(trouble.trace.length, 4);
  assert.match(trouble.transcript.at(-1) ?? '', /kthread/u, 'the line of another is not part of it');
});

test('a hung task that waits for I/O is recognised (since 6.19)', () => {
  const trouble = only(`
[  245.760001] INFO: task btrfs-devrepl:1312 blocked in I/O wait for more than 122 seconds.
[  245.760101]       Not tainted 6.19.3-cloud-amd64 #1 Debian 6.19.3-1
[  245.760201] task:btrfs-devrepl   state:D stack:0     pid:1312  tgid:1312  ppid:2      task_flags:0x208040 flags:0x00080000
[  245.760301] Call Trace:
[  245.760302]  <TASK>
[  245.760303]  __schedule+0x52a/0x1080
[  245.760304]  btrfs_rm_dev_replace_blocked+0x8a/0xc0 [btrfs]
[  245.760305]  btrfs_dev_replace_finishing+0x59a/0x790 [btrfs]
[  245.760306]  </TASK>
[  245.760307] INFO: task kworker/u4:1:31 is blocked on a mutex likely owned by task btrfs-devrepl:1312.
`);
  assert.equal(trouble.kind, 'hung-task');
  assert.deepEqual(trouble.process, { name: 'btrfs-devrepl', pid: 1312 });
  assert.equal(trouble.during, 'device replace');
});

test('BUG() of 3.16 with its register dump is one report (report_bug in lib/bug.c, show_regs in arch/x86)', () => {
  const trouble = only(`
[  512.000001] ------------[ cut here ]------------
[  512.000002] kernel BUG at /build/linux-hEVYOL/linux-3.16.43/fs/btrfs/relocation.c:4401!
[  512.000003] invalid opcode: 0000 [#1] SMP
[  512.000004] Modules linked in: btrfs xor raid6_pq dm_crypt dm_mod
[  512.000005] CPU: 0 PID: 907 Comm: btrfs-balance Not tainted 3.16.0-4-amd64 #1 Debian 3.16.43-2+deb8u2
[  512.000006] Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2 04/01/2014
[  512.000007] task: ffff88003d1ce210 ti: ffff88003cdfc000 task.ti: ffff88003cdfc000
[  512.000008] RIP: 0010:[<ffffffffa01bc33b>]  [<ffffffffa01bc33b>] btrfs_reloc_cow_block+0x1eb/0x230 [btrfs]
[  512.000009] RSP: 0018:ffff88003cdff7e0  EFLAGS: 00010202
[  512.000010] Stack:
[  512.000011]  ffff88003bde7000 ffffffffa01df3f3 ffff88003bde7100 ffff88003bde7e38
[  512.000012] Call Trace:
[  512.000013]  [<ffffffffa01398c1>] ? update_ref_for_cow+0x241/0x380 [btrfs]
[  512.000014]  [<ffffffffa0139da1>] __btrfs_cow_block+0x3a1/0x520 [btrfs]
[  512.000015]  [<ffffffffa01b1234>] btrfs_balance+0x8c4/0xe20 [btrfs]
[  512.000016] Code: 41 5c 41 5d 41 5e 41 5f c3 <0f> 0b 0f 0b
[  512.000017] RIP  [<ffffffffa01bc33b>] btrfs_reloc_cow_block+0x1eb/0x230 [btrfs]
[  512.000018]  RSP <ffff88003cdff7e0>
[  512.000019] ---[ end trace 1234567890abcdef ]---
[  512.000020] Kernel panic - not syncing: Fatal exception
[  512.000021] ---[ end Kernel panic - not syncing: Fatal exception
[  512.000022] BTRFS info (device dm-1): not part of it
`);
  assert.equal(trouble.kind, 'bug');
  assert.match(trouble.what, /^kernel BUG at .*relocation\.c:4401!$/u);
  assert.deepEqual(trouble.at, { function: 'btrfs_reloc_cow_block', offset: '0x1eb', module: 'btrfs' });
  assert.deepEqual(
    trouble.trace.map((entry) => entry.uncertain),
    [true, false, false],
  );
  assert.equal(trouble.during, 'balance');
  assert.match(trouble.transcript.at(0) ?? '', /cut here/u);
  assert.match(trouble.transcript.at(-1) ?? '', /end Kernel panic/u);
});

test('caller ids are no part of the message (CONFIG_PRINTK_CALLER)', () => {
  const trouble = only(`
[163127.237803][ T2833] ------------[ cut here ]------------
[163127.237811][ T2833] kernel BUG at fs/btrfs/extent_io.c:2497!
[163127.237820][ T2833] invalid opcode: 0000 [#1] SMP NOPTI
[163127.237824][ T2833] CPU: 1 PID: 2833 Comm: kworker/u8:7 Not tainted 5.4.41-zb64+ #1
[163127.237834][    C0] Workqueue: btrfs-endio btrfs_work_helper
[163127.237840][ T2833] RIP: 0010:btrfs_check_repairable+0xbf/0x100
[163127.237873][ T2833] Call Trace:
[163127.237881][ T2833]  end_bio_extent_readpage+0x476/0x750
[163127.237890][ T2833]  ? try_to_wake_up+0x55/0x920
[163127.238000][ T2833] ---[ end trace 0123456789abcdef ]---
`);
  assert.deepEqual(trouble.process, { name: 'kworker/u8:7', pid: 2833 });
  assert.equal(trouble.kernel, '5.4.41-zb64+');
  assert.equal(trouble.atSeconds, 163127.237811);
  assert.equal(trouble.trace.length, 2);
});

test('a warning of 3.16 is recognised (warn_slowpath_common in kernel/panic.c)', () => {
  const trouble = only(`
[   61.000001] ------------[ cut here ]------------
[   61.000002] WARNING: CPU: 0 PID: 811 at /build/linux/fs/btrfs/extent-tree.c:5722 __btrfs_free_extent+0x8ba/0xca0 [btrfs]()
[   61.000003] Modules linked in: btrfs xor raid6_pq
[   61.000004] CPU: 0 PID: 811 Comm: btrfs-transacti Not tainted 3.16.0-4-amd64 #1 Debian 3.16.43-2+deb8u2
[   61.000005]  0000000000000000 ffffffff8150e835 0000000000000000 0000000000000009
[   61.000006] Call Trace:
[   61.000007]  [<ffffffff8150e835>] ? dump_stack+0x5d/0x78
[   61.000008]  [<ffffffff81067797>] ? warn_slowpath_common+0x77/0x90
[   61.000009] ---[ end trace 1234567890abcdef ]---
`);
  assert.equal(trouble.kind, 'warning');
  assert.deepEqual(trouble.at, { function: '__btrfs_free_extent', offset: '0x8ba', module: 'btrfs' });
  assert.deepEqual(trouble.process, { name: 'btrfs-transacti', pid: 811 });
  assert.equal(isCrash(trouble), false);
});

test('an aborted transaction of 6.19 keeps its message and names the process (__warn in kernel/panic.c)', () => {
  const trouble = only(`
[  251.629211] ------------[ cut here ]------------
[  251.630033] BTRFS: Transaction aborted (error -28)
[  251.630871] WARNING: fs/btrfs/transaction.c:1907 at create_pending_snapshot.cold+0x52/0x465 [btrfs], CPU#10: btrfs/615235
[  251.632851] Modules linked in: btrfs dm_zero
[  251.644071] CPU: 10 UID: 0 PID: 615235 Comm: btrfs Tainted: G        W           6.19.0-rc8-btrfs-next-225+ #1 PREEMPT(full)
[  251.646165] Tainted: [W]=WARN
[  251.648735] RIP: 0010:create_pending_snapshot.cold+0x55/0x465 [btrfs]
[  251.650000] Call Trace:
[  251.650001]  <TASK>
[  251.650002]  btrfs_commit_transaction+0xa21/0xd30 [btrfs 826ed42b57730d51a6d0f37dd259ac20d3fa83c0]
[  251.650003]  </TASK>
[  251.650004] ---[ end trace 0000000000000000 ]---
`);
  assert.equal(trouble.kind, 'warning');
  assert.deepEqual(trouble.process, { name: 'btrfs', pid: 615235 });
  assert.deepEqual(trouble.at, { function: 'create_pending_snapshot.cold', offset: '0x55', module: 'btrfs' });
  assert.deepEqual(trouble.trace[0], { function: 'btrfs_commit_transaction', offset: '0xa21', module: 'btrfs', uncertain: false });
  assert.equal(trouble.kernel, '6.19.0-rc8-btrfs-next-225+');
  assert.ok(trouble.transcript.some((line) => line.includes('Transaction aborted (error -28)')));
});

test('a warning that panics, as panic_on_warn asks, is a panic and a crash', () => {
  const trouble = only(`
[   61.000001] ------------[ cut here ]------------
[   61.000002] WARNING: CPU: 0 PID: 811 at fs/btrfs/extent-tree.c:57 __btrfs_free_extent+0x8ba/0xca0 [btrfs]
[   61.000003] Modules linked in: btrfs
[   61.000004] CPU: 0 PID: 811 Comm: btrfs-transacti Not tainted 6.1.0-56-cloud-amd64 #1
[   61.000005] Kernel panic - not syncing: kernel: panic_on_warn set ...
`);
  assert.equal(trouble.kind, 'panic');
  assert.equal(isCrash(trouble), true);
});

test('a soft lockup of 3.16 and one of 4.x are recognised (watchdog_timer_fn in kernel/watchdog.c)', () => {
  for (const prefix of ['', 'NMI watchdog: ', 'watchdog: ']) {
    const trouble = only(`
[   80.002856] ${prefix}BUG: soft lockup - CPU#0 stuck for 22s! [kworker/1:0:707]
[   80.002857] Modules linked in: btrfs
[   80.002858] CPU: 0 PID: 707 Comm: kworker/1:0 Not tainted 4.9.0-1-amd64 #1
[   80.002859] RIP: 0010:[<ffffffffa01bc33b>]  [<ffffffffa01bc33b>] scrub_stripe+0x1eb/0x230 [btrfs]
`);
    assert.equal(trouble.kind, 'soft-lockup');
    assert.deepEqual(trouble.process, { name: 'kworker/1:0', pid: 707 });
    assert.equal(trouble.at?.function, 'scrub_stripe');
  }
});

test('RCU and workqueue stalls are trouble, but neither a crash nor a lockup (kernel/rcu/tree_stall.h, kernel/workqueue.c)', () => {
  const announcements = [
    'rcu: INFO: rcu_preempt self-detected stall on CPU',
    'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
    'rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-...D } 6 jiffies s: 69 root: 0x1/.',
    'INFO: rcu_sched self-detected stall on CPU { 0}  (t=5250 jiffies g=1 c=0 q=12)',
    'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!',
  ];
  for (const announcement of announcements) {
    const trouble = only(`[   80.002856] ${announcement}\n[   80.002857] rcu: \t0-....: (5249 ticks this GP)\n`);
    assert.equal(trouble.kind, 'stall', announcement);
    assert.equal(isCrash(trouble), false);
  }
});

test('each kind of fault opens one report (__die_header, exc_double_fault in arch/x86/kernel)', () => {
  const announcements = [
    'Oops: 0002 [#1] SMP PTI',
    'Oops: Oops: 0000 [#1] SMP NOPTI',
    'general protection fault: 0000 [#1] SMP',
    'general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] PREEMPT SMP NOPTI',
    'Oops: general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] SMP NOPTI',
    'double fault: 0000 [#1] SMP',
    'Oops: double fault: 0000 [#1] SMP NOPTI',
    'stack segment: 0000 [#1] SMP',
    'Oops: stack segment: 0000 [#1] SMP NOPTI',
    'divide error: 0000 [#1] SMP',
    'traps: PANIC: double fault, error_code: 0x0',
    'BUG: unable to handle kernel paging request at ffffc90000040000',
    'BUG: TASK stack guard page was hit at 00000000a8cc9e92 (stack is 000000003b2d0a01..00000000d4de7b9f)',
  ];
  for (const announcement of announcements) {
    const trouble = only(`[    1.000000] ${announcement}\n[    1.000001] RIP: 0010:btrfs_ioctl+0x1/0x2 [btrfs]\n`);
    assert.equal(trouble.kind, 'oops', announcement);
    assert.equal(trouble.what, announcement);
    assert.equal(trouble.at?.function, 'btrfs_ioctl');
  }
});

test('other things that the kernel calls a bug are bugs', () => {
  for (const announcement of ['BUG: scheduling while atomic: btrfs/1/0x00000002', 'BUG: Bad page state in process btrfs  pfn:12345']) {
    assert.equal(only(`[    1.000000] ${announcement}`).kind, 'bug');
  }
});

test('lines that only mention trouble announce none', () => {
  const harmless = [
    '[    1.000000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on',
    '[    1.000000] Kernel command line: panic=-1 oops=panic',
    '[    1.000000] hung_task: the default is 120',
    '[    1.000000] BTRFS warning (device dm-1): devid 2 uuid 1 is missing',
    '[    1.000000] note: no BUG: here',
    '[    1.000000] BTRFS info (device dm-1): bug: [#1]',
  ];
  assert.deepEqual(findTroubles(harmless), []);
});
