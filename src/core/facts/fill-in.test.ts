import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf, wellHost } from './fixtures/host-facts.ts';
import type { RawFact } from './fixtures/host-facts.ts';
import { factsOf } from './facts.ts';
import { makeTypeable } from './fill-in.ts';
import { findArrays } from './found-array.ts';
import { readFacts } from './read-facts.ts';

const named = (facts: readonly RawFact[]) => readFacts(JSON.stringify({ v: 1, names: true, facts }));

test('without a map every stand-in is a word to fill in, and the array is still the same', () => {
  const { facts, words } = makeTypeable(documentOf(wellHost()), new Map());
  assert.equal(findArrays(facts)[0]?.members.length, 2);
  assert.deepEqual(words.map(({ word }) => word).sort(), [
    'LABEL-1',
    'MAPPING-1',
    'MAPPING-2',
    'MOUNT-1',
    'SERIAL-1',
    'SERIAL-2',
    'SUBVOLUME-1',
    'UUID-1',
    'UUID-2',
    'UUID-3',
  ]);
});

test('with a map the real names stand there, and what the map lacks is a word', () => {
  const map = new Map([
    ['serial-1', 'WD-1'],
    ['mount-1', '/srv/my\\040photos'],
  ]);
  const { facts, words } = makeTypeable(documentOf(wellHost()), map);
  assert.equal(factsOf(facts, 'mount')[0]?.at, '/srv/my photos');
  assert.equal(factsOf(facts, 'device').find(({ name }) => name === 'sda')?.serial, 'WD-1');
  assert.ok(words.some(({ word }) => word === 'SERIAL-2') && !words.some(({ word }) => word === 'SERIAL-1'));
});

test('in a document with names a name that looks like a stand-in is a name; UUIDs are stand-ins all the same', () => {
  const { facts, words } = makeTypeable(named(wellHost()), new Map());
  assert.equal(factsOf(facts, 'mount')[0]?.at, 'mount-1');
  assert.deepEqual(new Set(words.map(({ word }) => word.replace(/-\d+$/u, ''))), new Set(['UUID', 'SERIAL']));
});

test('a name that no page can show is a word to fill in, the same one everywhere', () => {
  const hostile = '/srv/\u202eevil\n';
  const facts = named(wellHost().map((fact) => ('at' in fact ? { ...fact, at: hostile } : fact)));
  const typeable = makeTypeable(facts, new Map());
  assert.equal(factsOf(typeable.facts, 'mount')[0]?.at, 'MOUNT-POINT-NAMED-1');
  assert.equal(factsOf(typeable.facts, 'fstab')[0]?.at, 'MOUNT-POINT-NAMED-1');
  assert.ok(typeable.words.some(({ word }) => word === 'MOUNT-POINT-NAMED-1'));
});
