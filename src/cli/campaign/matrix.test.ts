import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { openArchive } from '../../archive/archive.ts';
import { matrixSchema, readMatrix } from '../../core/campaign/matrix/read-matrix.ts';
import { everyResult } from '../../core/campaign/result-filter.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';
import { parseYaml } from '../options/yaml-document.ts';

const isValid = new Ajv({ strict: true, allowUnionTypes: true }).compile(matrixSchema());

/** What raidlab and the published schema say of a text. */
function read(text: string) {
  const document = parseYaml(text);
  if (document.is !== 'document') return { reading: document, plain: undefined };
  return { reading: readMatrix(document.root), plain: plainOf(document.root) };
}

type Node = Extract<ReturnType<typeof parseYaml>, { is: 'document' }>['root'];

function plainOf(node: Node): unknown {
  if (node.is === 'scalar') return node.value;
  if (node.is === 'list') return node.items.map(plainOf);
  return node.is === 'map' ? Object.fromEntries(node.fields.map(({ key, value }) => [String(plainOf(key)), plainOf(value)])) : {};
}

for (const text of [
  'rounds: 3',
  'drills: ["replace-*", ./my-drill.ts]',
  'kernels: [trixie, "6.12"]',
  'seeds: [1, two]',
  'twins: no',
  'twins: both',
  'name: nightly-1',
  'layouts: [raid10, ./array.yaml]\ntools: [bookworm]',
]) {
  test(`a matrix: ${text.replace('\n', '; ')}`, () => {
    const { reading, plain } = read(text);
    assert.equal(reading.is, 'matrix', JSON.stringify(reading));
    assert.ok(isValid(plain), JSON.stringify(isValid.errors));
  });
}

for (const [text, problem] of [
  ['', /says nothing/u],
  ['[a]', /but a matrix has fields/u],
  ['kernel: [trixie]', /no field called "kernel"/u],
  ['kernels: [6.10]', /item 1 of kernels is the number 6\.1/u],
  ['kernels: trixie', /must be a list of kernels/u],
  ['kernels: []', /kernels is an empty list/u],
  ['rounds: 0', /rounds is the number 0/u],
  ['rounds: many', /rounds is "many"/u],
  ['twins: some', /twins is "some"/u],
  ['name: ../x', /name is "\.\.\/x"/u],
  ['drills: [a b]', /item 1 of drills/u],
  ['seeds:', /seeds has no value/u],
] as const) {
  test(`no matrix: ${text || 'an empty file'}`, () => {
    const { reading, plain } = read(text);
    assert.ok(reading.is === 'wrong', JSON.stringify(reading));
    assert.match(reading.mistakes.map((mistake) => mistake.problem).join('\n'), problem);
    assert.ok(!isValid(plain), 'the published schema takes it');
  });
}

test('the example is a matrix, and its schema is the published one', () => {
  const text = readFileSync(new URL('../../../examples/matrix.yaml', import.meta.url), 'utf8');
  assert.equal(read(text).reading.is, 'matrix');
  assert.deepEqual(JSON.parse(readFileSync(new URL('../../../docs/matrix.schema.json', import.meta.url), 'utf8')), matrixSchema());
});

/** No image can be built here: every machine fails. */
function openPoorSandbox(): Sandbox {
  const sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'echo "E: no" >&2; exit 1');
  return sandbox;
}

test('a plan tells jobs and time, and leaves nothing behind but the archive', async () => {
  using sandbox = openPoorSandbox();
  writeFileSync(join(sandbox.hostPath, 'nightly.yaml'), 'drills: ["replace-*"]\ntwins: both\nkernels: [bookworm, trixie]\nrounds: 3\n');
  const { exitCode, stdout, stderr } = await sandbox.run('matrix', 'nightly.yaml', '--plan');
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^nightly: 24 jobs, 0 done, about .* left$/mu);
  assert.match(stdout, /^bookworm +default +own +12 +0 +\d+ min/mu);
  const json = await sandbox.run('matrix', 'nightly.yaml', '--plan', '--json', '--rounds', '1', '--kernel', 'sid');
  const { matrix, jobs } = JSON.parse(json.stdout) as {
    readonly matrix: { readonly name: string };
    readonly jobs: readonly { readonly job: { readonly kernel: string } }[];
  };
  assert.deepEqual([matrix.name, jobs.length, jobs[0]?.job.kernel], ['nightly', 4, 'sid']);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});

test('machines that fail are told apart from findings, tried once more, and seen', async () => {
  using sandbox = openPoorSandbox();
  const words = ['matrix', '--drill', 'slow-disk', '--name', 'poor', '--archive', 'archive.sqlite', '--jobs', '1'];
  const { exitCode, stdout } = await sandbox.run(...words);
  assert.equal(exitCode, 2, stdout);
  assert.equal(stdout.match(/^! the machine failed .* slow-disk on trixie, round 1/gmu)?.length, 2);
  assert.match(stdout, /1 given up, the machine failed/u);
  assert.match(stdout, /2, of them 2 failed for the machine’s sake/u);
  const again = await sandbox.run(...words, '--json');
  const { jobs } = JSON.parse(again.stdout) as {
    readonly jobs: readonly { readonly end: string; readonly attempts: readonly { readonly directory: string }[] }[];
  };
  assert.deepEqual(
    jobs.map(({ end, attempts }) => [end, attempts.length]),
    [['machine', 4]],
  );
  for (const { directory } of jobs[0]?.attempts ?? []) {
    assert.deepEqual(
      readdirSync(directory)
        .filter((name) => name.endsWith('.json') || name.endsWith('.html'))
        .sort(),
      ['report.html', 'result.json'],
    );
    const { repeat } = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')) as { readonly repeat: string };
    assert.match(repeat, /raidlab drill slow-disk --kernel trixie --tools trixie --seed 1$/u);
  }
  using archive = await openArchive(join(sandbox.hostPath, 'archive.sqlite'));
  assert.equal(archive.total({ ...everyResult, matrices: ['poor'] }).machine, 4);
});

test('a matrix is run by one process at a time; one that was killed is none', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'touch begun; exec sleep 60');
  const words = ['matrix', '--drill', 'slow-disk', '--jobs', '1'];
  const first = sandbox.start(...words);
  while (!readdirSync(sandbox.hostPath, { recursive: true }).some((name) => String(name).endsWith('events.ndjson')))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await sandbox.run(...words);
  assert.equal(second.exitCode, 69, second.stderr);
  assert.match(second.stderr, new RegExp(`The matrix matrix is being run by process ${String(first.child.pid)}\\.`, 'u'));
  first.child.kill('SIGKILL');
  await first.ended;
  sandbox.scriptProgram('mmdebstrap', 'exit 1');
  const third = await sandbox.run(...words);
  assert.match(third.stdout, /^1 attempt was lost when raidlab was killed, and will be run again\.$/mu);
  assert.match(third.stdout, /3, of them 2 failed for the machine’s sake, 1 lost, their process was killed/u);
});

test('mistakes are refused with line and column before anything is run', async () => {
  using sandbox = openPoorSandbox();
  writeFileSync(join(sandbox.hostPath, 'bad.yaml'), 'rounds: 0\nkernels: [6.10]\n');
  for (const [words, why] of [
    [['matrix', 'bad.yaml'], /bad\.yaml:1:9: rounds is the number 0[^]*bad\.yaml:2:11: item 1 of kernels[^]*in quotes/u],
    [['matrix', 'none.yaml'], /The matrix none\.yaml cannot be read: there is no such file/u],
    [['matrix', '--drill', 'slow-dis'], /Did you mean "slow-disk"\?/u],
    [['matrix', '--kernel', 'trixi'], /trixie/u],
    [['matrix', '--tools', 'nowhere'], /nowhere/u],
    [['matrix', '--drill', 'kernel-crash', '--twins', 'both'], /kernel-crash is a demonstration: it has no twin/u],
    [['matrix', '--rounds', '10000'], /has \d{3},000 jobs; a matrix has at most 100,000/u],
    [['matrix', '--layout', './none.yaml'], /none\.yaml/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run(...words);
    assert.ok(exitCode === 64 || exitCode === 69, stderr);
    assert.match(stderr, why);
  }
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});
