import assert from 'node:assert/strict';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtLab } from '../core/lab/fixtures/built-lab.ts';
import { storeIn } from '../machine/cache/fixtures/store-in.ts';
import { createTestContext } from '../machine/fixtures/scripted-peer.ts';
import { openLabDirectory } from './fixtures/lab-directory.ts';
import { listLabs, pruneLabs } from './list-labs.ts';
import { registerLab } from './place/lab-index.ts';
import { planLabPlace } from './place/lab-place.ts';
import { writeLabState } from './place/state-file.ts';

test('a lab that cannot be read is listed with why, and the others all the same', async () => {
  await using directory = await openLabDirectory();
  const index = join(directory.hostPath, 'index');
  const [damaged, open] = ['damaged', 'open'].map((name) => planLabPlace(directory.hostPath, name));
  assert.ok(damaged !== undefined && open !== undefined);
  for (const place of [directory.place, damaged, open]) {
    await mkdir(place.hostPath, { recursive: true, mode: 0o700 });
    await writeLabState(place, builtLab);
    await registerLab(index, place);
  }
  await writeFile(damaged.stateHostPath, '{');
  await chmod(open.hostPath, 0o755);
  const listed = await listLabs(index);
  assert.deepEqual(
    listed.map(({ name, condition, layout }) => [name, condition?.is, layout !== null]),
    [
      ['damaged', undefined, false],
      ['default', 'off', true],
      ['open', undefined, false],
    ],
  );
  assert.match(listed[0]?.trouble ?? '', /state\.json/u);
  assert.match(listed[2]?.trouble ?? '', /open to other users/u);
});

test('pruning forgets labs whose directories are gone, and no lab that cannot be read', async () => {
  await using directory = await openLabDirectory();
  const index = join(directory.hostPath, 'index');
  const gone = planLabPlace(directory.hostPath, 'gone');
  await writeFile(directory.place.stateHostPath, '{');
  for (const place of [directory.place, gone]) await registerLab(index, place);
  await rm(gone.hostPath, { recursive: true, force: true });
  const forgotten = await pruneLabs(createTestContext(), storeIn(join(directory.hostPath, 'cache')), index);
  assert.deepEqual(forgotten, [gone]);
  assert.deepEqual(
    (await listLabs(index)).map(({ name }) => name),
    ['default'],
  );
});
