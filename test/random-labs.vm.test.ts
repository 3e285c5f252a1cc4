import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';
import { tryLab } from './labs/judge-lab.ts';
import { drawLab } from './labs/random-use.ts';

// Two of the sixty that `npm run test:labs` tries: one that is held or broken, one that is refused.
for (const seed of ['labs-1', 'labs-2']) {
  const drawn = drawLab(seed);
  const done = [['up', ...drawn.up].join(' '), ...drawn.moves.map(({ name }) => name)].join(', ');
  test(`raidlab and a judge of its own agree on a lab that was used at random, ${seed}: ${done}`, { timeout: 900_000 }, async () => {
    await using lab = await openLabProject();
    assert.equal(await tryLab(lab, drawn), null);
  });
}
