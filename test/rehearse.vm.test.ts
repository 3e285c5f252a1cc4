// A part of `npm run test:rehearse`: the runbook of one array, typed.
import { test } from 'node:test';
import { arrays } from './rehearse/arrays.ts';
import { mendByRunbook } from './rehearse/mend-by-runbook.ts';
import { openLabProject } from './rig/lab.ts';
import assert from 'node:assert/strict';

// The first lab builds the images.
const timeout = 900_000;

for (const name of ['disks that differ, the largest']) {
  test(`a runbook that was rehearsed mends the array, typed command by command: ${name}`, { timeout }, async () => {
    await using lab = await openLabProject();
    await mendByRunbook(lab, arrays[name] ?? assert.fail(name));
  });
}
