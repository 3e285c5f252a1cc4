import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const asOrdinaryUser = fileURLToPath(new URL('../../setup/as-ordinary-user.sh', import.meta.url));

/** Runs a line of shell as the ordinary user of these tests, in a home, a checkout and a TMPDIR with blanks and umlauts; `mounts` are root's, made for it alone. */
async function asUser(mounts: string, line: string): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  const script = `${mounts}; exec sh "$1" sh -c "$2"`;
  const child = spawn('unshare', ['--mount', 'sh', '-euc', script, 'sh', asOrdinaryUser, line], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => {
    child.on('close', (exitCode) => {
      resolve({ exitCode, said });
    });
  });
}

// /dev with what programs need, and no shm in it.
const withoutSharedMemory = [
  'old=$(mktemp -d)',
  'mount --rbind /dev "$old"',
  'mount -t tmpfs -o mode=755 none /dev',
  'for n in null zero full random urandom tty; do touch /dev/$n; mount --bind "$old/$n" /dev/$n; done',
  'mkdir /dev/pts; mount --rbind "$old/pts" /dev/pts; ln -s pts/ptmx /dev/ptmx; ln -s /proc/self/fd /dev/fd',
].join('; ');

// An empty cache: images, templates and the drill. Nothing may be written to the checkout, and TMPDIR is closed to the user namespace of the build.
const coldDrill = 'chmod -R a-w . && export XDG_CACHE_HOME="$TMPDIR/cache" && checkout=$PWD && cd "$TMPDIR" && "$checkout/raidlab" drill';

test('a private home and TMPDIR, a checkout that cannot be written, no /dev/shm: an ordinary user holds the default drill', async () => {
  const { exitCode, said } = await asUser(withoutSharedMemory, `test ! -e /dev/shm && ${coldDrill}`);
  assert.equal(exitCode, 0, said);
  assert.match(said, /^HELD {2}replace-missing-disk/mu);
});

test('a small /dev/shm: the kernel is built elsewhere', async () => {
  const build = 'export XDG_CACHE_HOME="$TMPDIR/cache" && ./raidlab kernels add trixie';
  const { exitCode, said } = await asUser('mount -t tmpfs -o size=1m none /dev/shm', build);
  assert.equal(exitCode, 0, said);
});
