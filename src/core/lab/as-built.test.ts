import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNotAsBuilt } from './as-built.ts';
import { builtLab, disk, rotted } from './fixtures/built-lab.ts';
import type { LabState } from './lab-state.ts';

test('a lab as it was built can lose a disk', () => {
  assert.equal(whyNotAsBuilt(builtLab), null);
});

const { disks, layout } = builtLab;
const others: readonly (readonly [string, Partial<LabState>, RegExp])[] = [
  ['has no array', { isProvisioned: false }, /not been built/u],
  ['has lost a disk', { disks: [disk('DISK1', { isIn: false }), ...disks.slice(1)] }, /DISK1 has been pulled/u],
  ['was given a disk', { disks: [...disks, disk('DISK4', { role: 'added' })] }, /DISK4 was added/u],
  ['has a fault', { faults: [{ kind: 'slow-disk', disk: 'DISK2', requestsPerSecond: 10 }] }, /DISK2 has a fault/u],
  ['was damaged', { disks: [disk('DISK1', { damage: [rotted] }), ...disks.slice(1)] }, /DISK1 is damaged \(rot\), and not scrubbed since/u],
  ['survives no loss', { layout: { ...layout, profile: 'single' } }, /single, survives no loss/u],
  ['has no containers', { layout: { ...layout, encryption: 'none' } }, /no LUKS containers/u],
  ['has no spare', { layout: { ...layout, spareSizesBytes: [] } }, /no spare/u],
];
for (const [what, change, why] of others) {
  test(`a lab that ${what} cannot, and it is said why`, () => {
    assert.match(whyNotAsBuilt({ ...builtLab, ...change })?.why ?? '', why);
  });
}

test('in an installed system it is typed by hand, and it is said what', () => {
  const reason = whyNotAsBuilt({ ...builtLab, boot: 'systemd' });
  assert.match(reason?.why ?? '', /it is an installed system/u);
  assert.match(reason?.remedy ?? '', /`raidlab disk pull DISK1`, `raidlab reload`, .*`raidlab drill replace-missing-disk --plan`/u);
});
