import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody } from '../event.ts';
import { addToRecord, emptyRecord } from './rehearsal-record.ts';

const ended = (argv: readonly string[], stdout: string): EventBody => ({
  type: 'command-ended',
  machine: 'main-2',
  argv,
  exitCode: 0,
  stdout,
  stderr: '',
  durationMs: 1,
});
const step = (type: 'step-started', name: string): EventBody => ({ type, drill: 'd', step: name, title: name });

test('a record has what the commands of the procedure printed, in their order, and what was judged', () => {
  const check = { name: 'profiles', claim: 'Every chunk is raid1', outcome: 'held', evidence: ['x'] } as const;
  const events: readonly EventBody[] = [
    { type: 'image-ready', kind: 'kernel', artefact: 'k', hostPath: '/', cached: true, description: 'trixie (6.12)' },
    step('step-started', 'build-array'),
    ended(['cryptsetup', 'open', 'x'], 'of the build'),
    step('step-started', 'open-survivors'),
    ended(['cryptsetup', 'open', 'x'], 'one'),
    ended(['btrfs', 'replace', 'status', '-1', '/storage'], 'nobody typed it'),
    ended(['cryptsetup', 'open', 'y'], 'two'.repeat(1000)),
    { type: 'check-judged', drill: 'd', check },
    { type: 'verdict-reached', drill: 'd', verdict: 'held', summary: 's', durationMs: 1, expectation: null, surprises: null },
  ];
  const record = events.reduce((so, event) => addToRecord(so, event, new Set(['open-survivors'])), emptyRecord);
  assert.deepEqual([record.verdict, record.summary, record.kernel, record.checks], ['held', 's', 'trixie (6.12)', [check]]);
  assert.deepEqual([...record.printed.keys()], ['open-container']);
  const [first, second = ''] = record.printed.get('open-container') ?? [];
  assert.equal(first, 'one');
  assert.match(second, /^(?:two)+t?w?\n… 1000 characters more are left out\n$/u);
});
