import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { RecordedEvent } from '../core/event.ts';
import { brokenProof, degradedStep, recordEvents, replaceStep, runBegins } from './fixtures/drill-events.ts';
import type { TimedEvent } from './fixtures/drill-events.ts';
import { cutLine, layoutLine } from './layout-line.ts';
import type { Page } from './layout-line.ts';
import { liveLines } from './live-lines.ts';
import { renderTerminal } from './render-terminal.ts';
import { startTerminal } from './terminal-state.ts';
import type { TerminalOptions, TerminalState } from './terminal-state.ts';

const wide: Page = { columns: Infinity, colour: false, unicode: true, widthOf: stringWidth };
const narrow: Page = { ...wide, columns: 40 };

function show(timed: readonly TimedEvent[], page: Page = wide, options: Partial<TerminalOptions> = {}): string {
  return showRecorded(recordEvents(timed), page, options).text;
}

function showRecorded(
  events: readonly RecordedEvent[],
  page: Page,
  options: Partial<TerminalOptions> = {},
): { readonly text: string; readonly state: TerminalState } {
  let state = startTerminal({ live: false, verbose: false, cwdHostPath: '/home/me', ...options });
  const rows: string[] = [];
  for (const event of events) {
    const rendering = renderTerminal(state, event);
    state = rendering.state;
    rows.push(...rendering.lines.flatMap((line) => layoutLine(line, page)));
  }
  return { text: rows.join('\n'), state };
}

test('a report begins with what is run, on what, and why so', () => {
  assert.equal(
    show(runBegins),
    `replace-missing-disk
A missing disk can be replaced, and the array is redundant again.

  array        2 × 1 GiB + 1 spare, LUKS2, raid1
  payload      32 MiB
  seed         4711
  left out     soft-balance
  kernel       trixie (linux-image-cloud-amd64 6.12.117-1)
  … Building the tools of trixie: not in the cache
  … building the tools of trixie: 50 %, unpacking (16.0 s)
✓   24.0 s  Built tools of trixie, 94 MiB
  tools        trixie (btrfs-progs 6.14, cryptsetup 2.7.5)
  accelerator  tcg: /dev/kvm is there, but a kernel did not boot under it within 4 s (remembered)`,
  );
});

test('a step is shown when it has ended: its time, what was typed, what was refused, what it is worth', () => {
  assert.equal(
    show(degradedStep),
    `✓    6.6 s  Restart, and mount what is left
    machine main on: kernel 6.12.117+deb13-cloud-amd64, 6.1 s
    $ mount /storage
    │ mount: /storage: wrong fs type, bad option, bad superblock.
    exit 32
    $ mount -t btrfs -o degraded /dev/mapper/crypt-btrfs1 /storage
    $ btrfs filesystem show --raw /storage
    │ Label: 'storage'  uuid: 1
    │   devid    2 size 0 used 0 path  MISSING
    → The loss is plain only now, after a restart.`,
  );
});

test('a verbose report shows the commands that only look, too', () => {
  assert.match(show(degradedStep, wide, { verbose: true }), /^ {4}\$ btrfs device scan\n {4}│ Scanning for Btrfs filesystems$/mu);
});

test('in a pipe long work is told every ten seconds, a line each', () => {
  assert.equal(
    show(replaceStep),
    `  … Replace the missing disk by the spare: replace: 43 %, no errors (11.0 s)
✓   22.0 s  Replace the missing disk by the spare
    $ btrfs replace start -B -f 2 /dev/mapper/crypt-btrfs3 /storage
- left out  Give every chunk its second copy  soft-balance`,
  );
});

test('with a live region progress leaves no lines', () => {
  assert.doesNotMatch(show(replaceStep, wide, { live: true }), /…/u);
});

test('the evidence comes last, in full for what did not hold, then the verdict and the way to repeat it', () => {
  assert.equal(
    show([...runBegins.slice(0, 2), ...brokenProof])
      .split('\n')
      .slice(8)
      .join('\n'),
    `✓    1.5 s  Prove it

Evidence
  ✓ The array is mounted read-write on /storage  mounted
      1
      2
      3
      … 2 more lines in result.json
  ✗ Every chunk has the profile raid1  profiles
      data single: 112 MiB on devid 1
      metadata single: 112 MiB on devid 1
      system single: 32 MiB on devid 1
      a
      b
      c
  ? Devid 1 alone serves every file  leg-alone-devid-1
      not looked at

BROKEN  replace-missing-disk  48.1 s
The promise was broken: profiles did not hold.
3 checks: 1 held, 1 broken, 1 inconclusive

  evidence     raidlab-results/20261122T120000Z-x/
  again        raidlab drill --seed 4711`,
  );
});

test('a narrow terminal gets the same facts, wrapped', () => {
  const text = show([...runBegins.slice(0, 2), ...replaceStep], narrow, { live: true });
  assert.equal(
    text,
    `replace-missing-disk
A missing disk can be replaced, and the
array is redundant again.

  array: 2 × 1 GiB + 1 spare, LUKS2,
    raid1
  payload: 32 MiB
  seed: 4711
  left out: soft-balance

✓   22.0 s  Replace the missing disk by
            the spare
    $ btrfs replace start -B -f 2 \\
        /dev/mapper/crypt-btrfs3 \\
        /storage
- left out  Give every chunk its second
            copy  soft-balance`,
  );
});

test('without colours there is no escape code, with them there is', () => {
  const all = [...runBegins, ...degradedStep, ...replaceStep, ...brokenProof];
  assert.ok(!show(all).includes('\u001b'));
  const coloured = show(all, { ...wide, colour: true });

  assert.equal(coloured.replace(/\u001b\[[\d;]*m/gu, ''), show(all));
  assert.ok(coloured.includes('\u001b[31;1mBROKEN\u001b[0m'));
});

test('without UTF-8 a report is ASCII', () => {
  const text = show([...runBegins, ...degradedStep, ...replaceStep, ...brokenProof], { ...wide, unicode: false });
  assert.match(text, /^[\n -~]*$/u);
});

test('the live region shows the step, how far it is, and the command that runs', () => {
  const { state } = showRecorded(recordEvents(replaceStep.slice(0, 5)), wide, { live: true });
  const nowMs = Date.UTC(2026, 10, 22, 12, 0, 14);
  const rows = (page: Page): readonly string[] => liveLines(state, nowMs, page.unicode).map((line) => cutLine(line, page));
  assert.deepEqual(
    rows({ ...wide, columns: 60 }).map((row) => row.slice(1)),
    [
      ' Replace the missing disk by the spare  14.0 s',
      ' █████████░░░░░░░░░░░  43 %  replace: no errors',
      ' $ btrfs replace start -B -f 2 /dev/mapper/crypt-btrfs3 /…',
    ],
  );
  assert.deepEqual(rows({ ...wide, columns: 30, unicode: false })[0]?.slice(1), ' Replace the missing disk...');
});

test('nothing is alive when nothing goes on', () => {
  const { state } = showRecorded(recordEvents(replaceStep), wide, { live: true });
  assert.deepEqual(liveLines(state, 0, true), []);
});

test('a failure in the middle of a step does not swallow what the step said', () => {
  const description = { exitCode: 2, what: 'QEMU ended.', remedy: '' } as const;
  const text = show([...replaceStep.slice(0, 3), [3000, { type: 'run-failed', area: 'machine', reason: 'qemu-ended', description }]]);
  assert.equal(
    text,
    '✗    3.0 s  Replace the missing disk by the spare\n    $ btrfs replace start -B -f 2 /dev/mapper/crypt-btrfs3 /storage',
  );
});

test('a crash is shown with what, where, who, and the console’s own words', () => {
  const trouble = {
    kind: 'oops',
    what: 'BUG: unable to handle kernel NULL pointer dereference at 0000000000000088',
    at: { function: 'btrfs_kobj_rm_device', offset: '0x1d', module: 'btrfs' },
    process: { name: 'btrfs', pid: 1234 },
    kernel: '3.16.0-4-amd64',
    trace: [],
    during: 'device replace',
    atSeconds: 100.5,
    transcript: ['[  100.5] BUG: unable to handle', '[  100.6] Oops: 0000 [#1]'],
  } as const;
  assert.equal(
    show([
      [0, { type: 'kernel-trouble-seen', machine: 'main', trouble }],
      [
        0,
        { type: 'verdict-reached', drill: 'kernel-crash', verdict: 'crashed', summary: 'The kernel under test crashed.', durationMs: 9000 },
      ],
    ]),
    `    ! kernel of main: BUG: unable to handle kernel NULL pointer dereference at 0000000000000088

Evidence from the console
  kind         oops
  said         BUG: unable to handle kernel NULL pointer dereference at 0000000000000088
  at           btrfs_kobj_rm_device+0x1d [btrfs]
  process      btrfs (pid 1234)
  kernel       3.16.0-4-amd64
  during       device replace
  │ [  100.5] BUG: unable to handle
  │ [  100.6] Oops: 0000 [#1]

CRASHED  kernel-crash  9.0 s
The kernel under test crashed.`,
  );
});
