import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { onOwnDisks } from './own-disks.ts';

const plan = (...argvs: readonly (readonly string[])[]): DrillPlan => ({
  drill: 'replace-missing-disk',
  promise: 'A promise.',
  layout: '2 × 1 GiB',
  steps: [
    {
      name: 'build-array',
      title: 'Build',
      skipped: false,
      lines: [{ kind: 'act', text: '--uuid' }, ...argvs.map((argv) => ({ kind: 'command' as const, command: { argv } }))],
    },
  ],
});

test('what a drill types for the lab alone is said, once each, and nothing of what it does not type', () => {
  const format = [
    'cryptsetup',
    'luksFormat',
    '--uuid',
    'UUID',
    '--pbkdf',
    'pbkdf2',
    '--pbkdf-force-iterations',
    '1000',
    '/dev/disk/by-id/DISK1',
  ];
  const advice = onOwnDisks(plan(format, format), plan(['/usr/lib/raidlab/open-storage']));
  assert.deepEqual(
    advice.map((text) => /`[^`]+`/u.exec(text)?.[0]),
    ['`--pbkdf pbkdf2 --pbkdf-force-iterations 1000`', '`--uuid`', '`/usr/lib/raidlab/open-storage`'],
  );
  assert.deepEqual(onOwnDisks(plan(['btrfs', 'scrub', 'start', '-B', '/storage'])), []);
});
