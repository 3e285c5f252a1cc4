import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelTrouble, KernelTroubleKind } from '../kernel/trouble.ts';
import type { CheckOutcome } from '../verdict/verdict.ts';
import { emptyLog } from '../kernel/kernel-log.ts';
import { describeTrouble, judgeKernelLog } from './judge-kernel-log.ts';

function trouble(kind: KernelTroubleKind, module: string | null = null): KernelTrouble {
  const at = { function: 'f', offset: '0x1d', module };
  return { kind, what: `what of ${kind}`, at, process: null, kernel: null, trace: [], during: null, atSeconds: 1, transcript: [] };
}

const readOnly = '[   12.000000] BTRFS info (device dm-2 state EA): forced readonly';
const aborted = '[   12.000000] BTRFS: Transaction aborted (error -5)';
const pulled = '[   11.000000] I/O error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2';
const counted = '[   11.000000] BTRFS error (device dm-1): bdev /dev/mapper/crypt-btrfs2 errs: wr 18, rd 0, flush 1, corrupt 0, gen 0';

const table: readonly (readonly [string, readonly string[], readonly KernelTrouble[], CheckOutcome, RegExp])[] = [
  ['a quiet console', ['[    1.0] hello'], [], 'held', /^1 console lines, none of them$/u],
  ['I/O errors of a pulled disk', [pulled, counted], [], 'held', /^2 console lines/u],
  ['a WARNING from btrfs', [], [trouble('warning', 'btrfs')], 'broken', /^warning: what of warning \(f\+0x1d\)$/u],
  ['a WARNING from dm-crypt', [], [trouble('warning', 'dm_crypt')], 'broken', /^warning/u],
  ['a WARNING from elsewhere', [], [trouble('warning', 'i915'), trouble('warning')], 'held', /^warning: .*\nwarning: .*\n0 console lines/u],
  ['a WARNING from a module that is only named alike', [], [trouble('warning', 'btrfs_not')], 'held', /^warning/u],
  ['a stall', [], [trouble('stall')], 'inconclusive', /^stall: what of stall/u],
  ['a stall in btrfs', [], [trouble('stall', 'btrfs')], 'inconclusive', /^stall/u],
  ['a stall and a WARNING from btrfs', [], [trouble('stall'), trouble('warning', 'btrfs')], 'broken', /^warning: .*\nstall: /u],
  ['a stall and a WARNING from elsewhere', [], [trouble('stall'), trouble('warning', 'i915')], 'inconclusive', /^stall: .*\nwarning: /u],
  ['a forced read-only', [readOnly], [], 'broken', /^BTRFS info \(device dm-2 state EA\): forced readonly$/u],
  ['an aborted transaction and a stall', [aborted], [trouble('stall')], 'broken', /^BTRFS: Transaction aborted \(error -5\)\nstall/u],
  ...(['oops', 'bug', 'panic', 'hung-task', 'soft-lockup'] as const).map(
    (kind) => [`a crash (${kind}), wherever it is`, [], [trouble(kind)], 'broken', new RegExp(`^${kind}: what of ${kind}`, 'u')] as const,
  ),
];

for (const [name, lines, troubles, outcome, evidence] of table) {
  test(`${name}: ${outcome}`, () => {
    const check = judgeKernelLog({ ...emptyLog, consoleLines: lines, troubles });
    assert.equal(check.outcome, outcome);
    assert.match(check.evidence.join('\n'), evidence);
  });
}

test('a WARNING in the kernel itself is about storage when its call trace is, and only where the trace is certain', () => {
  const inTrace = (uncertain: boolean): KernelTrouble => ({
    ...trouble('warning'),
    trace: [{ function: 'btrfs_commit_transaction', offset: '0x1', module: 'btrfs', uncertain }],
  });
  assert.equal(judgeKernelLog({ ...emptyLog, troubles: [inTrace(false)] }).outcome, 'broken');
  assert.equal(judgeKernelLog({ ...emptyLog, troubles: [inTrace(true)] }).outcome, 'held');
});

test('a flood of which not all is kept is no finding, and nothing that held', () => {
  const flooded = { ...emptyLog, consoleLines: ['a line'], unkept: { lines: 7, troubles: 0 } };
  const check = judgeKernelLog(flooded);
  assert.equal(check.outcome, 'inconclusive');
  assert.match(check.evidence.join('\n'), /^a flood: 7 console lines and 0 reports more came than are kept/u);
  assert.equal(judgeKernelLog({ ...emptyLog, unkept: { lines: 0, troubles: 1 } }).outcome, 'inconclusive');
  assert.equal(judgeKernelLog({ ...flooded, consoleLines: [readOnly] }).outcome, 'broken');
});

test('trouble without a place is told without one', () => {
  assert.equal(describeTrouble({ ...trouble('panic'), at: null }), 'panic: what of panic');
});
