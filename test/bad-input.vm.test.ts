import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDirectory, scratchOf, typeRaidlab } from './rig/raidlab.ts';
import type { TypedRaidlab } from './rig/raidlab.ts';

const timeout = 300_000;
const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const workHostPath = join(cacheHome, 'raidlab', 'work');

const mistakes: readonly { readonly name: string; readonly words: readonly string[]; readonly says: RegExp; readonly remedy: RegExp }[] = [
  {
    name: 'an unknown drill',
    words: ['drill', 'replace-mising-disk'],
    says: /no drill called "replace-mising-disk"|replace-mising-disk/u,
    remedy: /replace-missing-disk/u,
  },
  { name: 'an unknown step', words: ['drill', '--skip-step', 'soft-balanc'], says: /soft-balanc/u, remedy: /soft-balance/u },
  { name: 'a step that cannot be left out', words: ['drill', '--skip-step', 'build-array'], says: /build-array/u, remedy: /soft-balance/u },
  { name: 'an unknown flag', words: ['drill', '--skipstep', 'soft-balance'], says: /--skipstep/u, remedy: /--skip-step|--help/u },
  {
    name: 'a payload larger than the array',
    words: ['drill', '--payload', '4GiB'],
    says: /does not fit/u,
    remedy: /--payload|--disk-size/u,
  },
  { name: 'a raid1 of one disk', words: ['drill', '--disks', '1'], says: /at least 2 disks/u, remedy: /--disks 2/u },
  { name: 'disks too small for a container', words: ['drill', '--disk-size', '64MiB'], says: /too small/u, remedy: /--disk-size/u },
  { name: 'an unknown suite', words: ['drill', '--kernel', 'trixi'], says: /trixi/u, remedy: /trixie/u },
];

for (const { name, words, says, remedy } of mistakes) {
  test(`${name}: exit 64, what is wrong, what to do, and nothing left behind`, async () => {
    await using directory = await openTestDirectory();
    const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, words).ended;
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, says);
    assert.match(stderr, remedy);
    assert.equal(stdout, '');
    assert.deepEqual(await readdir(directory.hostPath), []);
  });
}

test('a cache that cannot be written: exit 69, which directory, what to do', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const file = join(directory.hostPath, 'a-file');
  await writeFile(file, '');
  const { exitCode, stderr } = await typeRaidlab(directory.hostPath, ['drill'], { XDG_CACHE_HOME: file }).ended;
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /a-file/u);
  assert.match(stderr, /XDG_CACHE_HOME/u);
});

/** Makes a PATH that has what starts processes, and the given programs. */
async function openPath(hostPath: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const path = join(hostPath, 'bin');
  await mkdir(path);
  await symlink('/usr/bin/setpriv', join(path, 'setpriv'));
  for (const [program, text] of Object.entries(programs)) {
    await writeFile(join(path, program), text);
    await chmod(join(path, program), 0o755);
  }
  return path;
}

test('QEMU missing: exit 69, what it is needed for, and how to get it', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const { exitCode, stderr } = await typeRaidlab(directory.hostPath, ['drill'], { PATH: await openPath(directory.hostPath, {}) }).ended;
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /qemu-system-x86_64: not found; it runs the throw-away machine/u);
  assert.match(stderr, /Type `.*install .*qemu-system-x86/u);
});

// Before 8.2 no host will do; before 10 one whose KVM works will.
const tooOld: readonly (readonly [string, RegExp])[] = [
  [
    '7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)',
    /qemu-system-x86_64: 7\.2\.22, but 8\.2 is needed: older ones cannot keep a machine's memory in a file/u,
  ],
  ['9.2.4 (Debian 1:9.2.4+ds-1)', /9\.2\.4.* 10\.0 .*corrupts? some guests/u],
];
for (const [version, said] of tooOld) {
  test(`QEMU ${version} is too old for software emulation: exit 69, why that matters, and which to take`, { timeout }, async () => {
    await using directory = await openTestDirectory();
    const old = `#!/bin/sh\necho "QEMU emulator version ${version}"\n`;
    const path = await openPath(directory.hostPath, { 'qemu-system-x86_64': old });
    // All else is there: its age alone is in the way.
    const env = { PATH: `${path}:${process.env.PATH ?? ''}` };
    const { exitCode, stderr } = await typeRaidlab(directory.hostPath, ['drill', '--accelerator', 'tcg'], env).ended;
    assert.equal(exitCode, 69, stderr);
    assert.match(stderr, said);
    assert.match(stderr, /bookworm-backports/u);
  });
}

/** Waits until a machine of a drill makes a container, and gives its pid. */
async function pidOfMachineAtWork(typed: TypedRaidlab): Promise<number> {
  const ended = await typed.event((event) => event.type === 'command-ended' && event.argv.includes('luksFormat'));
  assert.ok(ended.type === 'command-ended');
  const started = await typed.event((event) => event.type === 'machine-started' && event.machine === ended.machine);
  assert.ok(started.type === 'machine-started');
  return started.pid;
}

test('QEMU killed in mid-drill: inconclusive, exit 2, machine trouble and no finding', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
  process.kill(await pidOfMachineAtWork(typed), 'SIGKILL');
  const { exitCode, stderr } = await typed.ended;
  assert.equal(exitCode, 2, stderr);
  const verdict = await typed.event((event) => event.type === 'verdict-reached');
  assert.ok(verdict.type === 'verdict-reached' && verdict.verdict === 'inconclusive');
  const failed = await typed.event((event) => event.type === 'run-failed');
  assert.ok(failed.type === 'run-failed' && failed.reason === 'qemu-ended' && failed.description.what.includes('SIGKILL'));
  assert.deepEqual(await scratchOf(typed), []);
});

test('a machine that falls silent: inconclusive, exit 2, what was waited for', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const typed = typeRaidlab(directory.hostPath, ['drill', '--json']);
  process.kill(await pidOfMachineAtWork(typed), 'SIGSTOP');
  const { exitCode, stderr } = await typed.ended;
  assert.equal(exitCode, 2, stderr);
  const failed = await typed.event((event) => event.type === 'run-failed');
  assert.ok(failed.type === 'run-failed' && failed.reason === 'agent-silent', JSON.stringify(failed));
  assert.deepEqual(await scratchOf(typed), []);
});

test('the host disk full in mid-drill: exit 69, which disk, and not a finding', { timeout }, async () => {
  await using directory = await openTestDirectory();
  // A small disk of its own for the machine's images, seen by this process alone.
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  await mkdir(workHostPath, { recursive: true });
  const script = 'mount -t tmpfs -o size=90m tmpfs "$1" && exec "$2" --disable-warning=ExperimentalWarning "$3" drill --cold';
  const child = spawn('unshare', ['--mount', '--map-root-user', 'sh', '-c', script, 'sh', workHostPath, process.execPath, main], {
    cwd: directory.hostPath,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(exitCode, 69, stderr);
  assert.match(stderr, /No space left/u);
  assert.match(stderr, /XDG_CACHE_HOME/u);
});
