import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openArchive } from '../../src/archive/archive.ts';
import type { Attempt } from '../../src/core/campaign/matrix/attempts.ts';
import { everyResult } from '../../src/core/campaign/result-filter.ts';
import type { RunResult } from '../../src/report/drill/result.ts';
import { typeRaidlab } from '../rig/raidlab.ts';
import type { TypedRaidlab } from '../rig/raidlab.ts';
import type { Cluster } from './cluster.ts';

/** Quick ones. */
const drills = ['once-only-rw', 'silent-corruption'];

/** A matrix that is run on a cluster, in a directory of its own. */
export interface MatrixOnCluster {
  readonly name: string;
  /** How many jobs, an even number. */
  readonly jobs: number;
  /** How many in the queue at once. */
  readonly atOnce: number;
  /** On the cluster unless it says `here`. */
  readonly on?: 'slurm' | 'here';
}

const onCluster = ['--partition', 'drills', '--prefer', 'raidlab'];

/** Types the matrix. */
export function typeMatrix(cluster: Cluster, cwdHostPath: string, { name, jobs, atOnce, on = 'slurm' }: MatrixOnCluster): TypedRaidlab {
  const chosen = [...drills.flatMap((drill) => ['--drill', drill]), '--rounds', String(jobs / drills.length)];
  const where = ['--on', on, ...(on === 'slurm' ? onCluster : []), '--jobs', String(atOnce)];
  return typeRaidlab(cwdHostPath, ['matrix', '--name', name, ...chosen, ...where, '--archive', 'archive.sqlite'], cluster.env);
}

/** Gives the attempts of a matrix so far. */
export async function attemptsOf(cwdHostPath: string, name: string): Promise<readonly Attempt[]> {
  const archiveHostPath = join(cwdHostPath, 'archive.sqlite');
  if (!existsSync(archiveHostPath)) return [];
  using archive = await openArchive(archiveHostPath);
  return archive.openJournal(name).attempts();
}

/** Waits until that is so, as long as the command runs. */
export async function whileRunning(typed: TypedRaidlab, isSo: () => Promise<boolean>): Promise<void> {
  let ended: Awaited<TypedRaidlab['ended']> | undefined;
  void typed.ended.then((end) => (ended = end));
  while (!(await isSo())) {
    if (ended !== undefined) throw new Error(`it ended too early: ${ended.stdout.slice(-3000)}${ended.stderr.slice(-3000)}`);
    await delay(200);
  }
}

/** Runs a matrix on the nodes n1 and n2, lets n2 die in the middle of a job, and checks what must then be so. Gives the lost attempts. */
export async function loseNode(cluster: Cluster, cwdHostPath: string, matrix: MatrixOnCluster): Promise<readonly Attempt[]> {
  const { name, jobs } = matrix;
  const typed = typeMatrix(cluster, cwdHostPath, matrix);
  const goodOf = (all: readonly Attempt[]): readonly Attempt[] => all.filter(({ end }) => end === 'good');
  await whileRunning(typed, async () => goodOf(await attemptsOf(cwdHostPath, name)).length >= Math.max(1, jobs / 6));
  await whileRunning(typed, async () => (await cluster.queue()).some((line) => / RUNNING .* n2$/u.test(line)));
  // In the middle: a job begins with the start of Node.
  await delay(4000);
  await cluster.killNode('n2');
  const { exitCode, stdout, stderr } = await typed.ended;
  assert.equal(exitCode, 0, stdout + stderr);

  const all = await attemptsOf(cwdHostPath, name);
  const good = goodOf(all);
  assert.deepEqual([good.length, new Set(good.map(({ job }) => job)).size], [jobs, jobs], stdout);
  const lost = all.filter(({ end }) => end !== 'good');
  assert.ok(lost.length > 0, 'the node had no job');
  for (const { directory, end, job } of lost) {
    assert.equal(end, 'machine', stdout);
    const { failures } = JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')) as RunResult;
    assert.match(failures[0]?.what ?? '', /^The job was lost on the node n2: /u);
    assert.ok(existsSync(join(directory, 'report.html')));
    assert.ok(good.some((other) => other.job === job));
  }
  assert.match(stdout, /The job was lost on the node n2: /u);
  for (const { directory } of good)
    for (const file of ['report.html', 'result.json', 'events.ndjson']) assert.ok(existsSync(join(directory, file)), directory);
  using archive = await openArchive(join(cwdHostPath, 'archive.sqlite'));
  const total = archive.total({ ...everyResult, matrices: [name] });
  assert.deepEqual([total.good, total.machine, total.bad], [jobs, lost.length, 0]);
  assert.deepEqual(await cluster.queue(), []);
  return lost;
}

/** What a matrix took, one job after the other. */
export interface MatrixCost {
  /** Of a job's run on average, milliseconds. */
  readonly runMs: number;
  /** Of all that is not its run, milliseconds a job. */
  readonly besidesMs: number;
}

/** Runs a matrix one job after the other, and gives what it took. */
export async function measureCost(
  cluster: Cluster,
  cwdHostPath: string,
  { jobs, on }: { readonly jobs: number; readonly on: 'slurm' | 'here' },
): Promise<MatrixCost> {
  const name = `cost-${on}`;
  const startedMs = performance.now();
  const { exitCode, stdout, stderr } = await typeMatrix(cluster, cwdHostPath, { name, jobs, atOnce: 1, on }).ended;
  const wallMs = performance.now() - startedMs;
  assert.equal(exitCode, 0, stdout + stderr);
  let runsMs = 0;
  for (const { directory } of await attemptsOf(cwdHostPath, name)) {
    const { durationMs } = JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')) as RunResult;
    runsMs += durationMs ?? Number.NaN;
  }
  return { runMs: runsMs / jobs, besidesMs: (wallMs - runsMs) / jobs };
}
