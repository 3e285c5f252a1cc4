import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeLabBoot, hasReachedLogin } from './describe-lab-boot.ts';
import type { LabBoot } from './lab-state.ts';

const stands = (change: Partial<LabBoot>): LabBoot => ({
  end: 'login',
  stage: 'system',
  said: 'x',
  afterMs: 41_000,
  limit: null,
  ...change,
});

test('a boot is at its login, has ended before, waits for a person, or is still under way at its limit', () => {
  const limit = { usualMs: 300_000, factor: 1 };
  for (const [boot, said, isIn] of [
    [stands({}), 'the login was reached after 41 s', true],
    [stands({ end: 'emergency' }), 'it ended in emergency mode after 41 s', false],
    [stands({ end: null, said: 'a passphrase (Please unlock disk x:)' }), 'it waits for a passphrase (Please unlock disk x:)', false],
    [stands({ end: null, limit, stage: 'kernel', said: 'nothing' }), 'no end within 300 s, in the kernel: nothing', false],
  ] as const) {
    assert.equal(describeLabBoot(boot), said);
    assert.equal(hasReachedLogin(boot), isIn);
  }
  assert.ok(hasReachedLogin(undefined));
});
