import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { loadPageParts } from './page-parts.ts';

test('a checkout has the page of its sources, by the hashes that let it in, and has it again at once', async () => {
  const { script, scriptHash, style, styleHash } = await loadPageParts();
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
  assert.deepEqual([scriptHash, styleHash], [sha256(script), sha256(style)]);
  // Both stand in the document as they are.
  assert.doesNotMatch(script, /<\/script/iu);
  assert.doesNotMatch(style, /<\/style/iu);
  assert.match(style, /\.chunk-map|\.lanes/u);
  assert.deepEqual(await loadPageParts(), { script, scriptHash, style, styleHash });
});
