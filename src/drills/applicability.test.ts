import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeScope, knownOnVersions } from './applicability.ts';
import { replaceMissingDisk } from './catalogue/replace-missing-disk.ts';
import type { Drill, VersionKnowledge } from './drill.ts';

const known = (scope: Partial<VersionKnowledge>): Drill => ({
  ...replaceMissingDisk,
  knowledge: [{ verdict: 'broken', because: 'it was measured', breaks: ['files'], source: 'measured', ...scope }],
});

const trixie = { kernel: '6.12.118', tools: '6.14' };

test('what is known of versions and of a layout is expected there, and nowhere else', () => {
  const cases = [
    [{}, trixie, true],
    [{ kernel: '>=6.12 <6.13' }, trixie, true],
    [{ kernel: '>=6.13' }, trixie, false],
    [{ tools: '<6.14' }, trixie, false],
    [{ kernel: '>=6.12', layout: 'raid10' }, { ...trixie, layout: 'raid10' }, true],
    [{ kernel: '>=6.12', layout: 'raid10' }, { ...trixie, layout: 'raid1c3' }, false],
    [{ kernel: '>=6.12', layout: 'raid10' }, trixie, false],
  ] as const;
  for (const [scope, versions, isKnown] of cases) {
    assert.equal(knownOnVersions(known(scope), versions) !== null, isKnown, `${describeScope(scope)} on ${JSON.stringify(versions)}`);
  }
});

test('a scope in words names what it is about', () => {
  assert.equal(describeScope({ kernel: '>=5.14', tools: '<6.6', layout: 'raid10' }), 'kernel >=5.14, btrfs-progs <6.6, layout raid10');
});
