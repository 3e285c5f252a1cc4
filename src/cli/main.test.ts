import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RecordedEvent } from '../core/event.ts';
import { readProcessIdentity } from '../machine/process/process-identity.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';

const parsedLines = (text: string): readonly RecordedEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as RecordedEvent);

test('nothing typed is answered by the help page, as an error', async () => {
  using sandbox = openSandbox();
  const { exitCode, stdout, stderr } = await sandbox.run();
  assert.match(stderr, /^Examples:$/mu);
  assert.equal(stdout, '');
  assert.equal(exitCode, 64);
});

for (const argv of [
  ['--help'],
  ['drill', '--help'],
  ['drills', '-h'],
  ['drills', 'show', '--help'],
  ['help', 'doctor'],
  ['completion', '--help'],
]) {
  test(`raidlab ${argv.join(' ')} has examples and the exit codes`, async () => {
    using sandbox = openSandbox();
    const { exitCode, stdout, stderr } = await sandbox.run(...argv);
    assert.match(stdout, /^Examples:$/mu);
    assert.match(stdout, /^ {2}130 {2}interrupted$/mu);
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
  });
}

test('--version says the version, alone or among others', async () => {
  using sandbox = openSandbox();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  for (const argv of [['--version'], ['drill', '--version']]) {
    const { exitCode, stdout } = await sandbox.run(...argv);
    assert.deepEqual([stdout, exitCode], [`${version}\n`, 0]);
  }
});

test('drills and plans are for people and for programs', async () => {
  using sandbox = openSandbox();
  assert.match((await sandbox.run('drills')).stdout, /^replace-missing-disk {2}the default$/mu);
  const listing = JSON.parse((await sandbox.run('drills', '--json')).stdout) as {
    readonly v: number;
    readonly drills: readonly { readonly name: string }[];
  };
  assert.equal(listing.v, 1);
  assert.ok(listing.drills.some((drill) => drill.name === 'replace-missing-disk'));
  const page = await sandbox.run('drills', 'show', 'kernel-crash');
  assert.match(page.stdout, /^kernel-crash\n.*\n\n {2}array .*raid1$/mu);
  assert.equal(page.exitCode, 0);
  const shown = JSON.parse((await sandbox.run('drills', 'show', 'kernel-crash', '--json')).stdout) as {
    readonly v: number;
    readonly plan: { readonly drill: string };
  };
  assert.deepEqual([shown.v, shown.plan.drill], [1, 'kernel-crash']);
  const twin = await sandbox.run('drills', 'show', 'replace-missing-disk');
  assert.match(twin.stdout, /^The twin\n {2}\$ .*raidlab drill replace-missing-disk --twin\n.*\n {2}breaks {7}profiles, leg-alone-\*$/mu);
  assert.equal(
    (await sandbox.run('drills', 'ls', '--tag', 'demonstration')).stdout,
    (await sandbox.run('drills', '--tag', 'demonstration')).stdout,
  );
  const tagged = JSON.parse((await sandbox.run('drills', '--tag', 'demonstration', '--json')).stdout) as typeof listing;
  assert.deepEqual(
    tagged.drills.map(({ name }) => name),
    ['kernel-crash'],
  );
  const plan = await sandbox.run('drill', '--plan', '--skip-step', 'soft-balance');
  assert.match(plan.stdout, /^ {2}\$ mkfs\.btrfs .*-d raid1 -m raid1/mu);
  assert.match(plan.stdout, /soft-balance, left out/u);
  assert.equal(plan.exitCode, 0);
  const plans = (await sandbox.run('drill', 'kernel-crash', 'replace-missing-*', '--plan', '--json')).stdout.trimEnd().split('\n');
  assert.deepEqual(
    plans.map((row) => (JSON.parse(row) as { readonly drill: string }).drill),
    ['kernel-crash', 'replace-missing-disk'],
  );
  assert.deepEqual(readdirSync(sandbox.hostPath), ['programs']);
});

test('the oops that raidlab grew from is named by its transcript alone: exit 3', async () => {
  using sandbox = openSandbox();
  const recorded = fileURLToPath(new URL('../../test/recorded/kernel/kernel-3.16-replace-oops.dmesg.txt', import.meta.url));
  const { exitCode, stdout } = await sandbox.run('kernel-log', recorded);
  assert.equal(exitCode, 3);
  for (const fact of ['btrfs_kobj_rm_device+0x1d [btrfs]', 'btrfs (pid 1173)', '3.16.0-4-amd64', 'device replace'])
    assert.ok(stdout.includes(fact), fact);
  assert.equal((await sandbox.run('kernel-log', '/dev/null')).exitCode, 2);
  assert.equal((await sandbox.run('kernel-log', 'no-such-file')).exitCode, 64);
});

test('a shell completes drills, their steps and suites, and is asked for the files that may stand for them', async () => {
  using sandbox = openSandbox();
  const words = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await sandbox.run('completion', 'bash', ...argv);
    return stdout.split('\n').filter((row) => row !== '' && !row.startsWith('__FILE__'));
  };
  const files = async (...argv: readonly string[]): Promise<string> => {
    const { stdout } = await sandbox.run('completion', 'bash', ...argv);
    return stdout.split('\n').find((row) => row.startsWith('__FILE__')) ?? '';
  };
  assert.deepEqual(await words('drill', 'kern'), ['kernel-crash']);
  assert.ok((await words('drill', '--skip-step', '')).includes('soft-balance'));
  assert.deepEqual(await words('drill', 'kernel-crash', '--skip-step', ''), []);
  assert.deepEqual(await words('drill', 'replace-missing-disk', 'kern'), ['kernel-crash']);
  assert.deepEqual(await words('drills', 'show', 'kern'), ['kernel-crash']);
  assert.deepEqual(await words('drill', '--kernel', 'bookworm-'), ['bookworm-backports']);
  assert.match(await files('drill', './my'), /^__FILE__:file:.*ts/u);
  assert.match(await files('drill', '--kernel', './'), /^__FILE__:any:.*deb/u);
});

test('a reader that had enough is nobody’s error', async () => {
  using sandbox = openSandbox();
  const { child, ended } = sandbox.start('drill', '--plan');
  child.stdout?.destroy();
  const { exitCode, stderr } = await ended;
  assert.deepEqual([stderr, exitCode], ['', 0]);
});

test('a drill whose reader goes away stops, quietly, and leaves a whole record', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'sleep 2; echo "I: downloading packages with apt..." >&2; exec sleep 60');
  const { child, ended, said } = sandbox.start('drill', '--json');
  await said('image-build-started');
  child.stdout?.destroy();
  const { exitCode, stderr } = await ended;
  assert.equal(stderr, '');
  assert.equal(exitCode, 130);
  assert.equal(lastEvent(sandbox.hostPath)?.type, 'run-ended');
});

test('an error that nobody caught is exit 70, with a whole record and the place of its trace', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  const bug = join(sandbox.hostPath, 'bug.mjs');
  writeFileSync(
    bug,
    `setInterval(() => { if (existsSync('child')) throw new Error('nobody caught me'); }, 50).unref();\nimport { existsSync } from 'node:fs';\n`,
  );
  sandbox.scriptProgram('mmdebstrap', `echo $$ > ${sandbox.hostPath}/child; exec sleep 60`);
  const { exitCode, stderr } = await sandbox.startNode(['--import', bug], 'drill').ended;
  assert.match(stderr, /^raidlab: This is a bug in raidlab: nobody caught me$/mu);
  assert.match(stderr, /the trace is in \S+trace\.txt/u);
  assert.equal(exitCode, 70);
  const last = lastEvent(sandbox.hostPath);
  assert.equal(last?.type === 'run-ended' && last.exitCode, 70);
  assert.ok(await isChildGone(sandbox.hostPath));
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} stops a drill in order: exit 130, a whole record, no child left`, async () => {
    using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
    sandbox.scriptProgram('mmdebstrap', `echo $$ > ${sandbox.hostPath}/child; exec sleep 60`);
    const { child, ended, said } = sandbox.start('drill');
    await said('Building the');
    await appears(join(sandbox.hostPath, 'child'));
    child.kill(signal);
    const { exitCode, stderr } = await ended;
    assert.match(stderr, /^Stopping… press Ctrl-C again to end at once\.$/mu);
    assert.match(stderr, new RegExp(`^raidlab: Interrupted \\(${signal}\\)\\.$`, 'mu'));
    assert.equal(exitCode, 130);
    const last = lastEvent(sandbox.hostPath);
    assert.equal(last?.type === 'run-ended' && last.exitCode, 130);
    assert.ok(await isChildGone(sandbox.hostPath));
  });
}

test('Ctrl-C ends all drills of a run and begins none; each has its ending, the run has one', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', `echo $$ > ${sandbox.hostPath}/child; exec sleep 60`);
  const { child, ended } = sandbox.start('drill', '--repeat', '3', '--jobs', '2');
  await appears(join(sandbox.hostPath, 'child'));
  child.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  assert.equal(stderr.match(/^raidlab: /gmu)?.length, 1, stderr);
  assert.equal(exitCode, 130);
  const events = eventsOf(sandbox.hostPath);
  const jobs = events.flatMap((event) => (event.type === 'drill-ended' ? [[event.job, event.exitCode]] : []));
  const begun = events.filter((event) => event.type === 'drill-started').map((event) => event.job);
  // Both end at the same time, in any order.
  assert.deepEqual(
    jobs.sort(),
    begun.map((job) => [job, 130]),
  );
  assert.ok(!begun.includes('replace-missing-disk-3'));
  assert.ok(await isChildGone(sandbox.hostPath));
});

test('drills that cannot begin are told each, do not disturb each other, and the most severe decides', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', 'echo "E: no" >&2; exit 1');
  const { exitCode } = await sandbox.run('drill', 'kernel-crash', 'replace-missing-disk', 'kernel-crash', '--jobs', '1');
  assert.equal(exitCode, 69);
  const events = eventsOf(sandbox.hostPath);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'run-failed' || event.type === 'drill-ended' ? [[event.type, event.job]] : [])),
    ['kernel-crash', 'replace-missing-disk', 'kernel-crash-2'].flatMap((job) => [
      ['run-failed', job],
      ['drill-ended', job],
    ]),
  );
});

test('a second Ctrl-C ends at once, even when a child does not want to go', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR: 'http://mirror.invalid/' });
  sandbox.scriptProgram('mmdebstrap', `trap '' TERM; echo $$ > ${sandbox.hostPath}/child; sleep 8`);
  const { child, ended, said } = sandbox.start('drill');
  await said('Building the');
  await appears(join(sandbox.hostPath, 'child'));
  child.kill('SIGINT');
  await said('Stopping…');
  await delay(300);
  const secondMs = performance.now();
  child.kill('SIGINT');
  const exitCode = await new Promise((resolve) => child.on('exit', resolve));
  // The child sleeps on.
  assert.ok(performance.now() - secondMs < 4000);
  assert.equal(exitCode, 130);
  assert.equal(lastEvent(sandbox.hostPath)?.type, 'run-ended');
  await ended;
});

test('a directory for results that cannot be written is named: exit 69', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'taken'), '');
  const { exitCode, stderr } = await sandbox.run('drill', '--output', 'taken');
  assert.match(stderr, /taken cannot be written; it holds the results of the run\./u);
  assert.match(stderr, /--output/u);
  assert.equal(exitCode, 69);
});

test('a cache that cannot be written is named: exit 69, and the run says so', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'cache'), '');
  const { exitCode, stderr } = await sandbox.run('drill');
  assert.match(stderr, /cache.* cannot be written/u);
  assert.equal(exitCode, 69);
  const last = lastEvent(sandbox.hostPath);
  assert.equal(last?.type === 'run-ended' && last.exitCode, 69);
});

test('an output that is full is told: exit 69', async () => {
  using sandbox = openSandbox();
  sandbox.scriptProgram('to-full', `exec "$@" > /dev/full`);
  mkdirSync(join(sandbox.hostPath, 'cache'));
  const { spawnSync } = await import('node:child_process');
  const main = new URL('main.ts', import.meta.url).pathname;
  const { status, stderr } = spawnSync(join(sandbox.hostPath, 'programs/to-full'), [process.execPath, main, 'drills'], {
    encoding: 'utf8',
  });
  assert.match(stderr, /standard output cannot be written/u);
  assert.equal(status, 69);
});

test('the doctor says what is missing and how to mend it: exit 69', async () => {
  using sandbox = openSandbox({ PATH: '/nonexistent' });
  const { exitCode, stdout } = await sandbox.run('doctor');
  assert.match(stdout, /^No drill can run here until/mu);
  assert.match(stdout, /^ {4}→ (?:(?:sudo )?apt-get (?:update|install --no-install-recommends mmdebstrap)(?: && )?){2}$/mu);
  assert.equal(exitCode, 69);
});

test('what starts a machine or builds an image looks first whether the host has what that needs, and names it: exit 69', async () => {
  using sandbox = openSandbox({ PATH: '/nonexistent' });
  for (const argv of [['drill'], ['up'], ['kernels', 'add', 'trixie']]) {
    const { exitCode, stderr } = await sandbox.run(...argv);
    assert.match(stderr, /^raidlab: This host lacks what raidlab needs: .*mmdebstrap.*\.$/mu);
    assert.match(stderr, /^ {2}│ mmdebstrap: not found; it builds the guest's Debian userland$/mu);
    assert.match(stderr, /^ {2}→ Type `.*apt-get install .*mmdebstrap.*`, then the same command again\./mu);
    assert.equal(exitCode, 69);
  }
  assert.deepEqual(readdirSync(sandbox.hostPath), ['programs']);
});

function eventsOf(hostPath: string): readonly RecordedEvent[] {
  return parsedLines(readFileSync(join(hostPath, 'raidlab-results/latest/events.ndjson'), 'utf8'));
}

function lastEvent(hostPath: string): RecordedEvent | undefined {
  return eventsOf(hostPath).at(-1);
}

async function appears(hostPath: string): Promise<void> {
  for (let left = 200; left > 0 && !existsSync(hostPath); left -= 1) await delay(50);
}

/** Waits, for a moment, until the child whose pid a script left in `child` is gone. */
async function isChildGone(hostPath: string): Promise<boolean> {
  const pid = Number(readFileSync(join(hostPath, 'child'), 'utf8'));
  for (let left = 40; left > 0; left -= 1) {
    if ((await readProcessIdentity(pid)) === undefined) return true;
    await delay(50);
  }
  return false;
}
