import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimeSpan } from './time-span.ts';

test('systemd’s time spans are read in seconds', () => {
  assert.equal(parseTimeSpan('12s'), 12);
  assert.equal(parseTimeSpan('1min 30s'), 90);
  assert.equal(parseTimeSpan('55min 40s'), 3340);
  assert.equal(parseTimeSpan('1h 5min 3s'), 3903);
  assert.equal(parseTimeSpan('2.345s'), 2.345);
});

test('what is no time span is none', () => {
  for (const text of ['', 'no limit', '12', '12 s', '1min  30s', '5q', 'min', '-3s']) assert.equal(parseTimeSpan(text), null, text);
});
