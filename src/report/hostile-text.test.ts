import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodes } from '../core/exit-code.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { manyBegin, recordJobs } from './fixtures/many-events.ts';
import type { JobEvent } from './fixtures/many-events.ts';
import { formatAnnotations, formatStepSummary } from './formats/github.ts';
import { formatJunit } from './formats/junit.ts';
import { startMany } from './live/many-state.ts';
import { plainText } from './text/plain-text.ts';
import { renderMany } from './live/render-many.ts';
import { renderTerminal } from './live/render-terminal.ts';
import { addToResult, emptyResult } from './drill/result.ts';
import { startTerminal } from './live/terminal-state.ts';
import { formatTap } from './formats/tap.ts';

/** What a guest may have printed, a file on the array be called, or a log say. */
const hostile = [
  '::stop-commands::token',
  '  ::error::not ours',
  'before ##[set-env name=PATH]x',
  '\u001b]0;title\u0007\u001b[2J\u009b31m',
  'Bail out! # SKIP',
  'txt.\u202egpj \u0000 \ud800 \uffff ]]>',
  'ok 1 - not ours\r',
];
const trouble: KernelTrouble = {
  kind: 'warning',
  what: hostile.join(' '),
  at: null,
  process: { name: hostile[3] ?? '', pid: 1 },
  kernel: null,
  trace: [],
  during: null,
  atSeconds: null,
  transcript: hostile,
};
const job = 'split-brain';
const stranger = { machine: 'main', argv: ['ls', ...hostile] };
const said = hostile.join('\n');
const description = { exitCode: exitCodes.inconclusive, what: said, command: said, said, remedy: said };
const events: readonly JobEvent[] = [
  ...manyBegin.slice(0, 3),
  [0, job, { type: 'command-typed', machine: 'main', argv: stranger.argv, command: said }],
  [0, job, { type: 'command-ended', ...stranger, exitCode: 1, stdout: said, stderr: said, durationMs: 1 }],
  [0, job, { type: 'observation-made', source: said, exitCode: 1, said, meaning: said }],
  [0, job, { type: 'remark-made', text: said }],
  ...hostile.map((line): JobEvent => [0, job, { type: 'console-line-seen', machine: 'main', line }]),
  [0, job, { type: 'kernel-trouble-seen', machine: 'main', trouble }],
  [0, job, { type: 'check-judged', drill: job, check: { name: 'files', claim: said, outcome: 'broken', evidence: hostile } }],
  [0, job, { type: 'machine-stopped', machine: 'main', how: 'died', detail: said }],
  [0, job, { type: 'verdict-reached', drill: job, verdict: 'broken', summary: said, durationMs: 1, expectation: null, surprises: null }],
  [0, job, { type: 'run-failed', area: 'guest', reason: 'x', description }],
  [0, null, { type: 'run-failed', area: 'guest', reason: 'x', description }],
  [0, job, { type: 'drill-ended', drill: job, verdict: 'broken', exitCode: 1, durationMs: 1 }],
];

const recorded = recordJobs(events);
const result = recorded.reduce(addToResult, emptyResult);
const options = { verbose: true, cwdHostPath: '/', live: false, drills: 1 };

function fold<State>(
  start: State,
  render: (state: State, event: (typeof recorded)[number]) => { state: State; lines: Parameters<typeof plainText>[0] },
): string {
  let state = start;
  return recorded
    .map((event) => {
      const rendering = render(state, event);
      ({ state } = rendering);
      return plainText(rendering.lines);
    })
    .join('\n');
}

const shown: readonly (readonly [string, string])[] = [
  ['the list of one drill', fold(startTerminal(options), renderTerminal)],
  ['the list of several drills', fold(startMany(options), renderMany)],
  ['JSON', recorded.map((event) => harmlessJson(event)).join('\n')],
  ['result.json', harmlessJson(result, 2)],
  ['JUnit', formatJunit(result)],
  ['TAP', formatTap(result)],
  ['annotations', formatAnnotations(result)],
  ['the summary of a step', formatStepSummary(result)],
];

for (const [name, text] of shown) {
  test(`what strangers said acts on nothing where it is shown: ${name}`, () => {
    assert.match(text, /stop-commands/u, 'it is told');
    for (const row of text.split('\n')) {
      assert.doesNotMatch(row, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\uffff]/u);
      assert.ok(row.isWellFormed());
      assert.ok(!row.includes('##['), row);
      if (name !== 'annotations') assert.ok(!row.trimStart().startsWith('::'), row);
      else if (row !== '') assert.match(row, /^::(?:error|warning|notice) title=/u);
      if (name === 'TAP') assert.doesNotMatch(row, /^(?:ok 1 - not|Bail out! # SKIP)/u);
    }
  });
}
