import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { findTroubles, initialTroubleWatch, observeConsoleLine } from './observe-console-line.ts';
import { closeTroubleReport } from './observe-report.ts';
import { reportLineLimit } from './open-report.ts';
import { isCrash } from './trouble.ts';
import type { KernelTrouble } from './trouble.ts';

const recorded = new URL('../../../test/recorded/kernel/', import.meta.url);

function linesOf(text: string): string[] {
  return text.split('\n');
}

function recording(name: string): string[] {
  return linesOf(readFileSync(new URL(name, recorded), 'utf8'));
}

function only(troubles: readonly KernelTrouble[]): KernelTrouble {
  assert.equal(troubles.length, 1, `one report, not ${troubles.map((trouble) => trouble.what).join(' | ')}`);
  const [trouble] = troubles;
  assert.ok(trouble);
  return trouble;
}

const seedOops = recording('kernel-3.16-replace-oops.dmesg.txt');

test('the oops that raidlab grew out of is told in full', () => {
  const trouble = only(findTroubles(seedOops));
  assert.equal(trouble.kind, 'oops');
  assert.equal(trouble.what, 'BUG: unable to handle kernel NULL pointer dereference at 0000000000000088');
  assert.deepEqual(trouble.at, { function: 'btrfs_kobj_rm_device', offset: '0x1d', module: 'btrfs' });
  assert.deepEqual(trouble.process, { name: 'btrfs', pid: 1173 });
  assert.equal(trouble.kernel, '3.16.0-4-amd64');
  assert.equal(trouble.during, 'device replace');
  assert.equal(trouble.atSeconds, 1416.174699);
  assert.equal(trouble.trace.length, 12);
  assert.deepEqual(trouble.trace[0], { function: 'btrfs_dev_replace_finishing', offset: '0x313', module: 'btrfs', uncertain: true });
  assert.equal(trouble.transcript.at(0), seedOops[7]);
  assert.match(trouble.transcript.at(-1) ?? '', /---\[ end trace caa9c0215a900e44 \]---$/u);
  assert.equal(isCrash(trouble), true);
});

test('a report that has not ended can be closed with what was seen so far', () => {
  let state = initialTroubleWatch;
  for (const line of seedOops.slice(0, 14)) state = observeConsoleLine(state, line).state;
  const trouble = closeTroubleReport(state);
  assert.deepEqual(trouble?.at, { function: 'btrfs_kobj_rm_device', offset: '0x1d', module: 'btrfs' });
  assert.deepEqual(trouble.process, { name: 'btrfs', pid: 1173 });
  assert.deepEqual(trouble.trace, []);
  assert.equal(trouble.transcript.length, 7);
  assert.equal(closeTroubleReport(initialTroubleWatch), null);
});

test('what the log says was running stands in when the trace says nothing', () => {
  const began =
    '[ 10.000000] BTRFS info (device dm-1): dev_replace from /dev/mapper/crypt-btrfs1 (devid 1) to /dev/mapper/crypt-btrfs3 started';
  const ended =
    '[ 11.000000] BTRFS info (device dm-1): dev_replace from /dev/mapper/crypt-btrfs1 (devid 1) to /dev/mapper/crypt-btrfs3 finished';
  const panic = '[ 12.000000] Kernel panic - not syncing: test';
  assert.equal(only(findTroubles([began, panic])).during, 'device replace');
  assert.equal(only(findTroubles([began, ended, panic])).during, null);
  assert.equal(
    only(findTroubles(['[ 1.000000] BTRFS info (device dm-1): scrub: started on devid 2', began, ended, panic])).during,
    'scrub',
  );
  const scrubTrace = [began, panic, '[ 12.000001] Call Trace:', '[ 12.000002]  scrub_stripe+0x10/0x20 [btrfs]'];
  assert.equal(only(findTroubles(scrubTrace)).during, 'device replace', 'a replace copies by scrubbing');
});

interface Expected {
  readonly kind: KernelTrouble['kind'];
  readonly what: RegExp;
  readonly at: string | null;
  readonly traced: string | null;
}

const nullDereference: Expected = {
  kind: 'oops',
  what: /^BUG: kernel NULL pointer dereference, address: 0000000000000088$/u,
  at: 'do_null.constprop.0',
  traced: 'trouble_init',
};

/** What each recording must come to, whatever the kernel; null: no trouble at all. */
const expectations: Readonly<Record<string, Expected | null>> = {
  'null-dereference': nullDereference,
  'null-dereference-with-interrupts-off': nullDereference,
  'null-with-oops-panic': nullDereference,
  'general-protection': { kind: 'oops', what: /general protection fault.*: 0000 \[#1\]/u, at: 'do_gpf', traced: 'trouble_init' },
  'write-to-read-only': { kind: 'oops', what: /^BUG: unable to handle page fault for address/u, at: 'do_ro', traced: 'trouble_init' },
  'jump-to-nowhere': { kind: 'oops', what: /^BUG: unable to handle page fault for address/u, at: null, traced: 'trouble_init' },
  bug: { kind: 'bug', what: /^kernel BUG at .*raidlab_trouble\.c:\d+!$/u, at: 'do_bug', traced: 'trouble_init' },
  warning: { kind: 'warning', what: /^WARNING: .*raidlab_trouble\.c:\d+/u, at: 'do_warn', traced: 'trouble_init' },
  'warning-with-text': { kind: 'warning', what: /^WARNING: .*raidlab_trouble\.c:\d+/u, at: 'do_warn_text', traced: 'trouble_init' },
  'hung-task': {
    kind: 'hung-task',
    what: /^INFO: task busybox:\d+ blocked for more than \d+ seconds\.$/u,
    at: null,
    traced: 'trouble_init',
  },
  'soft-lockup': {
    kind: 'soft-lockup',
    what: /^watchdog: BUG: soft lockup - CPU#0 stuck for \d+s!/u,
    at: 'do_loop',
    traced: 'trouble_init',
  },
  panic: { kind: 'panic', what: /^Kernel panic - not syncing: raidlab says stop$/u, at: null, traced: 'trouble_init' },
  'sysrq-crash': { kind: 'panic', what: /^Kernel panic - not syncing: sysrq triggered crash$/u, at: null, traced: 'sysrq_handle_crash' },
  'init-exited': { kind: 'panic', what: /Attempted to kill init! exitcode=0x00000300$/u, at: null, traced: null },
  'sysrq-backtrace': null,
};

for (const kernel of readdirSync(recorded, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const file of readdirSync(new URL(`${kernel.name}/`, recorded))) {
    const name = file.replace(/\.txt$/u, '');
    test(`${kernel.name}: ${name} is recognised`, () => {
      const expected = expectations[name];
      assert.notEqual(expected, undefined, 'every recording has an expectation');
      const troubles = findTroubles(recording(`${kernel.name}/${file}`));
      if (expected === null || expected === undefined) {
        assert.deepEqual(troubles, []);
        return;
      }
      // The hung task is reported again each time the detector comes by; everything else is one report.
      const [trouble] = expected.kind === 'hung-task' ? troubles : [only(troubles)];
      assert.ok(trouble);
      assert.equal(trouble.kind, expected.kind);
      assert.match(trouble.what, expected.what);
      assert.equal(trouble.at?.function ?? null, expected.at);
      if (trouble.at !== null) assert.equal(trouble.at.module, 'raidlab_trouble');
      assert.equal(trouble.kernel, kernel.name);
      assert.ok(trouble.process !== null && trouble.process.pid > 0);
      assert.equal(trouble.process.name, name === 'init-exited' || name === 'sysrq-crash' ? 'init' : 'busybox');
      assert.ok(trouble.trace.length >= 6);
      if (expected.traced !== null) assert.ok(trouble.trace.some((entry) => entry.function === expected.traced));
      assert.ok(!trouble.trace.some((entry) => entry.function.startsWith('0x')));
      assert.ok(trouble.transcript.every((line) => !line.includes('raidlab-trouble: making')));
    });
  }
}

test('a panic that an oops brings belongs to the oops', () => {
  const trouble = only(findTroubles(recording('6.1.0-56-cloud-amd64/null-with-oops-panic.txt')));
  assert.ok(trouble.transcript.some((line) => line.includes('Kernel panic - not syncing: Fatal exception')));
});

test('a second oops is a second report', () => {
  const second = seedOops.map((line) => line.replace('[#1]', '[#2]').replace('PID: 1173', 'PID: 1174'));
  const troubles = findTroubles([...seedOops, ...second]);
  assert.deepEqual(
    troubles.map((trouble) => trouble.process?.pid),
    [1173, 1174],
  );
});

test('what user space writes in between is kept where it stood and not read', () => {
  const stray = ['fsck: BUG: unable to handle this', 'Kernel panic - not syncing: said a program', '', 'login: '];
  const woven = seedOops.flatMap((line) => [line, ...stray]);
  const trouble = only(findTroubles(woven));
  const plain = only(findTroubles(seedOops));
  assert.deepEqual({ ...trouble, transcript: [] }, { ...plain, transcript: [] });
  assert.deepEqual(
    trouble.transcript.filter((line) => !stray.includes(line)),
    plain.transcript,
  );
  assert.ok(trouble.transcript.includes('login: '));
});

test('carriage returns, colours and half a line of user space before the stamp do not hide a report', () => {
  const dressed = seedOops.map((line) => `raidlab-init: \u001b[1;31m${line}\u001b[0m\r`);
  const trouble = only(findTroubles(dressed));
  assert.deepEqual({ ...trouble, transcript: [] }, { ...only(findTroubles(seedOops)), transcript: [] });
});

test('a log without stamps is read too', () => {
  const bare = seedOops.map((line) => line.replace(/^\[ *\d+\.\d+\] /u, ''));
  const trouble = only(findTroubles(bare));
  assert.equal(trouble.atSeconds, null);
  assert.equal(trouble.during, 'device replace');
  assert.equal(trouble.trace.length, 12);
});

test('lines of others inside a report neither end it nor are read as its own', () => {
  const stranger = '[ 1416.186000] BTRFS error (device dm-1): bdev /dev/mapper/crypt-btrfs3 errs: wr 1, rd 0, flush 0, corrupt 0, gen 0';
  const woven = [...seedOops.slice(0, 31), stranger, ...seedOops.slice(31)];
  const trouble = only(findTroubles(woven));
  assert.match(trouble.transcript.at(-1) ?? '', /end trace/u);
  assert.ok(trouble.trace.length >= 2);
});

test('a report without end is closed at the limit, so that a console cannot fill the memory', () => {
  const endless = Array.from({ length: 5000 }, (_, index) => `[ 5.${String(index).padStart(6, '0')}]  endless+0x1/0x2`);
  let longest = 0;
  let state = initialTroubleWatch;
  for (const line of ['[ 4.000000] Kernel panic - not syncing: loop', '[ 4.000001] Call Trace:', ...endless]) {
    state = observeConsoleLine(state, line).state;
    longest = Math.max(longest, state.report?.transcript.length ?? 0);
  }
  assert.ok(longest < reportLineLimit);
});

test('no garbage makes the recogniser throw, and every report it gives is whole', () => {
  const piece = fc.oneof(
    fc.constantFrom(...seedOops),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('[ 1.000000] ------------[ cut here ]------------', '[ 1.000000]  </TASK>', '[ 1.000000] WARNING: CPU: 0 PID: 1 at x'),
    fc.constantFrom(
      '[ 1.000000] BUG: ',
      '[ 1.000000] INFO: task x:1 blocked for more than 9 seconds',
      '[ 1.000000] Kernel panic - not syncing',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 120 }), (lines) => {
      for (const trouble of findTroubles(lines)) {
        assert.notEqual(trouble.what, '');
        assert.ok(trouble.transcript.length > 0);
        assert.ok(trouble.transcript.every((line) => lines.includes(line)));
      }
    }),
  );
});

test('cutting a report short loses detail and never the report', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: seedOops.length }), (count) => {
      const trouble = only(findTroubles(seedOops.slice(0, count)));
      assert.equal(trouble.kind, 'oops');
      assert.equal(isCrash(trouble), true);
    }),
  );
});
