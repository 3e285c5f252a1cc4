import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { BadJson, count, fields, flag, list, matching, oneOf, oneOfObjects, readJson, readShape, text, tryJson } from './json-shape.ts';
import type { Shape } from './json-shape.ts';

test('what has its shape is given, and nothing else of it', () => {
  const shape = fields({ name: text, sizes: list(count(1)), note: v.exactOptional(text) });
  assert.deepEqual(readJson(shape, '{"name": "a", "sizes": [1, 2], "more": true}'), { name: 'a', sizes: [1, 2] });
  assert.equal(readShape(v.nullable(text), null), null);
});

const refused: readonly (readonly [Shape<unknown>, unknown, string])[] = [
  [fields({ name: count() }), { name: 'a' }, 'name is "a", and should be a whole number, 0 or more'],
  [fields({ count: count(4) }), { count: 3 }, 'count is 3, and should be a whole number, 4 or more'],
  [fields({ count: count(1, 2) }), { count: 3 }, 'count is 3, and should be a whole number, 1 to 2'],
  [fields({ count: count() }), { count: 0.5 }, 'count is 0.5, and should be a whole number, 0 or more'],
  [fields({ count: text }), { count: 3 }, 'count is 3, and should be a text'],
  [fields({ name: flag }), { name: 'a' }, 'name is "a", and should be true or false'],
  [fields({ name: text }), {}, 'name is missing'],
  [fields({ name: fields({}) }), { name: 'a' }, 'name is "a", and should be an object'],
  [
    fields({ disks: list(fields({ size: count() })) }),
    { disks: [{ size: 1 }, { size: -1 }] },
    'disks[1].size is -1, and should be a whole number, 0 or more',
  ],
  [fields({ name: list(text) }), { name: 'a' }, 'name is "a", and should be a list'],
  [fields({ how: oneOf(['halt', 'off']) }), { how: 'crash' }, 'how is "crash", and should be one of halt, off'],
  [fields({ name: matching(/^b$/u, 'a b') }), { name: 'a' }, 'name is "a", and should be a b'],
  [text, 7, 'it is 7, and should be a text'],
  [oneOfObjects('op', [fields({ op: v.literal('up') })]), { op: 'down' }, 'op is "down", and should be one of up'],
];
for (const [shape, value, why] of refused) {
  test(`refused: ${why}`, () => {
    assert.throws(() => readShape(shape, value), new BadJson(why));
    assert.equal(tryJson(shape, JSON.stringify(value)), undefined);
  });
}

test('what is no JSON is said to be none', () => {
  assert.throws(() => readJson(text, '{'), /^BadJson: it is no JSON: /u);
  assert.equal(tryJson(text, ''), undefined);
});
