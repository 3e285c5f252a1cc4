import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPlace } from '../code-place.ts';
import { findTroubles } from '../observe-console-line.ts';
import type { KernelTrouble, KernelTroubleKind } from '../trouble.ts';
import { judgeReading } from './judge-reading.ts';
import type { LogOutcome } from './judge-reading.ts';
import { readKernelLog } from './read-kernel-log.ts';
import type { KernelLogReading } from './read-kernel-log.ts';

const folder = new URL('fixtures/cases/', import.meta.url);

function linesOf(file: string): string[] {
  return readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
}

/** The facts of a trouble; what is left out is null. */
interface Facts {
  readonly kind: KernelTroubleKind;
  readonly at?: string;
  readonly process?: string;
  readonly kernel?: string;
  readonly during?: string;
  readonly trace?: readonly string[];
}

interface Expected {
  readonly outcome: LogOutcome;
  readonly troubles: readonly Facts[];
}

function crashed(...troubles: readonly Facts[]): Expected {
  return { outcome: 'crashed', troubles };
}

function troubled(...troubles: readonly Facts[]): Expected {
  return { outcome: 'troubled', troubles };
}

const quiet: Expected = { outcome: 'quiet', troubles: [] };
const nothing: Expected = { outcome: 'unjudged', troubles: [] };
const demo = { process: 'demo/77' };
const place = { at: 'btrfs_demo+0x10 [btrfs]' };
const balance = { during: 'balance', trace: ['btrfs_balance'] };
const balanceTwice = { during: 'balance', trace: ['btrfs_demo', 'btrfs_balance'] };
const usual = crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.0-9-amd64', ...balance });

/** What each input must come to. The folder's a… and d01 are one report behind different prefixes. */
const expected: Readonly<Record<string, Expected>> = {
  ...Object.fromEntries(
    readdirSync(folder)
      .filter((file) => /^a\d\d-|^d01-/u.test(file))
      .map((file) => [file, usual]),
  ),
  'b01-journal-hung': crashed({ kind: 'hung-task', process: 'btrfs/77' }),
  'b02-journal-bug': crashed({ kind: 'bug' }),
  'b03-journal-softlockup': crashed({ kind: 'soft-lockup', ...demo }),
  'b04-journal-panic': crashed({ kind: 'panic' }),
  'b05-dmesgT-panic': crashed({ kind: 'panic' }),
  'b06-callerblank-panic': crashed({ kind: 'panic' }),
  'b10-arm32': crashed({ kind: 'oops', ...place, ...demo, kernel: '5.10.1', ...balance }),
  'b11-arm64': crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.1', ...balanceTwice }),
  'b12-arm64-first-line-only': crashed({ kind: 'oops', ...place, ...demo, kernel: '7.0.1' }),
  'b13-ppc-old': crashed({ kind: 'oops', ...place, ...demo, kernel: '4.9.1', ...balance }),
  'b14-ppc-new': crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.1', ...balance }),
  'b15-riscv': crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.1' }),
  'b16-s390': crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.1' }),
  'b17-arm64-hung': crashed({ kind: 'hung-task', ...demo, kernel: '6.1.1', during: 'balance', trace: ['__switch_to', 'btrfs_balance'] }),
  'b20-marker-and-frame': crashed({
    kind: 'soft-lockup',
    ...demo,
    during: 'balance',
    trace: ['dump_demo', 'btrfs_balance', 'kthread'],
  }),
  'b21-double-eoe': crashed({ kind: 'panic', during: 'balance', trace: ['dump_demo', 'lock_demo', 'btrfs_balance'] }),
  'b22-double-eoe-alone': crashed({ kind: 'panic', during: 'balance', trace: ['dump_demo', 'lock_demo', 'btrfs_balance'] }),
  'b23-kasan': crashed({ kind: 'bug', ...place, ...demo }),
  'b24-lockdep': troubled({ kind: 'warning', ...demo, kernel: '6.1.0-9-amd64' }),
  'b25-decoded': crashed({ kind: 'oops', at: 'btrfs_demo+0x10', ...demo, kernel: '6.1.1', ...balance }),
  'b26-decoded-script': crashed({ kind: 'oops', at: 'btrfs_demo [btrfs]', ...demo, kernel: '6.1.1', ...balance }),
  'b27-wrapped': crashed({ kind: 'oops', ...place, ...demo, kernel: '6.1.1' }),
  'b28-trimmed': troubled({ kind: 'warning', ...place }),
  'b29-forced-readonly': troubled({ kind: 'forced-readonly' }),
  'b30-warning-no-file': troubled({ kind: 'warning', ...place, ...demo, kernel: '6.12.1' }),
  'b31-hard-new': crashed({ kind: 'soft-lockup' }),
  'b32-hard-cpu': crashed({ kind: 'soft-lockup' }),
  'b33-ppc-hard': crashed({ kind: 'soft-lockup' }),
  'b34-ppc-hard-new': crashed({ kind: 'soft-lockup' }),
  'b35-soft': crashed({ kind: 'soft-lockup', process: 'kworker/3:2/68' }),
  'b36-soft-wq': crashed({ kind: 'soft-lockup', process: 'kworker/u8:2+btrfs-endio/68' }),
  'b37-bug-6.12': crashed({ kind: 'bug', ...place, ...demo, kernel: '6.12.1' }),
  'c01-userland-hash-number': nothing,
  'c02-stamped-systemd-hash': quiet,
  'c03-btrfs-tool-warning': nothing,
  'c04-usage-warning': nothing,
  'c05-userland-BUG': nothing,
  'c06-stamped-inside': quiet,
  'c07-boot-warning-line': quiet,
  'c08-lockdep-too-low': troubled({ kind: 'warning' }),
  'c09-sleeping': troubled({ kind: 'warning' }),
  'c10-kcsan': troubled({ kind: 'warning' }),
  'c11-user-segfault': quiet,
  'c12-oom': troubled({ kind: 'out-of-memory', ...demo }, { kind: 'out-of-memory', ...demo, kernel: '6.1.1', trace: ['dump_stack_lvl'] }),
  'c13-sysrq-w': quiet,
  'c14-vfs-panic': crashed({ kind: 'panic' }),
  'c15-mce': quiet,
  'c16-acpi': quiet,
  'c17-x': { outcome: 'unjudged', troubles: [{ kind: 'fragment', kernel: '6.1.0-9-amd64' }] },
  'c18-lockdep-tainted': troubled({ kind: 'warning', kernel: '5.6.0-demo' }),
  'c19-rhel8-taint': crashed({ kind: 'oops', ...demo, kernel: '4.18.0-305.el8.x86_64' }),
  'c20-rhel7-taint': crashed({ kind: 'oops', ...demo, kernel: '3.10.0-957.el7.x86_64' }),
  'c21-taint-cut': crashed({ kind: 'oops', ...demo }),
  'c22-empty': nothing,
  // Packed: its text is read by the command (src/cli/kernel-log.test.ts); as it is, nothing is understood.
  'c23-gz': nothing,
  'c25-journal-json': crashed({ kind: 'oops' }),
  'c26-journal-export': crashed({ kind: 'oops' }),
  'c27-stall': troubled({ kind: 'stall', ...place, ...demo, kernel: '6.1.1' }),
  'c28-info-only': { outcome: 'unjudged', troubles: [{ kind: 'fragment', ...demo }] },
  'd02-color': crashed({ kind: 'oops' }),
  'd03-70': crashed({
    kind: 'oops',
    ...place,
    process: 'demo thread/77',
    kernel: '7.0.1-demo',
    during: 'fstrim',
    trace: ['__die', 'btrfs_ioctl_fitrim'],
  }),
  'd04-arm64-warning': troubled({ kind: 'warning', ...place, ...demo, kernel: '6.1.1', ...balanceTwice }),
  'd05-arm64-hung-swallows-panic': crashed({ kind: 'hung-task', ...demo, kernel: '6.1.1', trace: ['btrfs_demo'] }, { kind: 'panic' }),
  'd06-x86-hung-then-panic': crashed({ kind: 'hung-task', ...demo, kernel: '6.1.1', trace: ['btrfs_demo'] }, { kind: 'panic' }),
};

function factsOf({ kind, at, process, kernel, during, trace }: KernelTrouble): Facts {
  return {
    kind,
    ...(at === null ? {} : { at: `${formatPlace(at)}${at.module === null ? '' : ` [${at.module}]`}` }),
    ...(process === null ? {} : { process: `${process.name}/${String(process.pid)}` }),
    ...(kernel === null ? {} : { kernel }),
    ...(during === null ? {} : { during }),
    ...(trace.length === 0 ? {} : { trace: trace.map((entry) => entry.function) }),
  };
}

function comeTo(reading: KernelLogReading): Expected {
  return { outcome: judgeReading(reading, true), troubles: reading.troubles.map(factsOf) };
}

test('every recorded log has its right reading, and every reading a log', () => {
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(expected).sort());
});

for (const [file, right] of Object.entries(expected)) {
  test(`${file} is read rightly`, () => {
    assert.deepEqual(comeTo(readKernelLog(linesOf(file))), right);
  });
}

/** What stands before every line, by its kind; `kernel` may stand only where the kernel's own stamp does not stand already. */
const prefixes: readonly (readonly [string, string])[] = [
  ['journalctl', 'Jan 02 03:04:05 box kernel: '],
  ['journalctl in German', 'Mär 02 03:04:05 box kernel: '],
  ['journalctl in French', 'janv. 02 03:04:05 box kernel: '],
  ['journalctl in Russian', 'янв 02 03:04:05 box kernel: '],
  ['journalctl in Chinese', '1月 02 03:04:05 box kernel: '],
  ['journalctl -o short-precise', 'Jan 02 03:04:05.000001 box kernel: '],
  ['journalctl -o short-iso', '2024-01-02T03:04:05+0100 box kernel: '],
  ['journalctl -o short-iso-precise', '2024-01-02T03:04:05.000001+01:00 box kernel: '],
  ['journalctl -o short-full', 'Tue 2024-01-02 03:04:05 CET box kernel: '],
  ['journalctl -o short-unix', '1704164645.000001 box kernel: '],
  ['journalctl -o short-monotonic', '[   12.000001] box kernel: '],
  ['journalctl without date and host', 'kernel: '],
  ['wall', ' kernel:'],
  ['RFC 3164', 'Jan  2 03:04:05 box kernel: [   12.000001] '],
  ['RFC 3164 with a priority', '<4>Jan  2 03:04:05 box kernel: [   12.000001] '],
  ['RFC 3339', '2024-01-02T03:04:05.000001+01:00 box kernel: [   12.000001] '],
  ['RFC 5424', '<4>1 2024-01-02T03:04:05Z box kernel - - - [   12.000001] '],
  ['busybox', 'Jan  2 03:04:05 box kern.alert kernel: [   12.000001] '],
  ['OpenWrt', 'Tue Jan  2 03:04:05 2024 kern.alert kernel: [   12.000001] '],
  ['netconsole in a syslog', 'Jan  2 03:04:05 192.168.1.5 [   12.000001] '],
  ['dmesg', '[   12.000001] '],
  ['dmesg -T', '[Tue Jan  2 03:04:05 2024] '],
  ['dmesg -T in German', '[Di Jan  2 03:04:05 2024] '],
  ['dmesg -H', '[Jan 2 03:04] '],
  ['dmesg -H, on', '[  +0.000001] '],
  ['dmesg -d', '[   12.000001 <    0.000001>] '],
  ['dmesg -d -T', '[Tue Jan  2 03:04:05 2024 <    0.000001>] '],
  ['dmesg -d -t', '[<    0.000001>] '],
  ['dmesg --time-format iso', '2024-01-02T03:04:05,000001+01:00 '],
  ['dmesg -x', 'kern  :warn  : [   12.000001] '],
  ['dmesg -r', '<4>[   12.000001] '],
  ['seconds alone', '[12345678] '],
  ['a caller on a serial console', '[   12.000001][   T77] '],
  ['a caller of util-linux', '[   12.000001] [     T77] '],
  ['a caller with dmesg -T', '[Tue Jan  2 03:04:05 2024] [    C1] '],
  ['netconsole, extended', '4,100,12000001,-;'],
  ['netconsole, extended, with a caller', '4,100,12000001,-,caller=T77;'],
  ['a log of CI', '2024-01-02T03:04:05.1234567Z [   12.000001] '],
  ['a terminal program', '[2024-01-02 03:04:05.123] [   12.000001] '],
  ['a quote', '> '],
  ['a quote of a quote', '>> > '],
  ['a quote of a journal', '> Jan 02 03:04:05 box kernel: '],
  ['Markdown’s indent', '    '],
  ['Markdown’s list', '- '],
  ['Markdown’s code', '`'],
  ['a quoted list of a syslog', '> * Jan  2 03:04:05 box kernel: [   12.000001] '],
  ['grep -n', '12:[   12.000001] '],
  ['grep -H', '/var/log/kern.log:Jan  2 03:04:05 box kernel: [   12.000001] '],
  ['a colour', '\u001b[32m[   12.000001] \u001b[0m\u001b[31m'],
];

/** Cases without a prefix of their own, and with nothing in them that a prefix would make the kernel's. */
const bare = Object.entries(expected).flatMap(([file]) => {
  if (!/^(?:a01|b1|b2(?!7)|b3|d0[346])/u.test(file)) return [];
  return [{ file, lines: linesOf(file).map((line) => line.replace(/^\[ *\d+\.\d{6}\] /u, '').replace(/\r$/u, '')) }];
});

test('any prefix before every line leaves the reading as it is', () => {
  assert.ok(bare.length >= 25);
  fc.assert(
    fc.property(fc.constantFrom(...bare), fc.constantFrom(...prefixes), ({ file, lines }, [name, prefix]) => {
      const { outcome, troubles } = comeTo(readKernelLog(lines.map((line) => `${prefix}${line}`)));
      assert.deepEqual({ outcome, troubles }, expected[file], `${name}: ${file}`);
    }),
    { numRuns: 1000 },
  );
});

test('the lines of another program are never the kernel’s', () => {
  const others = [
    'Jan 02 03:04:05 box app[9]: ',
    '2024-01-02T03:04:05+0100 box app: ',
    'daemon:err   : [   12.000001] ',
    '<30>[   12.000001] ',
    '[   12.000001] app[9]: ',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...bare), fc.constantFrom(...others), ({ lines }, prefix) => {
      const reading = readKernelLog(lines.map((line) => `${prefix}${line}`));
      assert.deepEqual([reading.troubles, reading.kernelLines, judgeReading(reading, true)], [[], 0, 'unjudged']);
    }),
  );
});

test('what was not understood is never called free of trouble', () => {
  const known = /\[ *\d+\.\d{6}\]|kernel|BTRFS|^\s*<\d|^\s*\d+,\d+,\d+,/u;
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(...bare.flatMap(({ lines }) => lines).map((line) => `xyzzy ${line}`)),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (words) => {
      const lines = words.filter((line) => !known.test(line));
      const reading = readKernelLog(lines);
      if (reading.kernelLines === 0) assert.equal(judgeReading(reading, true), 'unjudged', JSON.stringify(lines));
      const speaks = lines.some((line) => /Call [Tt]race:|Kernel panic - not syncing|blocked for more than \d+ seconds/u.test(line));
      if (speaks && reading.troubles.length === 0) assert.equal(judgeReading(reading, true), 'unjudged', JSON.stringify(lines));
    }),
  );
});

test('a machine’s own console is judged as strictly as ever: no prefix makes a line the kernel’s there', () => {
  const logger = 'Jan 02 03:04:05 box kernel: ';
  for (const file of ['b01-journal-hung', 'b03-journal-softlockup', 'b04-journal-panic']) assert.deepEqual(findTroubles(linesOf(file)), []);
  for (const line of ['BUG: anything at all', 'WARNING: anything at all', 'BUG: sleeping function called from invalid context']) {
    assert.equal(findTroubles([`[    1.000000] ${line}`]).length, 1);
    assert.equal(findTroubles([`${logger}${line}`]).length, 0);
  }
});
