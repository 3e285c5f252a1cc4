import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manyBegin, manyEnd, recordJobs } from '../src/report/fixtures/many-events.ts';
import type { JobEvent } from '../src/report/fixtures/many-events.ts';
import type { BootCase, BootRun } from './boot-results.ts';
import { bootRunsOf, isSameCase } from './boot-results.ts';
import { bootTables } from './boot-tables.ts';

const asked: BootCase = { suite: 'trixie', maker: 'initramfs-tools', encryption: 'luks2', drill: 'boot-late-disk', isTwin: false };
const run: BootRun = {
  ...asked,
  outcome: 'held',
  verdict: 'held',
  brokenChecks: [],
  end: 'login',
  bootMs: 38_000,
  durationMs: 120_000,
  system: 'trixie (systemd 257.13, initramfs-tools 0.148.4)',
  raidlab: '0.1.0',
  at: null,
};

/** A run of drills, one of which boots an installed system. */
const told = (...more: readonly JobEvent[]): readonly JobEvent[] => [
  ...manyBegin,
  [
    0,
    'split-brain',
    { type: 'image-ready', kind: 'system', artefact: 'installed system of trixie', hostPath: '/c', cached: true, description: run.system },
  ],
  ...more,
  ...manyEnd,
];
const ended = { type: 'boot-ended', machine: 'main', end: 'login', stage: 'system', said: 'x', afterMs: 39_000, limit: null } as const;

test('a run has the end of each drill’s last boot', () => {
  const last = { ...ended, machine: 'main-2', end: 'emergency', afterMs: 110_400.4 } as const;
  const found = bootRunsOf(recordJobs(told([1, 'split-brain', ended], [1, 'split-brain', last], [1, 'replace-missing-disk', ended])));
  const { outcome, end, bootMs, maker, suite, encryption } = found.find(({ drill }) => drill === 'split-brain') ?? {};
  assert.deepEqual(
    { outcome, end, bootMs, maker, suite, encryption },
    { outcome: 'held', end: 'emergency', bootMs: 110_400, maker: 'initramfs-tools', suite: 'trixie', encryption: 'luks2' },
  );
  assert.ok(found.some((each) => each.drill === 'kernel-crash' && !('end' in each)));
});

test('a run without an installed system, and a drill that was interrupted, are no boots', () => {
  assert.deepEqual(bootRunsOf(recordJobs([...manyBegin, ...manyEnd])), []);
  const interrupted = told([1, 'split-brain', ended]).slice(0, -manyEnd.length);
  assert.ok(bootRunsOf(recordJobs(interrupted)).every(({ drill }) => drill !== 'split-brain'));
});

test('cases differ by each of their fields', () => {
  assert.ok(isSameCase(asked, run));
  const others: readonly Partial<BootCase>[] = [
    { suite: 'bookworm' },
    { maker: 'dracut' },
    { encryption: 'none' },
    { drill: 'x' },
    { isTwin: true },
  ];
  for (const other of others) assert.ok(!isSameCase({ ...asked, ...other }, run), JSON.stringify(other));
});

test('tables have a column for each system, a row for each drill with LUKS and without, and the median boot', () => {
  const twin: BootRun = { ...run, isTwin: true, outcome: 'as expected', verdict: 'broken', brokenChecks: ['profiles'] };
  const runs = [
    run,
    { ...run, bootMs: 41_000 },
    { ...run, bootMs: 40_000 },
    {
      ...run,
      encryption: 'none',
      suite: 'bookworm',
      end: null,
      bootMs: 300_000,
      outcome: 'broken',
      verdict: 'broken',
      brokenChecks: ['login'],
    },
    { ...run, suite: 'bookworm', outcome: 'broken', verdict: 'broken', brokenChecks: ['mounted'], lostRace: true },
    twin,
    { ...twin, suite: 'bookworm', end: 'locked', bootMs: 280_000 },
    { ...twin, suite: 'bookworm', end: null, bootMs: 300_000 },
    { ...twin, outcome: 'surprise', verdict: 'held', brokenChecks: [], end: 'emergency', bootMs: 110_000 },
  ] satisfies readonly BootRun[];
  const image = { suite: 'trixie', maker: 'initramfs-tools', buildMs: 200_000, oursMs: [40_000], plainMs: [32_000], at: 'x' } as const;
  const rows = bootTables({ v: 1, runs, images: [image] }, ['boot-late-disk', 'never-run']).split('\n');
  const drill = '[boot-late-disk](drills/boot-late-disk.md)';
  for (const row of [
    '| drill | LUKS | bookworm, initramfs-tools | trixie, initramfs-tools |',
    `| ${drill} | yes | **broken 1 of 1**, \`mounted\`, [a race](#a-race) in 1, login after 38.0 s | held 3 of 3, login after 40.0 s |`,
    `| ${drill} | no | **broken 1 of 1**, \`login\`, no end after 300.0 s |  |`,
    `| ${drill} | yes | broken 2 of 2, \`profiles\`, root locked after 280.0 s, no end after 300.0 s | broken 1 of 2, \`profiles\`, login after 38.0 s; **surprise 1 of 2**, emergency mode after 110.0 s |`,
    '| bookworm, initramfs-tools | 4 | 1 |',
    '| trixie, initramfs-tools | 5 | 0 |',
    '| trixie, initramfs-tools | 200.0 s | 40.0 s | 32.0 s | 1.25 |',
    '- trixie (systemd 257.13, initramfs-tools 0.148.4)',
  ])
    assert.ok(rows.includes(row), row);
});
