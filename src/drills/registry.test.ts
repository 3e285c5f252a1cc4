import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../core/failure/failure.ts';
import { initramfsMakers } from '../core/boot/initramfs-maker.ts';
import { drillFor } from './drill-for.ts';
import { planDrill } from './plan-drill.ts';
import { drills, promisingDrills, selectDrills } from './registry.ts';

const namesOf = (words: readonly string[]): readonly string[] => selectDrills(words).map((drill) => drill.name);

test('drills are selected in the order in which they are named, each as often as its name is given', () => {
  assert.deepEqual(namesOf(['kernel-crash', 'replace-missing-disk', 'kernel-crash']), [
    'kernel-crash',
    'replace-missing-disk',
    'kernel-crash',
  ]);
});

test('a glob brings what it matches, in the order of the registry, and nothing twice', () => {
  assert.deepEqual(
    namesOf(['*']),
    drills.map((drill) => drill.name),
  );
  const [first] = namesOf(['kernel-*', '*']);
  assert.equal(first, 'kernel-crash');
  assert.equal(namesOf(['kernel-*', '*']).length, drills.length);
});

test('a word that names nothing is refused, a glob too', () => {
  for (const word of ['replace-mising-disk', 'xyz-*']) {
    assert.throws(
      () => selectDrills(['kernel-crash', word]),
      (error) => error instanceof RaidlabError && error.failure.reason === 'unknown-drill' && error.failure.drill === word,
    );
  }
});

test('demonstrations are not among all', () => {
  const names = promisingDrills().map((drill) => drill.name);
  assert.ok(names.includes('replace-missing-disk'));
  assert.ok(!names.includes('kernel-crash'));
});

test('a drill that is typed for one maker of the initramfs is the same drill for another, with other commands', () => {
  for (const drill of drills.filter(({ forInitramfs }) => forInitramfs !== undefined)) {
    const plans = initramfsMakers.map((maker) => {
      const typed = drillFor(drill, maker);
      assert.deepEqual([typed.name, typed.initramfs, typed.twin?.breaks], [drill.name, maker, drill.twin?.breaks]);
      return planDrill(typed, { layout: typed.layout, skippedSteps: [] });
    });
    const [first, ...others] = plans;
    for (const other of others) {
      assert.deepEqual(
        other.steps.map(({ name }) => name),
        first?.steps.map(({ name }) => name),
      );
      assert.notDeepEqual(other, first);
    }
  }
  const forAny = selectDrills(['boot-without-disk'])[0];
  assert.ok(forAny);
  assert.equal(drillFor(forAny, 'dracut'), forAny);
});
