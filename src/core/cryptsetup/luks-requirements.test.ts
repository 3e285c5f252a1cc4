import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseLuksRequirements } from './luks-requirements.ts';

/** The end of what cryptsetup 2.6.1 prints. */
const config = (requirements: string): string => `{"keyslots":{},"config":{"json_size":"12288","keyslots_size":"16744448"${requirements}}}`;

test('a container that waits for its reencryption says so; another requires nothing', () => {
  assert.deepEqual(parseLuksRequirements(config(',"requirements":{"mandatory":["online-reencrypt-v2"]}')), ['online-reencrypt-v2']);
  assert.deepEqual(parseLuksRequirements(config('')), []);
});

test('anything else is refused', () => {
  for (const text of [
    '',
    '{}',
    '[]',
    'null',
    config('').slice(0, -1),
    config(',"requirements":{"mandatory":[1]}'),
    config(',"requirements":{}'),
  ]) {
    assert.throws(() => parseLuksRequirements(text), UnknownOutput, text);
  }
});
