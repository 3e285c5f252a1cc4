import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenProof, recordEvents, runBegins } from '../fixtures/drill-events.ts';
import { terminalPicture } from './terminal-picture.ts';

test('a terminal is drawn from its evidence on, as text that is escaped and coloured', () => {
  const picture = terminalPicture(recordEvents([...runBegins, ...brokenProof]), './raidlab drill <x>', (text) => text.length);
  assert.match(picture, /^<svg [^>]*viewBox="0 0 \d+ \d+"/u);
  assert.ok(picture.includes('<tspan fill="#8b949e">$</tspan> ./raidlab drill &lt;x></text>'), picture);
  assert.ok(!picture.includes('payload'));
  assert.match(picture, /<tspan fill="#7ee2a8"> *✓ *<\/tspan>/u);
  assert.ok(!picture.includes('\u001b'));
});
