import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
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

test('what a checkout keeps names its sources within it, so that a copy of it does not look at those of the first', async () => {
  await loadPageParts();
  const kept = await readFile(new URL('../../../node_modules/.cache/raidlab-report-page.json', import.meta.url), 'utf8');
  const { sources } = JSON.parse(kept) as { readonly sources: readonly (readonly [path: string])[] };
  assert.ok(sources.some(([path]) => path === 'src/view/page/page.ts'));
  assert.deepEqual(
    sources.filter(([path]) => isAbsolute(path)),
    [],
  );
});
