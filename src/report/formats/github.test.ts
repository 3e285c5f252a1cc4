import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedRun, strictRun } from '../fixtures/expected-events.ts';
import { manyBegin, manyEnd, manyInterrupted, recordJobs } from '../fixtures/many-events.ts';
import type { JobEvent } from '../fixtures/many-events.ts';
import { formatAnnotations, formatStepSummary } from './github.ts';
import { addToResult, emptyResult } from '../drill/result.ts';
import type { RunResult } from '../drill/result.ts';

const resultOf = (events: readonly JobEvent[]): RunResult => recordJobs(events).reduce(addToResult, emptyResult);

interface Annotation {
  readonly command: string;
  readonly title: string;
  readonly text: string;
}

/** Reads workflow commands as GitHub's runner does. Source: actions/runner, ActionCommand.cs: properties end at the second `::`, then escapes are undone. */
function readCommands(output: string): readonly Annotation[] {
  const undo = (text: string): string =>
    text.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  return output
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [, command = '', properties = '', text = ''] = /^::(\w+) ([^:]*)::(.*)$/u.exec(row) ?? assert.fail(row);
      const [[name, title = ''] = [], ...others] = properties.split(',').map((property) => property.split('='));
      assert.deepEqual([name, others], ['title', []]);
      return { command, title: undo(title), text: undo(text) };
    });
}

test('each drill that did not hold is an annotation: findings are errors, what could not be judged is a warning', () => {
  const annotations = readCommands(formatAnnotations(resultOf([...manyBegin, ...manyEnd])));
  assert.deepEqual(
    annotations.map(({ command, title }) => [command, title]),
    [
      ['error', 'replace-missing-disk: broken'],
      ['error', 'replace-missing-disk-2: failed'],
      ['error', 'kernel-crash: crashed'],
      ['warning', 'slow-disk: inconclusive'],
    ],
  );
  assert.match(annotations[0]?.text ?? '', /^The promise was broken: profiles did not hold\.\n.*profiles\n {6}system, single/u);
});

test('what a tool said can neither end an annotation nor begin another command', () => {
  const description = { exitCode: 69, what: 'at 50%, said:\r\n::error::boo, 100%25', remedy: '' } as const;
  const failed: JobEvent = [0, 'split-brain', { type: 'run-failed', area: 'host', reason: 'x', description }];
  const ended: JobEvent = [0, 'split-brain', { type: 'drill-ended', drill: 'x', verdict: null, exitCode: 69, durationMs: 1 }];
  const output = formatAnnotations(resultOf([...manyBegin.slice(0, 3), failed, ended]));
  const [annotation, ...others] = readCommands(output);
  assert.deepEqual(others, []);
  assert.ok(annotation?.text.startsWith('at 50%, said:\n\\x3a:error::boo, 100%25'), annotation?.text);
});

test('a run in which all held has no annotation; one that was interrupted has one for that', () => {
  const ended: JobEvent = [
    0,
    'split-brain',
    { type: 'verdict-reached', drill: 'x', verdict: 'held', summary: 's', durationMs: 1, expectation: null, surprises: null },
  ];
  assert.equal(formatAnnotations(resultOf([...manyBegin.slice(0, 3), ended])), '');
  assert.deepEqual(
    readCommands(formatAnnotations(resultOf(manyInterrupted))).map(({ command, title }) => [command, title]),
    [
      ['warning', 'split-brain: interrupted'],
      ['error', 'replace-missing-disk: broken'],
      ['warning', 'replace-missing-disk-2: interrupted'],
      ['error', 'raidlab'],
    ],
  );
});

test('the step summary is a table of all drills, the evidence folded, and how to repeat it', () => {
  const summary = formatStepSummary(resultOf([...manyBegin, ...manyEnd]));
  assert.match(summary, /^## raidlab: 1 held, 1 broken, 1 inconclusive, 1 crashed, 1 failed\n/u);
  const rows = summary.split('\n').filter((row) => row.startsWith('| '));
  assert.equal(rows.length, 7);
  assert.equal(rows[3], '| replace-missing-disk | broken | 14.1 s | trixie / bookworm | The promise was broken: profiles did not hold. |');
  assert.equal(summary.match(/<details>/gu)?.length, 4);
  assert.match(summary, /^Again: `raidlab drill --all --jobs 2 --seed 1`$/mu);
});

test('text in the step summary means itself: no cell, tag or fence ends early', () => {
  const summary = 'a | b <script> `x` *y* ```';
  const verdict: JobEvent = [
    0,
    'split-brain',
    { type: 'verdict-reached', drill: 'x', verdict: 'broken', summary, durationMs: 1, expectation: null, surprises: null },
  ];
  const check = { name: 'c', claim: 'claim', outcome: 'broken', evidence: ['````', 'x'] } as const;
  const judged: JobEvent = [0, 'split-brain', { type: 'check-judged', drill: 'x', check }];
  const markdown = formatStepSummary(resultOf([...manyBegin.slice(0, 3), judged, verdict]));
  assert.ok(markdown.includes(String.raw`| a \| b &lt;script> \`x\` \*y\* \`\`\` |`), markdown);
  assert.match(markdown, /^`{5}text\n[^]*^`{5}$/mu);
});

test('what came as expected has no annotation, a surprise is an error, a skipped drill a notice, and a warning where it fails the run', () => {
  const annotations = readCommands(formatAnnotations(resultOf(expectedRun)));
  assert.deepEqual(
    annotations.map(({ command, title }) => [command, title]),
    [
      ['error', 'held-twin: surprise'],
      ['error', 'other-twin: surprise'],
      ['error', 'mended-crash: surprise'],
      ['notice', 'not-made-for: skipped'],
    ],
  );
  assert.match(
    annotations[2]?.text ?? '',
    /^A surprise: expected crashed, was held\..*\n {2}expected {5}crashed\n {2}because {6}This kernel has the bug\.\n {2}source {7}commit abc123/u,
  );
  assert.equal(annotations[3]?.text, 'It was skipped: it is not for the layout raid1c3: raid1 # only.');
  assert.equal(readCommands(formatAnnotations(resultOf(strictRun))).at(-1)?.command, 'warning');
});

test('the step summary says of what was expected what it came to', () => {
  const summary = formatStepSummary(resultOf(expectedRun));
  assert.match(summary, /^## raidlab: 2 as expected, 3 surprise, 1 skipped\n/u);
  assert.match(summary, /^\| replace-twin \| as expected \(broken\) \|/mu);
  assert.match(summary, /^\| mended-crash \| surprise \(held\) \|/mu);
  assert.match(summary, /^\| not-made-for \| skipped \|.*raid1 \\# only/mu);
  assert.equal(summary.match(/<details>/gu)?.length, 3);
});
