import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BadJson } from '../parsing/json-shape.ts';
import { readEvent } from './event-shape.ts';

const recorded = new URL('../../view/recorded/', import.meta.url);
const lines = readdirSync(recorded)
  .filter((name) => !name.includes('without-samples'))
  .flatMap((name) => readFileSync(new URL(name, recorded), 'utf8').trimEnd().split('\n'));

test('the events of recorded runs are read as they are', () => {
  assert.ok(lines.length > 1000);
  for (const line of lines) assert.deepEqual(readEvent(JSON.parse(line)), JSON.parse(line));
});

test('an event without one of its fields, or with one more, is refused', () => {
  const byType = new Map(lines.map((line) => [(JSON.parse(line) as { readonly type: string }).type, line]));
  for (const line of byType.values()) {
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(event)) {
      if (key === 'job' || key === 'shard') continue;
      const rest = Object.fromEntries(Object.entries(event).filter(([name]) => name !== key));
      assert.throws(() => readEvent(rest), BadJson, `${key} of ${line.slice(0, 200)}`);
      assert.throws(() => readEvent({ ...event, [key]: { of: 'another kind' } }), BadJson, `${key} of ${line.slice(0, 200)}`);
    }
    assert.throws(() => readEvent({ ...event, more: 1 }), BadJson);
  }
});

const stamp = { v: 1, seq: 0, at: '2026-11-29T15:00:00.000Z' } as const;

for (const [what, event, why] of [
  ['another version', { ...stamp, v: 2, type: 'remark-made', text: '' }, /version 2, and this raidlab knows 1/u],
  ['an unknown type', { ...stamp, type: 'dragon-seen' }, /knows no event "dragon-seen"/u],
  ['a type from the prototype', { ...stamp, type: 'constructor' }, /knows no event/u],
  ['a time that is none', { ...stamp, at: '2026-13-29T15:00:00.000Z', type: 'remark-made', text: '' }, /at is .*a time/u],
  ['a job that is a path', { ...stamp, job: '../../etc', type: 'remark-made', text: '' }, /job is .*the label of a drill/u],
  [
    'a run that is a path',
    { ...stamp, type: 'run-started', run: '..', command: '', raidlabVersion: '', nodeVersion: '', directory: null },
    /run is/u,
  ],
  ['an infinite time', { ...stamp, type: 'run-ended', exitCode: 0, durationMs: Number.POSITIVE_INFINITY }, /durationMs/u],
  ['an exit code that raidlab has not', { ...stamp, type: 'run-ended', exitCode: 7, durationMs: 1 }, /exitCode/u],
  ['a list', [], /v is missing/u],
  ['nothing', null, /an object/u],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => readEvent(event), why);
  });
}
