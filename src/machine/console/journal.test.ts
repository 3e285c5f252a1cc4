import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJournal } from './journal.ts';

test('lines that came while nobody listened go to the first who does', () => {
  const journal = createJournal();
  journal.takeLine('durable 0 1');
  journal.takeLine('durable 0 2');
  const first: string[] = [];
  const second: string[] = [];
  journal.onLine((line) => first.push(line));
  journal.onLine((line) => second.push(line));
  journal.takeLine('durable 0 3');
  assert.deepEqual(first, ['durable 0 1', 'durable 0 2', 'durable 0 3']);
  assert.deepEqual(second, ['durable 0 3']);
});

test('who stops listening hears nothing more, and nothing is lost for the next', () => {
  const journal = createJournal();
  const first: string[] = [];
  const second: string[] = [];
  const listening = journal.onLine((line) => first.push(line));
  journal.takeLine('one');
  listening[Symbol.dispose]();
  journal.takeLine('two');
  journal.onLine((line) => second.push(line));
  assert.deepEqual([first, second], [['one'], ['two']]);
});

test('of what floods in while nobody listens the end is kept', () => {
  const journal = createJournal();
  for (let line = 0; line < 100_000; line += 1) journal.takeLine(String(line));
  journal.takeLine('x'.repeat(64 * 1024));
  const heard: string[] = [];
  journal.onLine((line) => heard.push(line));
  assert.equal(heard.length, 4096);
  assert.deepEqual(heard.slice(-3, -1), ['99998', '99999']);
});
