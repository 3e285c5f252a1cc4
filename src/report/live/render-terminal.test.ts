import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { chunkProfiles } from '../../core/layout/profile.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { brokenProof, degradedStep, recordEvents, replaceStep, runBegins } from '../fixtures/drill-events.ts';
import type { TimedEvent } from '../fixtures/drill-events.ts';
import { layoutLine } from '../text/layout-line.ts';
import type { Page } from '../text/layout-line.ts';
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

test('a verbose report shows the machines, and the commands that only look', () => {
  const text = show(degradedStep, wide, { verbose: true });
  assert.match(text, /^ {4}machine main on: kernel 6\.12\.117\+deb13-cloud-amd64, booted in 6\.1 s$/mu);
  assert.match(text, /^ {4}\$ btrfs device scan\n {4}│ Scanning for Btrfs filesystems$/mu);
});

test('a machine that died is told without being asked', () => {
  const died: TimedEvent = [0, { type: 'machine-stopped', machine: 'main', how: 'died', detail: 'killed by SIGKILL' }];
  assert.equal(show([died]), '    ! machine main off: died (killed by SIGKILL)');
});

/** `1\n2\n…`: what a talkative tool says. */
const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_line, index) => String(index + 1));

function observe(lines: number, verbose = false): readonly string[] {
  const said = numbered(lines).join('\n');
  const observation = {
    type: 'observation-made',
    source: 'btrfs filesystem usage -b',
    exitCode: 0,
    said,
    meaning: 'One copy only.',
  } as const;
  return show([[0, observation]], wide, { verbose })
    .split('\n')
    .slice(1);
}

test('of what a talkative tool says the beginning is shown, and its meaning always', () => {
  const bars = (count: number): readonly string[] => numbered(count).map((row) => `    │ ${row}`);
  assert.deepEqual(observe(15), [...bars(15), '    → One copy only.']);
  assert.deepEqual(observe(38), [...bars(14), '    │ … 24 more lines in the run directory', '    → One copy only.']);
  assert.deepEqual(observe(38, true), [...bars(38), '    → One copy only.']);
});

test('a broken check with hundreds of lost files does not flood the report, unless it is verbose', () => {
  const lost = numbered(387).map((name) => `lost with DISK2: /storage/${name}`);
  const evidence = ['mount -o degraded,ro is refused: everything would be lost with DISK2', ...lost];
  const judged: readonly TimedEvent[] = [
    [0, { type: 'check-judged', drill: 'x', check: { name: 'leg-alone-DISK3', claim: 'DISK3 serves', outcome: 'broken', evidence } }],
    [0, { type: 'verdict-reached', drill: 'x', verdict: 'broken', summary: 'Broken.', durationMs: 1, expectation: null, surprises: null }],
  ];
  const rows = show(judged).split('\n').slice(2);
  assert.deepEqual(
    rows.slice(0, 12),
    evidence.slice(0, 12).map((row) => `      ${row}`),
  );
  assert.deepEqual(rows.slice(12, 14), ['      … 376 more in result.json', '']);
  assert.equal(rows.at(-1), '1 check: 1 broken');
  assert.ok(show(judged, wide, { verbose: true }).includes('\n      lost with DISK2: /storage/387\n'));
});

test('why an accelerator was chosen is told without what QEMU said at length, unless the report is verbose', () => {
  const said = 'qemu-system-x86_64: target/i386/kvm/kvm.c:3849: kvm_buf_set_msrs: Assertion failed';
  const reason = `/dev/kvm is there, but QEMU ended: ${said}`;
  const chosen: TimedEvent = [0, { type: 'accelerator-chosen', accelerator: 'tcg', reason, remembered: true }];
  assert.equal(show([chosen]), '  accelerator  tcg: /dev/kvm is there, but QEMU ended: … (remembered)');
  assert.equal(show([chosen], wide, { verbose: true }), `  accelerator  tcg: ${reason} (remembered)`);
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

test('the evidence comes last, more of it for what did not hold, then the verdict and the way to repeat it', () => {
  assert.equal(
    show([...runBegins.slice(0, 3), ...brokenProof])
      .split('\n')
      .slice(8)
      .join('\n'),
    `✓    1.5 s  Prove it

Evidence
  ✓ The array is mounted read-write on /storage  mounted
      1
      2
      3
      … 2 more in result.json
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

  exposed      41 s, at most 44 MiB, 12 MiB at the end
  alarm        rang 4 s after the fault, in "Pull a disk" (exit 1: errors on DISK1); it still rang after the repair
  report       raidlab-results/20261122T120000Z-x/report.html
  evidence     raidlab-results/20261122T120000Z-x/
  again        raidlab drill --seed 4711`,
  );
});

test('a narrow terminal gets the same facts, wrapped', () => {
  const text = show([...runBegins.slice(0, 3), ...replaceStep], narrow, { live: true });
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
        {
          type: 'verdict-reached',
          drill: 'kernel-crash',
          verdict: 'crashed',
          summary: 'The kernel under test crashed.',
          durationMs: 9000,
          expectation: null,
          surprises: null,
        },
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

test('one drill that came as expected reads as a success, a surprise is said with what was expected, why, and who says so', () => {
  const verdict = (found: 'held' | 'broken', surprises: readonly string[], summary: string, source: string | null) =>
    show([
      [0, { type: 'run-planned', seed: '1', limit: 1, jobs: [{ ...twinJob, isTwin: source === null }] }],
      [0, { type: 'drill-started', ...twinJob, profiles: chunkProfiles('raid1') }],
      [
        0,
        {
          type: 'verdict-reached',
          drill: 'split-brain',
          verdict: found,
          summary,
          durationMs: 9000,
          expectation: { verdict: 'broken', because: 'It is so.', breaks: ['files'], source },
          surprises,
        },
      ],
    ]);
  const expected = verdict('broken', [], 'As expected. The promise was broken: files did not hold. It is so.', null);
  assert.match(expected, /^split-brain {2}its twin: it must come out broken\n/u);
  assert.match(
    expected,
    /\n\nAS EXPECTED {2}split-brain {2}9\.0 s\nAs expected\..*\n {2}expected {5}broken: files\n {2}source {7}the drill itself: this is its twin$/u,
  );
  const surprise = verdict('held', ['expected broken, was held'], 'A surprise: expected broken, was held.', 'commit abc123');
  assert.match(surprise, /^split-brain\n/u);
  assert.match(
    surprise,
    /\n\nSURPRISE {2}split-brain {2}9\.0 s\nA surprise: .*\n {2}expected {5}broken: files\n {2}because {6}It is so\.\n {2}source {7}commit abc123$/u,
  );
});

const twinJob = {
  job: 'split-brain-twin',
  drill: 'split-brain',
  promise: 'A promise.',
  seed: '1',
  skippedSteps: [],
  layout: 'l',
  payloadBytes: 1,
  kernel: 'trixie',
  tools: 'trixie',
};
