import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody, RecordedEvent } from '../../../core/event.ts';
import { emptyResult, addToResult } from '../../../report/drill/result.ts';
import { ofJob, onlyJob, readRecorded, withTwin } from '../../fixtures/recorded-events.ts';
import { commandRuns } from '../command-runs.ts';
import { commandsToPaste } from '../commands-to-paste.ts';
import { counterChanges } from '../counter-changes.ts';
import { mailingListReport } from '../mailing-list-report.ts';
import { timeEvents } from '../timed-event.ts';
import type { TimedEvent } from '../timed-event.ts';
import { traceEntries } from './trace-entries.ts';
import type { EntryKind } from './trace-entry.ts';
import { traceLines } from './trace-lines.ts';
import { formatTrace, parseTrace } from './trace-text.ts';
import { compareTwins } from '../twin-comparison.ts';

const job = 'replace-missing-disk';
const recorded = ofJob(readRecorded(withTwin), job);
const timed = timeEvents(recorded);
const kinds = new Set<EntryKind>(['typed', 'own', 'console', 'lesson', 'fault', 'trouble', 'machine', 'other']);
const choice = { kinds, turned: new Set<number>(), search: '', columns: 80 };

function at(afterMs: number, body: EventBody): TimedEvent {
  const event: RecordedEvent = { ...body, v: 1, seq: 0, at: new Date(afterMs).toISOString(), job };
  return { afterMs, step: null, event };
}

test('a trace that was written is read as it was', () => {
  assert.deepEqual(parseTrace(formatTrace(recorded), job), recorded);
  assert.deepEqual(parseTrace('', job), []);
});

test('a command has its end beside its beginning, and one without an end says so', () => {
  const argv = ['btrfs', 'replace', 'start'];
  const runs = commandRuns([
    at(0, { type: 'command-typed', machine: 'main', argv, command: 'btrfs replace start' }),
    at(1, { type: 'command-started', machine: 'main', argv }),
    at(2, { type: 'command-started', machine: 'main', argv: ['sync'] }),
    at(3, { type: 'command-ended', machine: 'main', argv: ['sync'], exitCode: 0, stdout: 'x', stderr: '', durationMs: 1 }),
    at(4, { type: 'command-ended', machine: 'other', argv: ['sync'], exitCode: 0, stdout: '', stderr: '', durationMs: 1 }),
  ]);
  assert.deepEqual(
    runs.map(({ command, isTyped, end }) => [command, isTyped, end?.stdout ?? null]),
    [
      ['btrfs replace start', true, null],
      ['sync', false, 'x'],
    ],
  );
});

test('every line of a trace is as wide as its room at most, and what is strange is shown, not obeyed', () => {
  const event = at(0, { type: 'console-line-seen', machine: 'main', line: `\u001b[31mred\u0007 \u202e${'a'.repeat(200)}` });
  const lines = traceLines(traceEntries([event], []), choice);
  assert.equal(lines.length, 3);
  assert.ok(lines.every(({ text }) => text.length <= 80));
  assert.match(lines[0]?.text ?? '', /^red\\x07 \\u\{202e\}a+$/u);
});

test('a command that names hundreds of files takes three rows until it is unfolded', () => {
  const argv = ['xxhsum', ...Array.from({ length: 400 }, (_, at) => `/storage/payload/file-${String(at)}`)];
  const ran = [at(0, { type: 'command-started', machine: 'main', argv })];
  const entries = traceEntries(ran, commandRuns(ran));
  const folded = traceLines(entries, choice);
  assert.deepEqual([folded.length, folded[0]?.isFoldable], [3, true]);
  assert.match(folded[2]?.text ?? '', /^… \d+ lines more$/u);
  assert.ok(traceLines(entries, { ...choice, turned: new Set([0]) }).length > 100);
});

test('where there is no room beside a line, a refused command says its exit code behind it', () => {
  const argv = ['mount', '/storage'];
  const ran = [
    at(0, { type: 'command-started', machine: 'main', argv }),
    at(100, { type: 'command-ended', machine: 'main', argv, exitCode: 32, stdout: '', stderr: '', durationMs: 100 }),
  ];
  const entries = traceEntries(ran, commandRuns(ran));
  assert.equal(traceLines(entries, { ...choice, isNarrow: true })[0]?.text, 'mount /storage  (exit 32  0.1 s)');
  assert.equal(traceLines(entries, choice)[0]?.text, 'mount /storage');
});

test('a search leaves the entries in which it stands, also in their output', () => {
  const entries = traceEntries(timed, commandRuns(timed));
  const found = traceLines(entries, { ...choice, search: 'wrong fs type' }).filter(({ part }) => part === 'head');
  const refused = traceLines(entries, { ...choice, search: 'fsconfig' });
  assert.equal(found.length, 0);
  assert.ok(refused.some(({ entry }) => entry.kind === 'lesson'));
});

test('an event of a later raidlab is shown as it stands', () => {
  const event = { afterMs: 0, step: null, event: { v: 1, seq: 0, at: '', type: 'moon-risen', phase: 'full' } as unknown as RecordedEvent };
  assert.equal(traceEntries([event], [])[0]?.head, 'moon-risen  {"phase":"full"}');
});

test('every event of today is in words, none as it stands', () => {
  const events = readRecorded(withTwin);
  const heads = traceEntries(timeEvents(events.filter((event) => event.job !== undefined)), []).map(({ head }) => head);
  assert.deepEqual(
    heads.filter((head) => head.includes('{"')),
    [],
  );
  assert.ok(heads.includes('replace-missing-disk begins: 2 × 1 GiB + 1 spare, LUKS2, raid1, seed 1, 32 MiB of test files'));
});

test('counters that changed are those of the disk that was there then', () => {
  assert.deepEqual(counterChanges(timed, 64_000, 67_000), [
    { device: 'DISK1 (devid 1)', counter: 'write_io_errs', before: 0, after: 111 },
    { device: 'DISK1 (devid 1)', counter: 'flush_io_errs', before: 0, after: 28 },
  ]);
  const earlier = timeEvents(readRecorded('silent-corruption-without-samples'));
  assert.deepEqual(counterChanges(earlier, 0, 1e6), [], 'without samples nothing is known');
});

test('commands to paste have the steps as comments, and nothing that is for the machine only', () => {
  const text = commandsToPaste(timed);
  assert.match(text, /^# 1\. Build the encrypted array\ninstall -d/u);
  assert.match(text, /# here: disk-pull of DISK1/u);
  assert.match(text, /mount \/storage {2}# exit 32|btrfs replace start -B -f 1 \/dev\/mapper\/crypt-btrfs3 \/storage/u);
  assert.doesNotMatch(text, /PAYLOAD|\/usr\/lib\/raidlab/u);
});

test('a report for a mailing list has what a developer asks for', () => {
  const events = onlyJob(readRecorded(withTwin), job);
  const result = events.reduce(addToResult, emptyResult);
  const [outcome] = result.drills;
  assert.ok(outcome !== undefined);
  const text = mailingListReport(result, outcome, timed);
  for (const part of [
    'Subject: replace-missing-disk: held, kernel 6.12',
    'Expected:\n  A missing disk',
    'Versions:',
    'btrfs-progs',
    'seed 1',
    '2 × 1 GiB + 1 spare',
    'Typed:',
    './raidlab drill --with-twin --jobs 1 --seed 1',
  ])
    assert.ok(text.includes(part), part);
});

test('a drill and its twin part where the twin leaves something out', () => {
  const twin = `${job}-twin`;
  const events = readRecorded(withTwin);
  const { firstDifference, checks, steps } = compareTwins(timeEvents(ofJob(events, job)), timeEvents(ofJob(events, twin)));
  assert.equal(firstDifference?.name, 'soft-balance');
  assert.equal(firstDifference.right?.step.outcome, 'left out');
  assert.equal(steps.length, 12);
  assert.deepEqual(
    checks.filter(({ left, right }) => left !== right).map(({ name, right }) => [name, right]),
    [
      ['profiles', 'broken'],
      ['leg-alone-DISK3', 'broken'],
      ['reboot', 'broken'],
    ],
  );
});
