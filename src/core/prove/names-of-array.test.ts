import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf, wellHost } from '../facts/fixtures/host-facts.ts';
import { makeTypeable } from '../facts/fill-in.ts';
import { findArrays } from '../facts/found-array.ts';
import { namesOfArray } from './names-of-array.ts';
import type { ArrayNames } from './names-of-array.ts';

function namesWith(standIns: Readonly<Record<string, string>>): ArrayNames {
  const { facts, words } = makeTypeable(documentOf(wellHost()), new Map(Object.entries(standIns)));
  const [array] = findArrays(facts);
  assert.ok(array !== undefined);
  return namesOfArray(
    array,
    words.map(({ word }) => word),
  );
}

test('without a map nothing has a name that is not a stand-in', () => {
  const { members } = namesWith({});
  assert.deepEqual(
    members.map(({ number, mappingName, luksUuid, link }) => [number, mappingName, luksUuid, link]),
    [
      [1, null, null, null],
      [2, null, null, null],
    ],
  );
});

test('what the map tells is taken, if it can be typed as it is', () => {
  const { members } = namesWith({ 'mapping-1': 'luks-a', 'mapping-2': 'luks b|c', 'serial-1': 'WD-1' });
  assert.deepEqual(
    members.map(({ mappingName }) => mappingName),
    ['luks-a', null],
  );
  assert.match(members[0]?.link ?? '', /^\/dev\/disk\/by-id\/.*WD-1$/u);
  assert.equal(members[1]?.link, null);
});
