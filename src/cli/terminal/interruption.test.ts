import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure/failure.ts';
import { makeInterruption } from './interruption.ts';

test('the first signal stops, the second ends at once', () => {
  let nowMs = 0;
  const interruption = makeInterruption(() => nowMs);
  assert.equal(interruption.receive('SIGTERM'), 'stop');
  assert.ok(interruption.signal.reason instanceof RaidlabError);
  assert.deepEqual(interruption.signal.reason.failure, { area: 'host', reason: 'interrupted', signal: 'SIGTERM' });
  nowMs += 500;
  assert.equal(interruption.receive('SIGINT'), 'end at once');
});

test('a signal that follows within a tenth of a second is the same one, forwarded', () => {
  let nowMs = 0;
  const interruption = makeInterruption(() => nowMs);
  assert.equal(interruption.receive('SIGTERM'), 'stop');
  nowMs += 20;
  assert.equal(interruption.receive('SIGTERM'), 'repeated');
  nowMs += 500;
  assert.equal(interruption.receive('SIGTERM'), 'end at once');
});

test('what is kept until Ctrl-C is released by it, and nothing is stopped', async () => {
  let nowMs = 0;
  const interruption = makeInterruption(() => nowMs);
  const released = interruption.untilReleased();
  assert.equal(interruption.receive('SIGINT'), 'released');
  await released;
  assert.equal(interruption.signal.aborted, false);
  nowMs += 500;
  assert.equal(interruption.receive('SIGINT'), 'stop');
});

test('nothing is kept when the run has been stopped already', async () => {
  const interruption = makeInterruption(() => 0);
  interruption.receive('SIGINT');
  await interruption.untilReleased();
});
