import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drills } from '../src/drills/registry.ts';
import { drillPages } from './drill-pages.mjs';

const pages = Object.entries(drillPages('')).filter(([file]) => file.startsWith('docs/drills/'));
const textOf = (/** @type {string} */ name) => pages.find(([file]) => file === `docs/drills/${name}.md`)?.[1].join('\n\n') ?? '';

test('every page but that of the demonstration begins with a card that fits a phone', () => {
  for (const { name, twin, symptom = '' } of drills) {
    const card = textOf(name)
      .split('\n')
      .filter((row) => row.startsWith('>'))
      .map((row) => row.slice(2));
    assert.equal(card.length === 0, twin === null, name);
    if (twin === null) continue;
    for (const part of ['**Symptom:**', '**Do not:**', '**Type:**', '**It worked if:**', '**How long:**'])
      assert.ok(
        card.some((row) => row.startsWith(part)),
        `${name}: ${part}`,
      );
    assert.ok(symptom !== '' && symptom.length <= 130, name);
    let isCode = false;
    for (const row of card) {
      if (row.startsWith('```')) isCode = !isCode;
      else if (isCode) assert.ok(row.length <= 45, `${name}: ${row}`);
    }
  }
});

test('no block over 20 lines stands unfolded', () => {
  for (const [file, parts] of pages) {
    const unfolded = parts.join('\n\n').replace(/<details>[^]*?<\/details>/gu, '');
    for (const [block] of unfolded.matchAll(/^```\w+\n[^]*?\n```$/gmu)) assert.ok(block.split('\n').length <= 22, `${file}:\n${block}`);
  }
});

test('every page has sources that can be opened', () => {
  for (const [file, parts] of pages) {
    const sources = parts.join('\n\n').split('## Sources')[1] ?? '';
    assert.match(sources, /\]\((?:https:\/\/|\.\.\/)/u, file);
    assert.doesNotMatch(sources, /the project's/u, file);
  }
});
