import assert from 'node:assert/strict';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes } from '../src/core/exit-code.ts';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';
import type { TypedRaidlab } from './rig/raidlab.ts';

const imagesTimeoutMs = 600_000;

/** A host without a network has its loopback all the same. Source: netdevice(7), SIOCSIFFLAGS with IFF_UP; perl is in every Debian. */
const bringLoopbackUp =
  'use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0) or die $!; my $up = pack("Z16 s x14", "lo", 1); ioctl($s, 0x8914, $up) or die $!; exec { $ARGV[0] } @ARGV';

/** Types `raidlab` where there is no network but the loopback; as root of a user namespace unless root types. */
function typeOffline(cwdHostPath: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): TypedRaidlab {
  const unshare = process.getuid?.() === 0 ? ['unshare', '--net'] : ['unshare', '--net', '--map-root-user'];
  return typeRaidlab(cwdHostPath, words, env, [...unshare, 'perl', '-e', bringLoopbackUp]);
}

/** Makes a directory with every program of the host but those that fetch and unpack packages. */
async function programsWithoutApt(directoryHostPath: string): Promise<string> {
  const hostPath = join(directoryHostPath, 'programs');
  await mkdir(hostPath);
  for (const place of ['/usr/bin', '/usr/sbin']) {
    const names = (await readdir(place)).filter((name) => !/^(?:apt|dpkg|mmdebstrap|debootstrap)/u.test(name));
    for (const name of names) await symlink(join(place, name), join(hostPath, name)).catch(() => undefined);
  }
  return hostPath;
}

test('without a network a drill runs from the cache, and the doctor says that it does', { timeout: imagesTimeoutMs }, async () => {
  await using directory = await openTestDirectory();
  // The images are built, and the templates made, while there is one.
  assert.equal((await typeRaidlab(directory.hostPath, ['drill', 'kernel-crash']).ended).exitCode, exitCodes.crashed);

  const doctor = await typeOffline(directory.hostPath, ['doctor']).ended;
  assert.equal(doctor.exitCode, 0, doctor.stderr);
  assert.match(doctor.stdout, /! mirror +this host has no network: what is in the cache works/u);
  assert.match(doctor.stdout, /A drill can run here/u);

  // Nor is there an apt, as on a host that is no Debian.
  const env = { PATH: await programsWithoutApt(directory.hostPath) };
  const drill = await typeOffline(directory.hostPath, ['drill', 'kernel-crash'], env).ended;
  assert.equal(drill.exitCode, exitCodes.crashed, drill.stdout + drill.stderr);
});

test('without a network a lab is turned on, and off', { timeout: imagesTimeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const up = await typeOffline(directory.hostPath, ['up']).ended;
  const destroyed = await typeRaidlab(directory.hostPath, ['destroy']).ended;
  assert.equal(up.exitCode, 0, up.stderr);
  assert.equal(destroyed.exitCode, 0, destroyed.stderr);
});

test('an image that is not there cannot be built without a network: exit 69, in plain words', { timeout: imagesTimeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const env = { XDG_CACHE_HOME: directory.hostPath };
  const { exitCode, stdout, stderr } = await typeOffline(directory.hostPath, ['drill'], env).ended;
  assert.equal(exitCode, 69);
  assert.match(stdout + stderr, /could not be fetched: this host has no network\./u);
  const doctor = await typeOffline(directory.hostPath, ['doctor'], env).ended;
  assert.equal(doctor.exitCode, 69);
  assert.match(doctor.stdout, /the cache lacks the kernel of trixie and the tools of trixie/u);
});
