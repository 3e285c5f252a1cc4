import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelLog } from './read-kernel-log.ts';
import { only, placeOf } from './fixtures/read-log.ts';

/*
 * Formats by the kernel's and the loggers' own format strings, with made-up names and addresses, beside the recorded cases.
 */

test('every architecture’s death names itself, its place and its process', () => {
  const logs: readonly (readonly [string, string, string])[] = [
    [
      'mips',
      'demo+0x10',
      `
<1>[   12.000001] CPU 2 Unable to handle kernel paging request at virtual address 0000000b, epc == 80704fe4, ra == 80708048
<4>[   12.000002] Oops[#1]:
<4>[   12.000003] CPU: 2 PID: 77 Comm: cat Not tainted 6.1.82 #0
<4>[   12.000004] $ 0   : 00000000 00000001 0000000a 00000032
<4>[   12.000005] Hi    : 00000008
<4>[   12.000006] epc   : 80704fe4 demo+0x10/0x138
<4>[   12.000007] ra    : 80708048 caller+0xb8/0x4e4`,
    ],
    [
      'loongarch',
      'demo+0x10',
      `
[    0.632863] CPU 6 Unable to handle kernel paging request at virtual address ffff80000000802e, era == 900000000410645c, ra == 90000000041310b8
[    0.645489] Oops[#1]:
[    0.647740] CPU: 6 PID: 77 Comm: cat Not tainted 6.6.40 #23.01
[    0.664513] pc 900000000410645c ra 90000000041310b8 tp 9000000100608000 sp 900000010060b4f0
[    0.664514]    ra: 90000000041310b8 caller+0x10/0x20
[    0.664515]   ERA: 900000000410645c demo+0x10/0x138`,
    ],
    [
      'powerpc',
      'demo+0x10',
      `
[  218.533737] kernel BUG at fs/btrfs/demo.c:5!
[  218.533879] Oops: Exception in kernel mode, sig: 5 [#1]
[  218.533917] LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA PowerNV
[  218.534303] CPU: 24 PID: 77 Comm: cat Not tainted 4.15.0-33-generic #36-Ubuntu
[  218.534369] NIP:  c000000000353484 LR: c00000000033720c CTR: c00000000032d280
[  218.534436] REGS: c000003fdce376f0 TRAP: 0700   Not tainted  (4.15.0-33-generic)
[  218.534552] NIP [c000000000353484] .demo+0x10/0x20
[  218.534553] LR [c00000000033720c] .caller+0x10/0x20`,
    ],
    [
      's390',
      'demo+0x10',
      `
[    1.707778] illegal operation: 0001 ilc:1 [#1] SMP
[    1.709851] CPU: 0 PID: 77 Comm: cat Not tainted 5.17.0 #1
[    1.710420] Krnl PSW : 0704d00180000000 00000000009e59e4 (demo+0x10/0x5d0)
[    1.710430] Call Trace:
[    1.710431] ([<00000000009e436e>] caller+0x10/0x20)`,
    ],
    [
      'sparc',
      'demo+0x10',
      `
[    1.000001] Unable to handle kernel NULL pointer dereference
[    1.000002] cat(77): Oops [#1]
[    1.000003] CPU: 3 PID: 77 Comm: cat Not tainted 5.10.0 #1
[    1.000004] TSTATE: 0000004411001602 TPC: 00000000104c7d54 TNPC: 00000000104c7d58 Y: 00000000    Not tainted
[    1.000005] TPC: <demo+0x10/0x20 [btrfs]>`,
    ],
    [
      'arm, whose BUG() is a fault',
      'demo+0x10',
      `
[    1.000001] kernel BUG at fs/btrfs/demo.c:5!
[    1.000002] Unable to handle kernel NULL pointer dereference at virtual address 00000000
[    1.000003] pgd = d9888000
[    1.000004] Internal error: Oops: 805 [#1] SMP ARM
[    1.000005] CPU: 3 PID: 77 Comm: cat Not tainted 3.16.0 #1
[    1.000006] PC is at demo+0x10/0x20 [btrfs]
[    1.000007] Backtrace:
[    1.000008] [<c0101010>] (demo [btrfs]) from [<c0202020>] (caller+0x1/0x2)
[    1.000009]  r7:df912310 r6:df912140
[    1.000010] [<c0202020>] (caller) from [<c0303030>] (kthread+0x1/0x2)`,
    ],
    [
      'x86 of 2.6.18',
      'demo+0x10',
      `
Unable to handle kernel NULL pointer dereference at 0000000000000010 RIP:
 [<ffffffff8840a4f5>] :btrfs:demo+0x10/0x20
Oops: 0002 [1] SMP
Pid: 77, comm: cat Not tainted 2.6.18-6-amd64 #1
RIP: 0010:[<ffffffff8840a4f5>]  [<ffffffff8840a4f5>] :btrfs:demo+0x10/0x20
Call Trace: <IRQ>  [<ffffffff8006b2dd>] caller+0xd5/0xe7`,
    ],
  ];
  for (const [architecture, place, log] of logs) {
    const trouble = only(log);
    assert.match(trouble.kind, /^(?:oops|bug)$/u, architecture);
    assert.equal(placeOf(trouble), place, architecture);
    assert.deepEqual(trouble.process, { name: 'cat', pid: 77 }, architecture);
    assert.notEqual(trouble.kernel, null, architecture);
    for (const { function: name } of trouble.trace) assert.match(name, /^(?:caller|kthread)$/u, architecture);
  }
});

test('the registers of what was interrupted do not end a trace', () => {
  const trouble = only(`
[   12.000001] rcu: INFO: rcu_preempt self-detected stall on CPU
[   12.000002] Call Trace:
[   12.000003]  <IRQ>
[   12.000004]  rcu_demo+0x1/0x2
[   12.000005]  </IRQ>
[   12.000006] RIP: 0010:scrub_demo+0x1/0x2 [btrfs]
[   12.000007] RSP: 0018:ffff88018a1d68b8 EFLAGS: 00000246
[   12.000008] RAX: dffffc0000000000 RBX: 0000000193be3c00 RCX: ffffc900060ed000
[   12.000009]  btrfs_scrub_dev+0x1/0x2 [btrfs]
[   12.000010] RIP: 0033:0x7f00`);
  assert.deepEqual([trouble.trace.map((entry) => entry.function), trouble.during], [['rcu_demo', 'btrfs_scrub_dev'], 'scrub']);
});

test('a sanitizer names the place, and its frames stand right below it', () => {
  const trouble = only(`
[   12.000001] ==================================================================
[   12.000002] BUG: KFENCE: use-after-free read in btrfs_demo+0x10/0x20 [btrfs]
[   12.000003]
[   12.000004] Use-after-free read at 0x00000000deadbeef (in kfence-#69):
[   12.000005]  btrfs_demo+0x10/0x20 [btrfs]
[   12.000006]  caller+0x1/0x2
[   12.000007]
[   12.000008] kfence-#69: 0x01-0x02, size=32, cache=kmalloc-32
[   12.000009] freed by task 78 on cpu 0 at 12.0s:
[   12.000010]  kfree_demo+0x1/0x2
[   12.000011] CPU: 1 PID: 77 Comm: cat Not tainted 6.1.1 #1
[   12.000012] RIP: 0010:other+0x1/0x2
[   12.000013] ==================================================================`);
  assert.deepEqual([placeOf(trouble), trouble.process?.pid, trouble.kernel], ['btrfs_demo+0x10', 77, '6.1.1']);
});

test('the OOM killer’s report is one, its victim the last word; its panic is a crash', () => {
  const report = `
[   12.000001] cat invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0
[   12.000002] CPU: 1 PID: 77 Comm: cat Not tainted 6.1.1 #1
[   12.000003] Call Trace:
[   12.000004]  dump_header+0x10/0x20
[   12.000005] Mem-Info:
[   12.000006] something of a later kernel: 12kB
[   12.000007] [  pid  ]   uid  tgid total_vm      rss
[   12.000008] [     78]     0    78     5000     4000
[   12.000009] oom-kill:constraint=CONSTRAINT_NONE,task=hog,pid=78,uid=0`;
  const killed = only(`${report}\n[   12.000010] Out of memory: Killed process 78 (hog) total-vm:5kB`);
  assert.deepEqual([killed.kind, killed.process], ['out-of-memory', { name: 'cat', pid: 77 }]);
  assert.match(killed.transcript.at(-1) ?? '', /Killed process 78/u);
  assert.equal(only(`${report}\n[   12.000010] Kernel panic - not syncing: System is deadlocked on memory`).kind, 'panic');
});

test('a report behind a trimmed head is a fragment, or what its own lines say', () => {
  const kindOf = (log: string): string => only(log).kind;
  assert.equal(kindOf('[   12.000001] RIP: 0010:demo+0x1/0x2\n[   12.000002] Call Trace:\n[   12.000003]  demo+0x1/0x2'), 'fragment');
  assert.equal(kindOf('[   12.000001] RIP: 0010:demo+0x1/0x2\n[   12.000002] Oops: 0002 [#1] SMP'), 'oops');
  assert.equal(kindOf('[   12.000001] Call Trace:\n[   12.000002]  demo+0x1/0x2\n[   12.000003] Kernel panic - not syncing: x'), 'panic');
  assert.equal(kindOf('[   12.000001] #PF: supervisor write access in kernel mode\n[   12.000002] RIP: 0010:demo+0x1/0x2'), 'oops');
});

test('WARNING in every form that it had (__warn and warn_slowpath in kernel/panic.c)', () => {
  for (const line of [
    'WARNING: at fs/btrfs/demo.c:5 btrfs_demo+0x10/0x20 [btrfs]() (Not tainted)',
    'WARNING: CPU: 0 PID: 77 at fs/btrfs/demo.c:5 btrfs_demo+0x10/0x20 [btrfs]',
    'WARNING: fs/btrfs/demo.c:5 at btrfs_demo+0x10/0x20 [btrfs], CPU#0: demo/77',
    'WARNING: [time_after(a, b)] fs/btrfs/demo.c:5 at btrfs_demo+0x10/0x20 [btrfs], CPU#0: demo/77',
  ]) {
    const trouble = only(`[   12.000001] ${line}`);
    assert.deepEqual([trouble.kind, placeOf(trouble)], ['warning', 'btrfs_demo+0x10'], line);
  }
});

test('a mailer’s breaks are mended where the kernel’s own line cannot end', () => {
  const trouble = only(`
> [   12.000001] WARNING: CPU: 0 PID: 77 at fs/btrfs/demo.c:5
> btrfs_demo+0x10/0x20 [btrfs]
> [   12.000002] CPU: 0 PID: 77 Comm: demo Tainted: G           OE
> 6.1.0-9-amd64 #1 Debian
> [   12.000003] Call Trace:
> [   12.000004]  btrfs_balance_with_a_very_long_name_indeed+0x10/0x20
> [btrfs]`);
  assert.deepEqual([placeOf(trouble), trouble.kernel, trouble.trace[0]?.module], ['btrfs_demo+0x10', '6.1.0-9-amd64', 'btrfs']);
});

test('only so many troubles are told in full; the rest is counted', () => {
  const lines = Array.from(
    { length: 150 },
    (_, index) => `[   12.000001] INFO: task demo:${String(index + 1)} blocked for more than 120 seconds.`,
  );
  const reading = readKernelLog(lines);
  assert.deepEqual([reading.troubles.length, reading.untold], [100, { 'hung-task': 50 }]);
});
