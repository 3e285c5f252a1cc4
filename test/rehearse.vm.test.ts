// A part of `npm run test:rehearse`: the runbook of one array, typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrays } from './rehearse/arrays.ts';
import { mendByRunbook } from './rehearse/mend-by-runbook.ts';
import { openLabProject } from './rig/lab.ts';

// The first lab builds the images.
test('a runbook that was rehearsed mends the array, typed command by command', { timeout: 900_000 }, async () => {
  await using lab = await openLabProject();
  await mendByRunbook(lab, arrays['the other one'] ?? assert.fail());
});
