import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { DrillPlan } from '../core/plan/drill-plan.ts';
import type { DrillListing } from './drill-list-lines.ts';
import { drillPageLines } from './drill-page-lines.ts';
import { layoutLine } from './layout-line.ts';

const drill: DrillListing = {
  name: 'split-brain',
  isDefault: false,
  promise: 'Two halves that were both written are not merged in silence.',
  story: 'Each disk was mounted alone. Now both are back.',
  layout: '2 × 1 GiB, LUKS2, raid1',
  payloadBytes: 8 * 1024 ** 2,
  steps: [
    { name: 'build-array', title: 'Build', phase: 'build', skippable: false },
    { name: 'wipe-loser', title: 'Wipe the loser', phase: 'repair', skippable: true },
  ],
  twin: { skipStep: 'wipe-loser', breaks: ['profiles'], because: 'btrfs takes the wrong half.' },
  tags: ['stale'],
  layouts: ['raid1'],
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

const show = (listing: DrillListing, columns = Infinity): string =>
  drillPageLines(listing, plan, './raidlab')
    .flatMap((line) => layoutLine(line, { columns, colour: false, unicode: true, widthOf: stringWidth }))
    .join('\n');

test('a drill is explained: promise, story, layout, commands to paste, twin, sources', () => {
  assert.equal(
    show(drill),
    `split-brain
Two halves that were both written are not merged in silence.

  array        2 × 1 GiB, LUKS2, raid1
  payload      8 MiB

The story
  Each disk was mounted alone. Now both are back.

What is done, and typed
  Build  build-array
    (power on)

  Wipe the loser  wipe-loser
    $ wipefs -a 'it'\\''s'

  Cannot be left out: build-array.

The twin
  $ ./raidlab drill split-brain --twin
  must come out broken: btrfs takes the wrong half.

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
