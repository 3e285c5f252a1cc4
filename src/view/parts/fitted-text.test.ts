import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittedText } from './fitted-text.ts';

for (const [text, roomEms, fitted] of [
  ['11 Convert what was written', 100, '11 Convert what was written'],
  ['11 Convert what was written', 10, '11 Convert what…'],
  ['11 Convert what was written', 7, '11 Convert…'],
  ['11 Convert what was written', 4, '11'],
  ['11 Convert what was written', 2.2, '11'],
  ['11 Convert what was written', 1, ''],
  ['not mounted', 2.6, ''],
  ['1234', 2.2, ''],
  ['in', 2.2, 'in'],
  ['being rebuilt', 2.2, ''],
  ['being rebuilt', 5, 'being…'],
  ['read-write', 5, ''],
  ['machine off', 0, ''],
] as const) {
  test(`of “${text}” there is “${fitted}” where ${String(roomEms)} em are free`, () => {
    assert.equal(fittedText(text, roomEms), fitted);
  });
}
