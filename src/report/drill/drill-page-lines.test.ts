import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { drillListLines } from './drill-list-lines.ts';
import type { DrillListing } from './drill-list-lines.ts';
import { drillPageLines } from './drill-page-lines.ts';
import { layoutLine } from '../text/layout-line.ts';

const drill: DrillListing = {
  name: 'split-brain',
  isDefault: false,
  promise: 'Two halves that were both written are not merged in silence.',
  story: 'Each disk was mounted alone.\n\nNow both are back.',
  layout: '2 × 1 GiB, LUKS2, raid1',
  payloadBytes: 8 * 1024 ** 2,
  steps: [
    { name: 'build-array', title: 'Build', phase: 'build', skippable: false },
    { name: 'wipe-loser', title: 'Wipe the loser', phase: 'repair', skippable: true },
  ],
  twin: {
    skipStep: null,
    instead: ['wipe-loser'],
    layout: null,
    breaks: ['profiles', 'leg-alone-*'],
    because: 'btrfs takes the wrong half.',
  },
  tags: ['stale', 'missing'],
  layouts: ['raid1', 'raid10'],
  symptom: 'Both halves are back.',
  repairFrom: null,
  wrongMoves: ["Don't mount both."],
  requires: [{ versions: 'kernel >=5.14', because: 'the speed can be limited' }],
  knowledge: [{ versions: 'kernel <6.1', verdict: 'broken', because: 'It merges them.', breaks: ['files'], source: 'commit abc123' }],
  mayLose: 'What the losing half was told.',
  sources: ['btrfs(5)'],
};

const plan: DrillPlan = {
  drill: drill.name,
  promise: drill.promise,
  layout: drill.layout,
  steps: [
    { name: 'build-array', title: 'Build', skipped: false, lines: [{ kind: 'act', text: 'power on' }] },
    {
      name: 'wipe-loser',
      title: 'Wipe the loser',
      skipped: false,
      lines: [{ kind: 'command', command: { argv: ['wipefs', '-a', "it's"] } }],
    },
  ],
};

const twinPlan: DrillPlan = {
  ...plan,
  steps: [
    ...plan.steps.slice(0, 1),
    { name: 'wipe-loser', title: 'Mount both', skipped: false, lines: [{ kind: 'command', command: { argv: ['mount', '/storage'] } }] },
  ],
};

const show = (listing: DrillListing, columns = Infinity): string =>
  drillPageLines({ drill: listing, plan, twinPlan }, './raidlab')
    .flatMap((line) => layoutLine(line, { columns, colour: false, unicode: true, widthOf: stringWidth }))
    .join('\n');

test('a drill is explained: promise, story, layout, commands to paste, wrong moves, versions, twin, sources', () => {
  assert.equal(
    show(drill),
    `split-brain
Two halves that were both written are not merged in silence.

  array        2 × 1 GiB, LUKS2, raid1
  payload      8 MiB
  layouts      raid1, raid10
  tags         stale, missing
  needs        kernel >=5.14: the speed can be limited
  may be lost  What the losing half was told.

What you see
  Each disk was mounted alone.

  Now both are back.

What not to do
  - Don't mount both.

What to type
  Build  build-array
    (power on)

  Wipe the loser  wipe-loser
    $ wipefs -a 'it'\\''s'

  Cannot be left out: build-array.

Known about versions
  - kernel <6.1: broken (files). It merges them.
    source: commit abc123

The twin
  $ ./raidlab drill split-brain --twin
  The same with a mistake in place of wipe-loser. It must come out broken: btrfs takes the wrong half.
  breaks       profiles, leg-alone-*

  Mount both  wipe-loser
    $ mount /storage

Sources
  - btrfs(5)`,
  );
});

test('a demonstration has no twin, and says so', () => {
  assert.match(show({ ...drill, twin: null }), /^The twin\n {2}None: this is a demonstration/mu);
});

test('prose is wrapped on a narrow terminal', () => {
  for (const row of show(drill, 40).split('\n')) assert.ok(row.length <= 40, row);
});

test('in the list a drill has a line for each thing to choose it by', () => {
  const rows = drillListLines([drill], './raidlab').flatMap((line) =>
    layoutLine(line, { columns: Infinity, colour: false, unicode: true, widthOf: stringWidth }),
  );
  assert.deepEqual(rows.slice(0, 10), [
    'split-brain',
    '  Two halves that were both written are not merged in silence.',
    '  array        2 × 1 GiB, LUKS2, raid1',
    '  layouts      raid1, raid10',
    '  tags         stale, missing',
    '  needs        kernel >=5.14: the speed can be limited',
    '  may be lost  What the losing half was told.',
    '  known        broken on kernel <6.1',
    '  steps        (build-array), wipe-loser',
    '  twin         with a mistake in place of wipe-loser; breaks profiles, leg-alone-*',
  ]);
});
