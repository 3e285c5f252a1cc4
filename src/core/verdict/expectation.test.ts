import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSurprises } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import type { KernelTrouble } from '../kernel/trouble.ts';
import type { Check, CheckOutcome } from './verdict.ts';

const expectation: Expectation = { verdict: 'broken', because: 'it must', breaks: ['profiles', 'leg-alone-*'], source: null };
const check = (name: string, outcome: CheckOutcome): Check => ({ name, claim: name, outcome, evidence: ['seen'] });

test('broken for its own reason is as expected', () => {
  assert.deepEqual(findSurprises(expectation, 'broken', [check('profiles', 'broken'), check('leg-alone-DISK2', 'broken')]), []);
});

test('any other verdict is a surprise, one that is better too', () => {
  for (const verdict of ['held', 'inconclusive', 'crashed', 'skipped'] as const)
    assert.deepEqual(findSurprises(expectation, verdict, [check('profiles', 'broken')]), [`expected broken, was ${verdict}`]);
});

test('a crash in another place than the known one is a surprise; in its trace is as expected', () => {
  const known: Expectation = { ...expectation, verdict: 'crashed', breaks: [], crashesIn: 'btrfs_kobj_rm_device' };
  const crashIn = (at: string | null, ...trace: readonly string[]): KernelTrouble => ({
    kind: 'oops',
    what: 'BUG: unable to handle kernel NULL pointer dereference at 0000000000000088',
    at: at === null ? null : { function: at, offset: '0x15', module: 'btrfs' },
    process: null,
    kernel: '3.16.0',
    trace: trace.map((name) => ({ function: name, offset: '0x1', module: 'btrfs', uncertain: true })),
    during: 'device replace',
    atSeconds: 1,
    transcript: [],
  });
  assert.deepEqual(findSurprises(known, 'crashed', [], crashIn('btrfs_kobj_rm_device')), []);
  assert.deepEqual(findSurprises(known, 'crashed', [], crashIn(null, 'btrfs_kobj_rm_device')), []);
  assert.deepEqual(findSurprises(known, 'crashed', [], crashIn('btrfs_sync_file')), [
    'expected a crash in btrfs_kobj_rm_device, and it was in btrfs_sync_file',
  ]);
});

test('broken for another reason is a surprise that names the check', () => {
  const checks = [check('profiles', 'held'), check('leg-alone-DISK2', 'broken'), check('scrub', 'broken')];
  assert.deepEqual(findSurprises(expectation, 'broken', checks), [
    'expected profiles to be broken, and it is not: broken are leg-alone-DISK2, scrub',
  ]);
  assert.deepEqual(findSurprises({ ...expectation, breaks: ['files'] }, 'broken', []), [
    'expected files to be broken, and it is not: broken are none',
  ]);
});
