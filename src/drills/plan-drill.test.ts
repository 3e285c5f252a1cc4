import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../core/failure/failure.ts';
import type { Failure } from '../core/failure/failure.ts';
import { checkLayout } from '../core/layout/layout-mistakes.ts';
import { defaultLayout } from '../core/layout/layout.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import { satisfies } from '../core/image/version-range.ts';
import { formatCommand } from '../core/plan/command.ts';
import { planDrill } from './plan-drill.ts';
import { checkSkippedSteps, defaultDrill, drills, findDrill } from './registry.ts';
import { twinOf } from './twin.ts';

const plan = planDrill(defaultDrill, { layout: defaultLayout, skippedSteps: ['soft-balance'] });
const lines = plan.steps.flatMap((step) =>
  step.lines.map((line) => (line.kind === 'command' ? formatCommand(line.command) : `(${line.text})`)),
);

test('a plan has every step in order, with what is left out marked, and the proof last', () => {
  assert.deepEqual(
    plan.steps.map((step) => step.name),
    [...defaultDrill.steps.map((step) => step.name), 'proof'],
  );
  assert.deepEqual(
    plan.steps.filter((step) => step.skipped).map((step) => step.name),
    ['soft-balance'],
  );
  assert.ok(plan.steps.every((step) => step.lines.length > 0));
  assert.deepEqual([plan.drill, plan.promise, plan.layout], [defaultDrill.name, defaultDrill.promise, '2 × 1 GiB + 1 spare, LUKS2, raid1']);
});

test('the proof says what does its reboot', () => {
  const lastLine = (boot?: 'systemd'): unknown =>
    planDrill(defaultDrill, { layout: defaultLayout, skippedSteps: [], boot }).steps.at(-1)?.lines.at(-1);
  assert.deepEqual(lastLine(), { kind: 'act', text: 'it survives a reboot with only what crypttab and fstab say' });
  assert.match(JSON.stringify(lastLine('systemd')), /an installed Debian boots with it, under systemd/u);
});

test('a plan is the same every time, with names in the place of UUIDs that each run draws', () => {
  assert.deepEqual(planDrill(defaultDrill, { layout: defaultLayout, skippedSteps: ['soft-balance'] }), plan);
  assert.ok(lines.some((line) => line.includes('--uuid UUID-OF-DISK3 ')));
  assert.ok(!lines.some((line) => /[0-9a-f]{8}-[0-9a-f]{4}-/u.test(line)));
});

test('the default plan replaces, records the new disk, and converts single chunks, in this order', () => {
  const at = (part: string): number => lines.findIndex((line) => line.includes(part));
  const order = [
    'mkfs.btrfs',
    '(pull DISK1',
    'degraded /dev/mapper/crypt-btrfs2',
    'btrfs replace start -B -f 1',
    "sed -i '/^crypt-btrfs1[[:blank:]]/d'",
    'convert=raid1,soft',
  ].map(at);
  assert.ok(
    order.every((place) => place >= 0),
    lines.join('\n'),
  );
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('a demonstration without proof has none in its plan', () => {
  const drill = findDrill('kernel-crash');
  assert.deepEqual(
    planDrill(drill, { layout: defaultLayout, skippedSteps: [] }).steps.map(({ name }) => name),
    drill.steps.map(({ name }) => name),
  );
});

for (const drill of drills) {
  test(`${drill.name} is named, told and sourced, and its steps have names of their own`, () => {
    const names = drill.steps.map((step) => step.name);
    assert.equal(new Set(names).size, names.length);
    for (const name of [drill.name, ...names]) assert.match(name, /^[a-z]+(?:-[a-z]+)*$/u);
    assert.match(drill.promise, /^[A-Z].*\.$/u);
    assert.ok(drill.story.length > 50 && drill.sources.length > 0);
  });

  test(`${drill.name} has a twin that can be made, or is a demonstration`, () => {
    if (drill.twin === null) {
      assert.ok(drill.tags.includes('demonstration'));
      return;
    }
    const twin = twinOf(drill, drill.twin);
    checkSkippedSteps(twin.drill, twin.skippedSteps);
    assert.ok(drill.twin.skipStep !== undefined || drill.twin.instead !== undefined || drill.twin.layout !== undefined);
    assert.ok(drill.twin.breaks.length > 0, 'it says which checks it breaks');
    checkLayout(twin.drill.layout);
  });

  test(`${drill.name} can be planned on every layout that it is made for`, () => {
    for (const layout of [drill.layout, ...drill.layouts.map((name) => namedLayouts[name])]) planDrill(drill, { layout, skippedSteps: [] });
    for (const range of [...(drill.requires ?? []), ...(drill.knowledge ?? [])].flatMap(({ kernel, tools }) =>
      [kernel ?? [], tools ?? []].flat(),
    ))
      satisfies('6.12', range);
  });

  test(`${drill.name} builds first, and no build step can be left out`, () => {
    const building = drill.steps.map((step) => step.phase === 'build');
    assert.deepEqual(
      building,
      building.toSorted((a, b) => Number(b) - Number(a)),
    );
    assert.ok(drill.steps.filter((step) => step.phase === 'build').every((step) => !step.skippable));
  });
}

function failureOfAct(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof RaidlabError);
    return error.failure;
  }
  return assert.fail('it did not throw');
}

test('a drill is found by its name, and a misspelt one is refused', () => {
  for (const drill of drills) assert.equal(findDrill(drill.name), drill);
  const known = drills.map(({ name }) => name);
  assert.deepEqual(
    failureOfAct(() => findDrill('kernel-crsh')),
    { area: 'usage', reason: 'unknown-drill', drill: 'kernel-crsh', known },
  );
  assert.deepEqual(
    failureOfAct(() => findDrill('zzzzzzzzzz')),
    { area: 'usage', reason: 'unknown-drill', drill: 'zzzzzzzzzz', known },
  );
});

test('a step that is not there or that must stay cannot be left out', () => {
  checkSkippedSteps(defaultDrill, []);
  const unknown = failureOfAct(() => {
    checkSkippedSteps(defaultDrill, ['soft-balance', 'soft-balanc']);
  });
  assert.ok(unknown.reason === 'unknown-step');
  assert.equal(unknown.step, 'soft-balanc');
  const required = failureOfAct(() => {
    checkSkippedSteps(defaultDrill, ['build-array']);
  });
  assert.ok(required.reason === 'required-step');
  assert.ok(required.skippable.includes('soft-balance') && !required.skippable.includes('build-array'));
});
