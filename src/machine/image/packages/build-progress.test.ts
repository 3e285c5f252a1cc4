import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstProgress, kernelPhases, observeBuildLine, toolsPhases } from './build-progress.ts';
import type { BuildProgress } from './build-progress.ts';

const lines = [
  'I: using /tmp/mmdebstrap.x as tempdir',
  'I: running apt-get update...',
  'Get:1 http://mirror.example/debian trixie InRelease [140 kB]',
  'I: downloading packages with apt...',
  '0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.',
  'Get:1 http://mirror.example/debian trixie/main amd64 dash amd64 0.5 [1 kB]',
  'Get:2 http://mirror.example/debian trixie/main amd64 bash amd64 5.2 [1 kB]',
  'I: extracting archives...',
  'I: installing essential packages...',
  'Unpacking dash (0.5) ...',
  'Setting up dash (0.5) ...',
  'I: installing remaining packages inside the chroot...',
  '0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.',
  'Get:1 http://mirror.example/debian trixie/main amd64 nano amd64 8 [1 kB]',
  'Unpacking nano (8) ...',
  'Setting up nano (8) ...',
  'I: running --customize-hook directly: /x/customize /x/root',
  'I: success in 20 seconds',
];

function observeAll(phases: typeof toolsPhases): readonly BuildProgress[] {
  const seen: BuildProgress[] = [];
  lines.reduce((progress, line) => {
    const next = observeBuildLine(progress, phases, line);
    seen.push(next);
    return next;
  }, firstProgress);
  return seen;
}

test('progress never falls and never passes 1', () => {
  for (const phases of [toolsPhases, kernelPhases]) {
    const fractions = observeAll(phases).map((progress) => progress.fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((one, other) => one - other),
    );
    assert.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1));
  }
});

test('each phase has its place, and packages move it on', () => {
  const seen = observeAll(toolsPhases);
  assert.deepEqual(seen[0], firstProgress);
  assert.equal(seen[1]?.detail, 'reading the package lists');
  assert.equal(seen[2]?.fraction, 0, 'package lists are not packages');
  assert.ok((seen[5]?.fraction ?? 0) > 0.2 && (seen[5]?.fraction ?? 1) < 0.28);
  assert.equal(seen[15]?.fraction, 0.8, 'fetched, unpacked and set up: the phase is over');
  assert.equal(seen.at(-1)?.detail, 'packing the image');
});
