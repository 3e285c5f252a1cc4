import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openArchive } from '../../archive/archive.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';
import { realRaidlab, scriptSlurm } from './fixtures/script-slurm.ts';

/** No image can be built here: every machine fails, and its bundle says so. */
function openPoorSandbox(): Sandbox {
  const sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'echo "E: no" >&2; exit 1');
  return sandbox;
}

const matrix = ['matrix', '--drill', 'slow-disk', '--name', 'far', '--archive', 'archive.sqlite', '--on', 'slurm'];
const read = (sandbox: Sandbox, ...path: readonly string[]): string => readFileSync(join(sandbox.hostPath, ...path), 'utf8');

async function attemptsOf(sandbox: Sandbox) {
  using archive = await openArchive(join(sandbox.hostPath, 'archive.sqlite'));
  return archive.openJournal('far').attempts();
}

async function until(isThere: () => boolean): Promise<void> {
  for (let look = 0; look < 200 && !isThere(); look += 1) await delay(50);
  assert.ok(isThere());
}

test('a job comes back as a run of this host: folder, report, result, and what repeats it here', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox);
  const { exitCode, stdout, stderr } = await sandbox.run(...matrix, '--partition', 'storage', '--constraint', 'kvm&ssd', '--cores', '2');
  assert.equal(exitCode, 2, stdout + stderr);
  assert.equal(stdout.match(/^! the machine failed .* slow-disk on trixie, round 1/gmu)?.length, 2);
  const attempts = await attemptsOf(sandbox);
  assert.deepEqual(
    attempts.map(({ end }) => end),
    ['machine', 'machine'],
  );
  for (const { run, directory } of attempts) {
    assert.ok(directory.endsWith(`/raidlab-results/${run}`));
    assert.ok(existsSync(join(directory, 'report.html')));
    const result = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')) as RunResult;
    assert.equal(result.run, run);
    assert.match(result.command, /raidlab drill slow-disk --kernel trixie --tools trixie --seed 1 --memory 1024$/u);
    assert.match(result.failures[0]?.what ?? '', /^Building kernel of trixie failed\.$/u);
  }
  const [tested = '', first = ''] = read(sandbox, 'srun.log').split('\n');
  assert.match(tested, /^--test-only .*--cpus-per-task=2 --mem=3328M --partition=storage --constraint=kvm&ssd true$/u);
  assert.match(first, new RegExp(`--job-name=${attempts[0]?.run ?? '?'} .* env raidlab drill slow-disk `, 'u'));
  // Nothing of it is left where it came in, nor where it was sent from.
  assert.deepEqual(readdirSync(join(sandbox.hostPath, 'cache/raidlab/work')), []);
});

test('a node that dies costs an attempt, which is kept and told; the job is run again', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox, { onJob: '[ $turn != 1 ] || { echo "srun: error: Node failure on n2" >&2; exit 1; }' });
  const { stdout } = await sandbox.run(...matrix);
  assert.match(stdout, /The job was lost on the node n2: its node failed\./u);
  const attempts = await attemptsOf(sandbox);
  assert.deepEqual(
    attempts.map(({ end }) => end),
    ['machine', 'machine'],
  );
  const lost = JSON.parse(readFileSync(join(attempts[0]?.directory ?? '', 'result.json'), 'utf8')) as RunResult;
  assert.deepEqual([lost.exitCode, lost.failures.map(({ reason, job }) => [reason, job])], [69, [['slurm-job-lost', 'slow-disk']]]);
  assert.match(lost.command, /raidlab drill slow-disk/u);
  const { stdout: results } = await sandbox.run('results', '--archive', 'archive.sqlite');
  assert.match(results, /2 results: .*2 machine|failed \(machine\)/u);
});

test('what a job came to is told by Slurm where nothing came back', async () => {
  for (const [state, why] of [
    ['OUT_OF_MEMORY', 'its memory was too small'],
    ['CANCELLED', 'somebody cancelled it'],
    ['TIMEOUT', 'its time limit was over'],
  ] as const) {
    using sandbox = openPoorSandbox();
    scriptSlurm(sandbox, { onJob: 'exit 143', squeue: `7|${state}|n1` });
    const { stdout } = await sandbox.run(...matrix);
    assert.match(stdout, new RegExp(`The job was lost on the node n1: ${why}\\.`, 'u'));
  }
});

test('what concerns all jobs ends the matrix with a plain word, exit 69', async () => {
  for (const [scripted, why] of [
    [
      { onTest: 'echo "allocation failure: Invalid partition name specified" >&2; exit 1' },
      /Slurm does not take the job\.[^]*allocation failure: Invalid partition name specified/u,
    ],
    [{ onJob: 'echo "srun: error: Slurm controller not responding, sleeping and retrying." >&2; exit 1' }, /The queue of Slurm is full/u],
    [
      { onJob: 'echo "srun: error: Unable to allocate resources: Requested node configuration is not available" >&2; exit 1' },
      /Slurm does not take the job\.[^]*node configuration is not available/u,
    ],
    [{ raidlab: null }, /There is no raidlab on the node n1 that could be run\.[^]*env: .raidlab.: No such file/u],
    [
      { raidlab: 'echo "Error: Unexpected option or argument: bundle=-" >&2; exit 64' },
      /raidlab on the node n1 did not understand[^]*another version/u,
    ],
    [{ raidlab: 'echo "This host lacks qemu." >&2; exit 69' }, /The node n1 cannot run drills\.[^]*This host lacks qemu/u],
    [
      {
        raidlab: `${realRaidlab} | gunzip | sed 's/"raidlab": "0.1.0"/"raidlab": "9.9.9"/; s/"raidlabVersion":"0.1.0"/"raidlabVersion":"9.9.9"/' | gzip`,
        squeue: '7|COMPLETED|n1',
      },
      /The node n1 has raidlab 9\.9\.9, and this is 0\.1\.0/u,
    ],
    [{ onJob: 'exit 9', squeue: '7|BAFFLED|n1' }, /squeue: line 1: expected a state of a job/u],
  ] as const) {
    using sandbox = openPoorSandbox();
    scriptSlurm(sandbox, scripted);
    const { exitCode, stderr } = await sandbox.run(...matrix, '--rounds', '3', '--jobs', '2');
    assert.match(stderr, why);
    assert.equal(exitCode, 69, stderr);
    // Nothing is left open, and no result was made up.
    assert.ok((await attemptsOf(sandbox)).every(({ end }) => end === 'interrupted'));
  }
});

test('without Slurm that is said', async () => {
  using sandbox = openPoorSandbox();
  sandbox.scriptProgram('srun', 'exit 0');
  sandbox.scriptProgram('squeue', 'exit 0');
  const { exitCode, stderr } = await sandbox.run(...matrix);
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /scancel is not installed: --on slurm needs the commands of Slurm here\./u);
});

test('Ctrl-C takes the jobs back, and so does whoever goes on after a kill', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox, { onJob: 'touch "begun-$turn"; exec sleep 60' });
  const first = sandbox.start(...matrix, '--rounds', '2', '--jobs', '1');
  await until(() => existsSync(join(sandbox.hostPath, 'begun-1')));
  first.child.kill('SIGINT');
  assert.equal((await first.ended).exitCode, 130);
  const [interrupted] = await attemptsOf(sandbox);
  assert.equal(interrupted?.end, 'interrupted');
  assert.equal(read(sandbox, 'scancel.log'), `--quiet --name=${interrupted.run}\n`);
  const second = sandbox.start(...matrix, '--rounds', '2', '--jobs', '1');
  await until(() => existsSync(join(sandbox.hostPath, 'begun-2')));
  second.child.kill('SIGKILL');
  await second.ended;
  scriptSlurm(sandbox, { onJob: 'echo "srun: error: Node failure on n1" >&2; exit 1' });
  const third = await sandbox.run(...matrix, '--rounds', '1');
  assert.match(third.stdout, /^1 attempt was lost when raidlab was killed, and will be run again\.$/mu);
  const [, killed] = await attemptsOf(sandbox);
  assert.equal(killed?.end, 'lost');
  assert.equal(read(sandbox, 'scancel.log').trimEnd().split('\n').at(-1), `--quiet --name=${killed.run}`);
});

test('drills are one run here, each a job there, with what was lost on the way', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox, { onJob: 'case $name in *-1-1) echo "srun: error: Node failure on n2" >&2; exit 1 ;; esac' });
  const words = ['drill', 'slow-disk', 'tiny-disks', '--on=slurm', '--jobs', '2', '--reporter', 'junit=report.xml'];
  const { exitCode, stdout, stderr } = await sandbox.run(...words);
  assert.equal(exitCode, 69, stdout + stderr);
  assert.match(stdout, /An attempt of \S+ is not counted, and was followed by another\. The job was lost on the node n2/u);
  const result = JSON.parse(read(sandbox, 'raidlab-results', 'latest', 'result.json')) as RunResult;
  assert.deepEqual(
    result.drills.map(({ job }) => job),
    ['slow-disk', 'tiny-disks'],
  );
  assert.match(result.command, /raidlab drill --seed 1 slow-disk tiny-disks$/u);
  assert.equal(read(sandbox, 'report.xml').match(/<testcase /gu)?.length, 2);
  const calls = read(sandbox, 'srun.log').trimEnd().split('\n');
  assert.equal(calls.length, 4, calls.join('\n'));
  const events = read(sandbox, 'raidlab-results', 'latest', 'events.ndjson').trimEnd().split('\n');
  assert.equal((JSON.parse(events.at(-1) ?? '') as RecordedEvent).type, 'run-ended');
  assert.deepEqual(readdirSync(join(sandbox.hostPath, 'cache/raidlab/work')), []);
});

test('a drill whose attempts are all lost has failed for the machine’s sake', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox, { onJob: 'echo "srun: error: Node failure on n1" >&2; exit 1' });
  const { exitCode, stderr } = await sandbox.run('drill', 'slow-disk', '--on', 'slurm');
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /The job was lost on the node n1: its node failed\./u);
  assert.equal(read(sandbox, 'srun.log').trimEnd().split('\n').length, 3);
});

test('mistakes are refused before anything is sent', async () => {
  using sandbox = openPoorSandbox();
  scriptSlurm(sandbox);
  for (const [words, why] of [
    [['drill', '--partition', 'p'], /--partition is for --on slurm\./u],
    [['matrix', '--cores', '2'], /--cores is for --on slurm\./u],
    [['drill', '--on', 'slurm', '--keep'], /--keep is for drills that run here/u],
    [['drill', '--on', 'slurm', '--shard', '1/2'], /--shard is for drills that run here/u],
    [['drill', '--on', 'slurm', './mine.ts'], /\.\/mine\.ts is a file of this host/u],
    [['drill', '--on', 'slurm', '--layout', './array.yaml'], /\.\/array\.yaml is a file of this host/u],
    [['matrix', '--on', 'slurm', '--kernel', './linux'], /\.\/linux is a file of this host/u],
    [['drill', '--on', 'pbs'], /here.*slurm/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run(...words);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, why);
  }
  assert.ok(!existsSync(join(sandbox.hostPath, 'srun.log')));
});

test('a bundle for another program is all that a run leaves', async () => {
  using sandbox = openPoorSandbox();
  const { exitCode } = await sandbox.run('drill', 'slow-disk', '--reporter', 'bundle=-');
  assert.equal(exitCode, 69);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
  assert.deepEqual(readdirSync(join(sandbox.hostPath, 'cache/raidlab/work')), []);
});
