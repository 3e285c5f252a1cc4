import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { brokenProof, recordEvents, replaceStep, runBegins } from '../fixtures/drill-events.ts';
import type { TimedEvent } from '../fixtures/drill-events.ts';
import { cutLine } from '../text/layout-line.ts';
import { liveLines } from './live-lines.ts';
import { renderTerminal } from './render-terminal.ts';
import { startTerminal } from './terminal-state.ts';

/** Gives the live region a second after the last event, without the spinner. */
function alive(timed: readonly TimedEvent[], columns = 80, unicode = true): readonly string[] {
  const events = recordEvents(timed);
  const start = startTerminal({ live: true, verbose: false, cwdHostPath: '/home/me' });
  const state = events.reduce((before, event) => renderTerminal(before, event).state, start);
  const nowMs = Date.parse(events.at(-1)?.at ?? '') + 1000;
  const page = { columns, colour: false, unicode, widthOf: stringWidth };
  return liveLines(state, nowMs, unicode).map((line, index) => cutLine(line, page).slice(index === 0 ? 2 : 0));
}

const drill = 'replace-missing-disk';
const proofStarted: TimedEvent = [0, { type: 'step-started', drill, step: 'proof', title: 'Prove it' }];
const machineStarted = (machine: string): TimedEvent => [
  1000,
  { type: 'machine-started', machine, pid: 1, accelerator: 'tcg', qemuVersion: '10.0.2', argv: [] },
];
const machineBooted = (machine: string): TimedEvent => [
  4000,
  { type: 'machine-booted', machine, from: 'kernel', durationMs: 4000, kernel: '6.12' },
];
const started = (machine: string, ...argv: readonly string[]): TimedEvent => [0, { type: 'command-started', machine, argv }];
const ended = (machine: string, ...argv: readonly string[]): TimedEvent => [
  1000,
  { type: 'command-ended', machine, argv, exitCode: 0, stdout: '', stderr: '', durationMs: 1000 },
];

test('the live region shows the step, how far it is, and the command that was typed', () => {
  assert.deepEqual(alive(replaceStep.slice(0, 5), 60), [
    'Replace the missing disk by the spare  12.0 s',
    '  █████████░░░░░░░░░░░  43 %  replace: no errors',
    '  $ btrfs replace start -B -f 2 /dev/mapper/crypt-btrfs3 /…',
  ]);
  assert.equal(alive(replaceStep.slice(0, 5), 30, false)[0], 'Replace the missing disk...');
});

test('nothing is alive when nothing goes on', () => {
  assert.deepEqual(alive(replaceStep), []);
  assert.deepEqual(alive([...runBegins, ...brokenProof]), []);
});

test('before the first step it shows what is made ready', () => {
  assert.deepEqual(alive(runBegins.slice(0, 4)), ['Preparing images and accelerator  1.0 s']);
  assert.deepEqual(alive(runBegins.slice(0, 6)).slice(0, 1), ['Building the tools of trixie  9.0 s']);
  assert.deepEqual(alive(runBegins), ['Preparing payload and disks  1.0 s']);
});

test('a preparation that fails is told by its failure alone', () => {
  const description = { exitCode: 69, what: 'no', remedy: '' } as const;
  assert.deepEqual(alive([...runBegins, [0, { type: 'run-failed', area: 'host', reason: 'x', description }]]), []);
});

test('every machine that is at something has a line: what it boots, or what was started in it last', () => {
  const files = Array.from({ length: 412 }, (_file, index) => `/storage/payload/${String(index)}`);
  assert.deepEqual(
    alive([
      proofStarted,
      machineStarted('leg-alone-disk2'),
      machineStarted('leg-alone-disk3'),
      machineBooted('leg-alone-disk2'),
      started('leg-alone-disk2', '/run/raidlab-journal-writer', '3'),
      started('leg-alone-disk2', 'xxhsum', '-q', '-H128', ...files),
    ]),
    ['Prove it  7.0 s', '  leg-alone-disk2: xxhsum -q -H128 (412 files)', '  booting leg-alone-disk3 …'],
  );
});

test('when a command ends the one that still runs is shown again, and a machine that is off is gone', () => {
  const both = [proofStarted, started('main', '/run/raidlab-journal-writer', '3'), started('main', 'sync')];
  assert.deepEqual(alive([...both, ended('main', 'sync')]), ['Prove it  2.0 s', '  main: raidlab-journal-writer 3']);
  const off: TimedEvent = [0, { type: 'machine-stopped', machine: 'main', how: 'shutdown', detail: '' }];
  assert.deepEqual(alive([...both, off]), ['Prove it  1.0 s']);
});

test('progress goes when its command has ended, not when a look at it has', () => {
  const scrub = ['btrfs', 'scrub', 'start', '-B', '/storage'];
  const look = ['btrfs', 'scrub', 'status', '/storage'];
  const under: readonly TimedEvent[] = [
    proofStarted,
    started('main', ...scrub),
    started('main', ...look),
    ended('main', ...look),
    [0, { type: 'progress-made', what: 'btrfs scrub', fraction: 0.5, detail: 'no errors' }],
    started('main', ...look),
    ended('main', ...look),
  ];
  assert.deepEqual(alive(under), [
    'Prove it  3.0 s',
    '  ██████████░░░░░░░░░░  50 %  btrfs scrub: no errors',
    '  main: btrfs scrub start -B /storage',
  ]);
  assert.deepEqual(alive([...under, ended('main', ...scrub)]), ['Prove it  4.0 s']);
});

test('while checks are judged their outcomes are counted', () => {
  assert.deepEqual(alive(brokenProof.slice(0, 3)), ['Prove it  2.0 s  2 checks: 1 held, 1 broken']);
});
