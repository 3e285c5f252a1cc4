import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Check, CheckOutcome, Verdict } from '../core/verdict/verdict.ts';
import { troubleOf } from '../machine/fixtures/scripted-machine.ts';
import { defaultDrill } from './registry.ts';
import { summariseVerdict } from './verdict-summary.ts';

const check = (name: string, outcome: CheckOutcome): Check => ({ name, claim: 'It is so', outcome, evidence: ['seen'] });
const checks = [check('mounted', 'held'), check('files', 'broken'), check('scrub', 'inconclusive'), check('reboot', 'broken')];
const oops: KernelTrouble = { ...troubleOf('oops', 'btrfs', 'BUG: NULL pointer'), during: 'device replace' };

const table: readonly (readonly [Verdict, readonly Check[], KernelTrouble | undefined, string])[] = [
  [
    'held',
    [check('files', 'held')],
    undefined,
    'The promise was kept: a missing disk can be replaced, and the array then survives the loss of the other one.',
  ],
  ['broken', checks, undefined, 'The promise was broken: files, reboot did not hold.'],
  ['inconclusive', [check('scrub', 'inconclusive'), check('files', 'held')], undefined, 'It could not be judged: scrub gave no answer.'],
  ['inconclusive', [], undefined, 'It could not be judged: the drill did not come to its checks.'],
  ['inconclusive', [check('files', 'held')], undefined, 'It could not be judged: the drill did not come to all of its checks.'],
  ['crashed', [], oops, 'The kernel under test crashed during device replace in some_function+0x1d: BUG: NULL pointer'],
  ['crashed', [], { ...oops, at: null, during: null }, 'The kernel under test crashed: BUG: NULL pointer'],
  ['crashed', [], undefined, 'The kernel under test crashed.'],
];

for (const [verdict, seen, trouble, summary] of table) {
  test(`${verdict} with ${String(seen.length)} checks is told as: ${summary}`, () => {
    assert.equal(
      summariseVerdict(defaultDrill, {
        verdict,
        checks: seen,
        ending: trouble === undefined ? {} : { trouble },
        expectation: null,
        surprises: null,
      }),
      summary,
    );
  });
}
