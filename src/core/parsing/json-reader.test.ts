import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadJson, JsonReader } from './json-reader.ts';

const document = JsonReader.parse('{"name":"a","count":3,"on":true,"none":null,"disks":[{"size":1},{"size":-1}],"how":"crash"}');

test('what is as it should be is given', () => {
  assert.equal(document.field('name').text(), 'a');
  assert.equal(document.field('count').count(), 3);
  assert.equal(document.field('on').flag(), true);
  assert.equal(
    document.field('none').orNull((value) => value.text()),
    null,
  );
  assert.equal(document.field('how').oneOf(['crash', 'halt']), 'crash');
  assert.ok(document.field('other').isMissing);
});

const refused: readonly (readonly [() => unknown, string])[] = [
  [() => document.field('name').count(), 'name is "a", and should be a whole number, 0 or more'],
  [() => document.field('count').count(4), 'count is 3, and should be a whole number, 4 or more'],
  [() => document.field('count').text(), 'count is 3, and should be a text'],
  [() => document.field('name').flag(), 'name is "a", and should be true or false'],
  [() => document.field('other').text(), 'other is missing, and should be a text'],
  [() => document.field('name').field('first'), 'name is "a", and should be an object'],
  [
    () => document.field('disks').list((disk) => disk.field('size').count()),
    'disks[1].size is -1, and should be a whole number, 0 or more',
  ],
  [() => document.field('name').list((item) => item), 'name is "a", and should be a list'],
  [() => document.field('how').oneOf(['halt', 'off']), 'how is "crash", and should be one of halt, off'],
  [() => document.field('count').count(1, 2), 'count is 3, and should be a whole number, 1 to 2'],
  [() => document.field('name').matching(/^b$/u, 'a b'), 'name is "a", and should be a b'],
  [() => new JsonReader(7).text(), 'it is 7, and should be a text'],
];
for (const [read, said] of refused) {
  test(`refused: ${said}`, () => {
    assert.throws(read, (error) => error instanceof BadJson && error.message === said);
  });
}

test('what is no JSON is refused', () => {
  for (const text of ['', '{', 'null, null', '\u0000\u0000']) assert.throws(() => JsonReader.parse(text), /^BadJson: it is no JSON: /);
});
