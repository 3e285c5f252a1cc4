import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BadJson } from '../parsing/json-shape.ts';
import { factsOf } from './facts.ts';
import { findArrays } from './found-array.ts';
import { documentOf, wellHost } from './fixtures/host-facts.ts';
import { revealFacts } from './names.ts';
import { readFacts } from './read-facts.ts';
import { parseStandIns } from './stand-ins.ts';

const document = (facts: readonly object[]): string => JSON.stringify({ v: 1, names: false, facts });

test('a document with a real UUID or serial is refused', () => {
  const uuid = 'f9211d8a-2710-4b15-b33c-9e8119d67729';
  assert.throws(() => readFacts(document([{ is: 'filesystem', uuid }])), BadJson);
  assert.throws(() => readFacts(document([{ is: 'device', name: 'sda', kind: 'disk', serial: 'WD-1' }])), BadJson);
  assert.equal(readFacts(document([{ is: 'filesystem', uuid: 'uuid-1' }])).facts.length, 1);
});

test('what a stranger sends is read or refused with its place, never anything else', () => {
  const texts = fc.oneof(
    fc.json(),
    fc.jsonValue().map((value) => document([value as object])),
    fc.constantFrom('', '{', '{"v":1}', '{"v":2}', 'null'),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        readFacts(text);
      } catch (error) {
        assert.ok(error instanceof BadJson);
      }
    }),
  );
  assert.throws(() => readFacts('{"v":2}'), /version 2/u);
  assert.throws(() => readFacts(document([{ is: 'secret' }])), /facts\[0\]/u);
  assert.throws(() => readFacts(document(Array.from({ length: 50_001 }, () => ({ is: 'host' })))), /50000/u);
});

test('devices that are on each other in circles end nowhere', () => {
  const facts = [
    { is: 'device', name: 'a', kind: 'mapping', on: ['b'], filesystem: 'uuid-1' },
    { is: 'device', name: 'b', kind: 'mapping', on: ['a'] },
  ];
  assert.equal(findArrays(readFacts(document(facts)))[0]?.members[0]?.layers.length, 2);
});

test('the map gives an owner the real names, and only where names are', () => {
  const standIns = parseStandIns('uuid-1 f9211d8a\nmount-1 /srv/my\\040photos\nserial-1 WD-1\nnot a line\nmapping-2 crypt two\n');
  const revealed = revealFacts(documentOf(wellHost()), standIns);
  const [array] = findArrays(revealed);
  assert.equal(array?.uuid, 'f9211d8a');
  assert.equal(array.mounts[0]?.at, '/srv/my photos');
  assert.deepEqual(
    factsOf(revealed, 'device').flatMap(({ serial, mapping }) => serial ?? mapping ?? []),
    ['mapping-1', 'WD-1', 'crypt two', 'serial-2'],
  );
  assert.equal(array.members.length, 2);
});
