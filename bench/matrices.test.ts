import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readMatrix } from '../src/core/campaign/matrix/read-matrix.ts';
import { parseYaml } from '../src/cli/options/yaml-document.ts';
import { selectDrills } from '../src/drills/registry.ts';

const folder = new URL('matrices/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

for (const file of files) {
  test(`${file} is a matrix of drills that there are, named as its file`, () => {
    const document = parseYaml(readFileSync(new URL(file, folder), 'utf8'));
    assert.ok(document.is === 'document');
    const read = readMatrix(document.root);
    assert.ok(read.is === 'matrix', JSON.stringify(read));
    assert.equal(`${String(read.wishes.name)}.yaml`, file);
    selectDrills(read.wishes.drills ?? []);
  });
}

test('bench:keep exports the results of each', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const kept = [...(scripts['bench:keep'] ?? '').matchAll(/--matrix (\S+)/gu)].map(([, name]) => `${String(name)}.yaml`);
  assert.deepEqual(kept.sort(), files.sort());
});
