import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecordedEvents } from './recorded-events.ts';

const event = (seq: number, more: object): string => JSON.stringify({ v: 1, seq, at: '2026-11-29T12:00:00.000Z', ...more });
const said = (seq: number, job: string): string => event(seq, { type: 'console-line-seen', job, machine: 'main', line: 'x'.repeat(100) });

function types(text: string, mostTalkChars = 1000): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'raidlab-events-'));
  try {
    writeFileSync(join(directory, 'events.ndjson'), text);
    return [...readRecordedEvents(join(directory, 'events.ndjson'), mostTalkChars)].map((each) =>
      each.type === 'remark-made' ? each.text : each.type,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('events are read in order, those of a later version too, and half a line is left out', () => {
  const text = [event(0, { type: 'run-started' }), event(1, { type: 'moon-rose', phase: 'full' }), '{"v":1,"seq":2,"ty'].join('\n');
  assert.deepEqual(types(text), ['run-started', 'moon-rose']);
});

test('of a flood, what is too much for one drill is counted, and nothing else is lost', () => {
  const flood = Array.from({ length: 20 }, (_, index) => said(index, 'a'));
  const read = types([...flood, said(20, 'b'), event(21, { type: 'run-ended', exitCode: 0 })].map((line) => `${line}\n`).join(''));
  assert.equal(
    read.at(-1),
    '16 events of what guests did and said are left out here, there are too many: `raidlab report` shows more of them.',
  );
  assert.deepEqual(read.slice(0, -1), [...Array<string>(5).fill('console-line-seen'), 'run-ended']);
});

test('what holds no events is refused by its name, also what would block', () => {
  assert.throws(() => types('no events\n'), /events\.ndjson cannot be read as the events of a run: it has no events in it/u);
  assert.throws(() => [...readRecordedEvents('/nowhere/events.ndjson', 1)], /there is no such file/u);
  assert.throws(() => [...readRecordedEvents('/', 1)], /it is not a regular file/u);
  const directory = mkdtempSync(join(tmpdir(), 'raidlab-events-'));
  execFileSync('mkfifo', [join(directory, 'events.ndjson')]);
  assert.throws(() => [...readRecordedEvents(join(directory, 'events.ndjson'), 1)], /it is not a regular file/u);
  rmSync(directory, { recursive: true });
});
