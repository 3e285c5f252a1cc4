import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentOf, ticksOf, within, zoomed } from './time-scale.ts';
import { formatMoment } from './timed-event.ts';

const whole = { beginMs: 10_000, endMs: 110_000 };

test('a moment stands where its share of the time is, and far outside is just outside', () => {
  assert.deepEqual(
    [10_000, 60_000, 110_000, 1_000_000, 0].map((moment) => percentOf(whole, moment)),
    [0, 50, 100, 110, -10],
  );
  assert.equal(percentOf({ beginMs: 5, endMs: 5 }, 5), 0);
});

test('moments are named at distances that people count in, also of milliseconds and of hours', () => {
  assert.deepEqual(
    ticksOf(whole, 10),
    [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110].map((seconds) => seconds * 1000).filter((ms) => ms % 15_000 === 0 || ms % 10_000 === 0),
  );
  assert.deepEqual(ticksOf({ beginMs: 1001, endMs: 1010 }, 5), [1002, 1004, 1006, 1008, 1010]);
  assert.equal(ticksOf({ beginMs: 0, endMs: 36_000_000 }, 10).at(-1), 36_000_000);
});

test('a view is zoomed around a moment, and never leaves the whole', () => {
  assert.deepEqual(zoomed(whole, whole, 60_000, 0.5), { beginMs: 35_000, endMs: 85_000 });
  assert.deepEqual(zoomed({ beginMs: 10_000, endMs: 20_000 }, whole, 10_000, 20), whole);
  assert.deepEqual(within({ beginMs: -5000, endMs: 5000 }, whole), { beginMs: 10_000, endMs: 20_000 });
});

test('a moment reads as seconds, and beyond a minute as minutes', () => {
  assert.deepEqual([0, 28_306, 59_994, 59_996, 125_300, 3_725_040].map(formatMoment), [
    '0.00',
    '28.31',
    '59.99',
    '1:00.0',
    '2:05.3',
    '62:05.0',
  ]);
});
