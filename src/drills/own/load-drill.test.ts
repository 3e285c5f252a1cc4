import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeFailure, RaidlabError } from '../../core/failure/failure.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { planArray } from '../../core/plan/array.ts';
import type { Drill } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { planDrill } from '../plan-drill.ts';
import { buildArray } from '../steps/build-steps.ts';
import { loadDrill } from './load-drill.ts';

const array = planArray(defaultLayout, ['A', 'B', 'C']);

/** The source of a drill that is right, with one part replaced. */
function source(replaced: string, by: string): string {
  const text = `import { act, buildArray, defaultLayout, typed, command } from 'raidlab';
import type { Drill } from 'raidlab';
const own = {
  name: 'own-step', title: 'Something', phase: 'repair', skippable: true,
  plan: () => [act('look'), ...typed(command('true'))],
  run: async (): Promise<void> => {},
} as const;
export default {
  name: 'my-drill', promise: 'It holds.', story: 'A story.', sources: ['me'], tags: ['own'],
  layout: defaultLayout, layouts: [], payloadBytes: 1024, proof: 'full',
  steps: [buildArray, own],
  twin: { because: 'of that', breaks: ['profiles'], skipStep: 'own-step' },
} satisfies Drill;
`;
  assert.ok(text.includes(replaced), replaced);
  return text.replace(replaced, by);
}

interface Written extends Disposable {
  readonly load: () => Promise<Drill>;
}

function write(text: string, name = 'my-drill.ts', others: Readonly<Record<string, string>> = {}): Written {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'raidlab-own-'));
  for (const [file, content] of Object.entries({ ...others, [name]: text })) writeFileSync(join(directory.path, file), content);
  return {
    load: async () => loadDrill({ hostPath: join(directory.path, name), typed: `./${name}`, cwdHostPath: directory.path }),
    [Symbol.dispose]: () => {
      directory.remove();
    },
  };
}

/** Gives what is told of a drill that is none: where and what, then the source there. */
async function refusal(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof RaidlabError, String((error as Error).stack));
    const { exitCode, what, said, remedy } = describeFailure(error.failure);
    assert.equal(exitCode, 64);
    assert.notEqual(remedy, '');
    return said === undefined ? what : `${what}\n${said}`;
  }
  return assert.fail('it was accepted');
}

test('a drill in a file of one’s own has what raidlab exports, from wherever the file is', async () => {
  using file = write(source('', ''));
  const drill = await file.load();
  assert.equal(drill.name, 'my-drill');
  assert.deepEqual(
    planDrill(drill, { layout: defaultLayout, skippedSteps: [] }).steps.map((step) => step.name),
    ['build-array', 'own-step', 'proof'],
  );
});

test('the type of the package above a .ts file does not matter, and a .mjs file is JavaScript', async () => {
  using commonjs = write(source('', ''), 'my-drill.ts', { 'package.json': '{"type": "commonjs"}' });
  assert.equal((await commonjs.load()).name, 'my-drill');
  const javascript = source('import type { Drill } from ', '// ')
    .replace(': Promise<void>', '')
    .replace(' as const', '')
    .replace(' satisfies Drill', '');
  using file = write(javascript, 'my-drill.mjs');
  assert.equal((await file.load()).name, 'my-drill');
});

test('the example is a drill', async () => {
  const hostPath = fileURLToPath(new URL('../../../examples/my-drill.ts', import.meta.url));
  const drill = await loadDrill({ hostPath, typed: 'my-drill.ts', cwdHostPath: '/' });
  for (const step of planDrill(drill, { layout: drill.layout, skippedSteps: [] }).steps) assert.ok(step.lines.length > 0, step.name);
});

const refused: readonly (readonly [what: string, text: string, said: RegExp, name?: string])[] = [
  [
    'does not compile',
    source('const own = {', 'const own = = {'),
    /^\.\/my-drill\.ts:3:13: Expression expected\.\nimport .*\nconst own = = \{\n {12}\^$/mu,
  ],
  [
    'does not compile as JavaScript',
    'const a = 1;\nconst b = ;\nexport default b;\n',
    /^\.\/x\.js:2:11: Unexpected token ';'\.\n/u,
    'x.js',
  ],
  ['has what types alone cannot strip', 'enum A { x }\nexport default A;\n', /^\.\/my-drill\.ts:1:1: TypeScript enum is not supported/u],
  [
    'throws while it is read',
    source('const own', 'const n = (undefined as unknown as Drill).name;\nconst own'),
    /^\.\/my-drill\.ts:3:\d+: TypeError: Cannot read properties of undefined/u,
  ],
  [
    'imports what is not there',
    source("from 'raidlab';", "from './nowhere.ts';"),
    /^\.\/my-drill\.ts: Cannot find module '.*nowhere\.ts'/u,
  ],
  [
    'imports what raidlab does not export',
    source('act, buildArray,', 'act, nonesuch, buildArray,'),
    /^\.\/my-drill\.ts:1:\d+: .*'raidlab' does not provide an export named 'nonesuch'/u,
  ],
  ['exports nothing', 'export {};\n', /^\.\/my-drill\.ts: it exports nothing/u],
  [
    'exports no default',
    'export const drill = 1;\n',
    /^\.\/my-drill\.ts: it has no default export.*it exports drill \(write `export default drill`\)/u,
  ],
  ['exports no object', 'export default 4;\n', /a drill is an object/u],
  ['lacks a field', source("promise: 'It holds.', ", ''), /^\.\/my-drill\.ts: promise is missing: it must be one sentence/u],
  [
    'has a field of another type',
    source('payloadBytes: 1024', "payloadBytes: '1 KiB'"),
    /^\.\/my-drill\.ts:10: payloadBytes is "1 KiB": it must be a whole number of bytes/u,
  ],
  [
    'has a field that there is not',
    source('sources:', "wrongMove: ['x'], sources:"),
    /wrongMove is an unknown field; did you mean wrongMoves\?/u,
  ],
  [
    'has a step without a plan',
    source("plan: () => [act('look'), ...typed(command('true'))],", ''),
    /^\.\/my-drill\.ts:4: step own-step: plan is missing: it must be a function/u,
  ],
  [
    'has a phase that there is not',
    source("phase: 'repair'", "phase: 'repiar'"),
    /^\.\/my-drill\.ts:4: step own-step: phase is "repiar": it must be one of build, fault, repair/u,
  ],
  ['has two steps of one name', source('[buildArray, own]', '[buildArray, own, own]'), /two steps are called own-step/u],
  [
    'builds after other steps',
    source('[buildArray, own]', '[own, buildArray]'),
    /^\.\/my-drill\.ts: step build-array: it builds after a step that does not/u,
  ],
  [
    'leaves out what must stay',
    source("skipStep: 'own-step'", "skipStep: 'build-array'"),
    /twin\.skipStep names build-array, which is not skippable/u,
  ],
  [
    'has a twin that names no step',
    source("skipStep: 'own-step'", "skipStep: 'own'"),
    /twin\.skipStep names no step: "own" is none of build-array, own-step/u,
  ],
  ['has a twin that changes nothing', source(", skipStep: 'own-step'", ''), /twin changes nothing/u],
  [
    'has a wrong move in no place',
    source("skipStep: 'own-step'", "instead: [{ ...own, name: 'other' }]"),
    /twin\.instead has a step other that replaces none/u,
  ],
  [
    'has a layout that cannot be',
    source('layout: defaultLayout', 'layout: { ...defaultLayout, memberSizesBytes: [1024 ** 3] }'),
    /layout: The profile raid1 needs at least 2 disks/u,
  ],
  ['knows of versions that cannot be read', source('sources:', "requires: [{ kernel: 'new', because: 'x' }], sources:"), /"new"/u],
  [
    'is called like one of raidlab’s',
    source("name: 'my-drill'", "name: 'replace-missing-disk'"),
    /its name, replace-missing-disk, is the name of one of raidlab's own drills/u,
  ],
];

for (const [what, text, said, name] of refused) {
  test(`a file that ${what} is refused with its place`, async () => {
    using file = write(text, name);
    assert.match(await refusal(file.load), said);
  });
}

test('what is no regular file is refused at once, and not waited for', { timeout: 10_000 }, async () => {
  for (const [hostPath, why] of [
    ['/dev/zero', 'it is not a regular file'],
    ['/', 'it is a directory'],
  ] as const) {
    const said = await refusal(async () => loadDrill({ hostPath, typed: './x.ts', cwdHostPath: '/' }));
    assert.equal(said, `The drill ./x.ts cannot be read: ${why}.`);
  }
});

test('a file that is not there, or that imports a broken one, is named', async () => {
  assert.match(
    await refusal(async () => loadDrill({ hostPath: '/nowhere/x.ts', typed: './x.ts', cwdHostPath: '/' })),
    /^The drill \.\/x\.ts cannot be read: there is no such file\.$/u,
  );
  using file = write(source('const own', "import './beside.ts';\nconst own"), 'my-drill.ts', { 'beside.ts': 'const x = ;\n' });
  assert.match(await refusal(file.load), /^beside\.ts:1:11: Expression expected\.\n/u);
});

test('what a step throws is its own mistake, with the place; what ends the run or comes of the machine is not', async () => {
  using file = write(
    source(
      'async (): Promise<void> => {}',
      "async (): Promise<void> => {\n    await Promise.resolve();\n    throw new RangeError('oh');\n  }",
    ),
  );
  const drill = await file.load();
  const run = (signal: AbortSignal): DrillRun => ({ ctx: { signal, emit: () => undefined } }) as unknown as DrillRun;
  const act = async (): Promise<void> => drill.steps[1]?.run(run(new AbortController().signal));
  assert.match(await refusal(act), /^\.\/my-drill\.ts:8:11: the step own-step threw: RangeError: oh\.$/u);
  await assert.rejects(async () => drill.steps[1]?.run(run(AbortSignal.abort())), RangeError);
});

test('a plan that throws or that is none is a mistake with its step', async () => {
  using throwing = write(source("plan: () => [act('look')", "plan: () => [act(String(JSON.parse('{')))"));
  const drill = await throwing.load();
  assert.match(await refusal(() => drill.steps[1]?.plan(array)), /^\.\/my-drill\.ts:5:\d+: the plan of the step own-step threw: /u);
  using none = write(source("[act('look'), ...typed(command('true'))]", "['btrfs scrub']"));
  const other = await none.load();
  assert.match(await refusal(() => other.steps[1]?.plan(array)), /the plan of the step own-step is not a list of lines/u);
});

test('the template of a build step of one’s own is told apart by the source; one of raidlab’s is everybody’s', async () => {
  const building = (text: string): string =>
    source("phase: 'repair', skippable: true", "phase: 'build', skippable: false")
      .replace('A story.', text)
      .replace(", skipStep: 'own-step'", ", layout: { ...defaultLayout, profile: 'single' }");
  using first = write(building('One.'));
  using second = write(building('Two.'));
  using same = write(building('One.'));
  const editions = await Promise.all([first, second, same].map(async (file) => (await file.load()).steps.map((step) => step.edition)));
  assert.deepEqual(
    editions.map(([library]) => library),
    [undefined, undefined, undefined],
  );
  const [one, two, again] = editions.map(([, own]) => own);
  assert.ok(one !== undefined && one === again && one !== two);
  assert.equal(buildArray.edition, undefined);
});
