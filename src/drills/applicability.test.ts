import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout, equalSizes } from '../core/layout/layout.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import { describeScope, knownOnVersions, likeNamedLayout, whyNotOnLayout, whyNotOnParts, whyNotOnSystem } from './applicability.ts';
import type { LayoutAsked } from './applicability.ts';
import { replaceMissingDisk } from './catalogue/replace-missing-disk.ts';
import type { Drill, VersionKnowledge } from './drill.ts';
import { findDrill } from './registry.ts';

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

test('few drills run on bare disks, and none that is proved on containers', () => {
  const bare: ArrayLayout = { ...defaultLayout, encryption: 'none' };
  const late = findDrill('boot-late-disk');
  assert.equal(whyNotOnParts(late, bare), null);
  assert.match(whyNotOnParts({ ...late, proof: 'full' }, bare) ?? '', /LUKS/u);
  assert.match(whyNotOnParts(findDrill('boot-after-replacement'), bare) ?? '', /LUKS/u);
});

test('an installed system is that of one suite, and is never somebody’s array', () => {
  const boots = findDrill('boot-without-disk');
  assert.equal(whyNotOnSystem(boots, { kernel: 'trixie', tools: 'trixie' }), null);
  assert.equal(whyNotOnSystem(replaceMissingDisk, { kernel: '6.12', tools: 'bookworm', array: {} }), null);
  assert.match(whyNotOnSystem(boots, { kernel: '6.12', tools: 'trixie' }) ?? '', /not 6\.12$/u);
  assert.match(whyNotOnSystem(boots, { kernel: 'trixie', tools: 'bookworm' }) ?? '', /kernel of trixie .* tools of bookworm$/u);
  assert.match(whyNotOnSystem(boots, { kernel: 'trixie', tools: 'trixie', array: {} }) ?? '', /builds itself$/u);
  assert.equal(whyNotOnSystem(replaceMissingDisk, { kernel: 'trixie', tools: 'trixie', boot: 'systemd' }), null);
  assert.match(
    whyNotOnSystem(replaceMissingDisk, { kernel: '6.12', tools: 'trixie', boot: 'systemd' }) ?? '',
    /in its proof .* not 6\.12$/u,
  );
  assert.match(whyNotOnSystem(findDrill('kernel-crash'), { kernel: 'trixie', tools: 'trixie', boot: 'systemd' }) ?? '', /no reboot/u);
  assert.equal(whyNotOnSystem(boots, { kernel: 'trixie', tools: 'trixie', boot: 'systemd' }), null);
});

test('an initramfs is that of an installed system, by a maker whose commands the drill types', () => {
  const asked = { kernel: 'trixie', tools: 'trixie', initramfsMaker: 'dracut' } as const;
  assert.equal(whyNotOnSystem(findDrill('boot-without-disk'), asked), null);
  assert.match(whyNotOnSystem(replaceMissingDisk, asked) ?? '', /no initramfs by dracut$/u);
  assert.match(whyNotOnSystem(findDrill('boot-root-without-disk'), asked) ?? '', /initramfs by initramfs-tools, not by dracut$/u);
  assert.equal(whyNotOnSystem(findDrill('boot-root-without-disk'), { ...asked, initramfsMaker: 'initramfs-tools' }), null);
});

const flexible = findDrill('replace-missing-disk');
const header = findDrill('destroyed-luks-header');
const fixed = findDrill('tiny-disks');
const file = (layout: Partial<ArrayLayout>): LayoutAsked => ({ is: 'file', file: './a.yaml', layout: { ...defaultLayout, ...layout } });

test('a drill runs on a layout in a file that is like a named one of its own, whatever the sizes', () => {
  assert.equal(whyNotOnLayout(flexible, undefined), null);
  assert.equal(whyNotOnLayout(flexible, file({ memberSizesBytes: equalSizes(2, 700 * 1024 ** 2), spareSizesBytes: equalSizes(3) })), null);
  assert.equal(whyNotOnLayout(flexible, file(namedLayouts.raid10)), null);
  assert.equal(whyNotOnLayout(header, file({ encryption: 'luks1' })), null);
});

test('a named layout of the shape of one that a drill is made for is one for it, too, and is known by its own name', () => {
  const asked: LayoutAsked = { is: 'name', name: 'as-people-have-it' };
  assert.equal(whyNotOnLayout(flexible, asked), null);
  assert.equal(likeNamedLayout(header, asked), 'as-people-have-it');
  assert.equal(likeNamedLayout(flexible, file({ metadataProfile: 'dup' })), undefined);
  assert.match(whyNotOnLayout(fixed, asked) ?? '', /its own layout only/u);
});

test('on another profile, number of disks, or without a spare it is skipped, and so is one that is made for its own layout only', () => {
  for (const [layout, shape] of [
    [{ memberSizesBytes: equalSizes(4) }, 'raid1 of 4 disks and 1 spare'],
    [{ profile: 'raid5', memberSizesBytes: equalSizes(3) }, 'raid5 of 3 disks and 1 spare'],
    [{ spareSizesBytes: [] }, 'raid1 of 2 disks and 0 spares'],
  ] as const) {
    const why = `it is not for ${shape} (./a.yaml): raid1, raid1-unequal, raid1c3, raid10 only`;
    assert.equal(whyNotOnLayout(flexible, file(layout)), why);
  }
  assert.match(whyNotOnLayout(fixed, file({})) ?? '', /its own layout only/u);
  assert.match(whyNotOnLayout(header, { is: 'name', name: 'raid10' }) ?? '', /it is not for the layout raid10: raid1 only/u);
});

test('a drill wants containers, one about LUKS2 wants LUKS2, and one about SCSI disks on SCSI', () => {
  assert.equal(whyNotOnParts(flexible, defaultLayout), null);
  assert.equal(whyNotOnParts(flexible, { ...defaultLayout, encryption: 'luks1' }), null);
  assert.match(whyNotOnParts(flexible, { ...defaultLayout, encryption: 'none' }) ?? '', /open LUKS containers, but this layout has none/u);
  assert.equal(whyNotOnParts(flexible, { ...defaultLayout, bus: 'nvme' }), null);
  const scsiOnly: Drill = { ...flexible, requires: [{ buses: ['scsi'], because: 'it reads the sense code' }] };
  assert.equal(whyNotOnParts(scsiOnly, defaultLayout), null);
  assert.equal(
    whyNotOnParts(scsiOnly, { ...defaultLayout, bus: 'nvme' }),
    'it reads the sense code (it needs disks on scsi; this is LUKS2 on nvme)',
  );
  assert.equal(whyNotOnParts(header, defaultLayout), null);
  assert.match(
    whyNotOnParts(header, { ...defaultLayout, encryption: 'luks1' }) ?? '',
    /LUKS1 has one \(it needs containers of LUKS2; this is LUKS1 on scsi\)/u,
  );
});

test('what is known of a named layout is known of one in a file that is like it', () => {
  assert.equal(likeNamedLayout(flexible, { is: 'name', name: 'raid10' }), 'raid10');
  assert.equal(likeNamedLayout(flexible, file({ ...namedLayouts.raid10, memberSizesBytes: equalSizes(5, 600 * 1024 ** 2) })), 'raid10');
  assert.equal(likeNamedLayout(flexible, file({ memberSizesBytes: equalSizes(7) })), undefined);
  assert.equal(likeNamedLayout(flexible, undefined), undefined);
});
