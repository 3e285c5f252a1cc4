// Drills on a real Slurm of two nodes on this machine (test/slurm/cluster.ts). `npm run test:slurm` has more jobs, and what the engine costs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunResult } from '../src/report/drill/result.ts';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';
import { startCluster } from './slurm/cluster.ts';
import type { Cluster } from './slurm/cluster.ts';
import { attemptsOf, loseNode, typeMatrix, whileRunning } from './slurm/matrix-on-cluster.ts';

// The first run builds the images.
const timeout = 1_800_000;

let cluster: Cluster;
before(async () => {
  cluster = await startCluster({ nodes: ['n1', 'n2'] });
});
after(async () => {
  await cluster[Symbol.asyncDispose]();
  assert.deepEqual(await cluster.processes(), []);
});

test('what Slurm does not have is said in its words, exit 69', { timeout }, async () => {
  await using directory = await openTestDirectory();
  for (const [words, why] of [
    [['--partition', 'nowhere'], /Slurm does not take the job\.[^]*nvalid partition name specified/u],
    [['--constraint', 'gold'], /Slurm does not take the job\.[^]*nvalid feature specification/u],
    [['--cores', '200'], /Slurm does not take the job\.[^]*onfiguration is not available/u],
  ] as const) {
    const { exitCode, stderr } = await typeRaidlab(directory.hostPath, ['drill', 'once-only-rw', '--on', 'slurm', ...words], cluster.env)
      .ended;
    assert.equal(exitCode, 69, stderr);
    assert.match(stderr, why);
  }
  assert.deepEqual(await cluster.queue(), []);
});

test('a node without raidlab is told by its name', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const path = (cluster.env.PATH ?? '').split(':').slice(1).join(':');
  const words = ['drill', 'once-only-rw', '--on', 'slurm', '--constraint', 'n2'];
  const { exitCode, stderr } = await typeRaidlab(directory.hostPath, words, { ...cluster.env, PATH: path }).ended;
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /There is no raidlab on the node n2 that could be run\./u);
});

test('two drills on two nodes are one run here', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const words = ['drill', 'once-only-rw', 'silent-corruption', '--on', 'slurm', '--reporter', 'junit=report.xml'];
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, words, cluster.env).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const folder = join(directory.hostPath, 'raidlab-results', 'latest');
  const { drills } = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as RunResult;
  assert.deepEqual(
    drills.map(({ job, verdict }) => [job, verdict]),
    [
      ['once-only-rw', 'held'],
      ['silent-corruption', 'held'],
    ],
  );
  assert.ok((await readFile(join(folder, 'silent-corruption', 'main', 'console.log'))).length > 1000);
  assert.match(await readFile(join(directory.hostPath, 'report.xml'), 'utf8'), /tests="2"/u);
});

test('Ctrl-C and kill -9 take the jobs back, and the same command goes on', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const matrix = { name: 'stopped', jobs: 2, atOnce: 2 };
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGKILL', 137],
  ] as const) {
    const typed = typeMatrix(cluster, directory.hostPath, matrix);
    await whileRunning(typed, async () => (await cluster.queue()).filter((line) => line.includes(' RUNNING ')).length === 2);
    await delay(2000);
    typed.child.kill(signal);
    assert.equal((await typed.ended).exitCode, exit);
    // After a kill it is srun itself that takes its job back.
    for (let look = 0; look < 150 && (await cluster.queue()).length > 0; look += 1) await delay(200);
    assert.deepEqual(await cluster.queue(), []);
  }
  const { exitCode, stdout, stderr } = await typeMatrix(cluster, directory.hostPath, matrix).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const ends = (await attemptsOf(directory.hostPath, 'stopped')).map(({ end }) => end);
  assert.deepEqual(ends, ['interrupted', 'interrupted', 'lost', 'lost', 'good', 'good']);
});

// The last one: it has one node less.
test(
  'a node dies in the middle: every job has its verdict, the lost attempt is seen, nothing is left in the queue',
  { timeout },
  async () => {
    await using directory = await openTestDirectory();
    await loseNode(cluster, directory.hostPath, { name: 'dying', jobs: 6, atOnce: 6 });
  },
);
