// `npm run test:container [-- --no-build]`: builds the container image and holds the default drill in it, twice: on an empty cache, and
// on the cache that it left, with /dev/kvm where there is one. Whoever starts it: an ordinary user runs podman without root.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const image = 'localhost/raidlab';
const volume = 'raidlab-test-cache';
const { values } = parseArgs({ options: { 'no-build': { type: 'boolean', default: false } } });

/**
 * What a host may ask of podman, the least first: its own choice of everything; a runtime for hosts whose cgroups crun refuses; the
 * host's network where there is no /dev/net/tun for a private one; lower limits where root itself may not raise them.
 *
 * @type {readonly { readonly engine: readonly string[], readonly flags: readonly string[] }[]}
 */
const ways = [[], ['--runtime', 'runc']].flatMap((engine) =>
  [[], ['--network', 'host'], ['--network', 'host', '--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096']].map((flags) => ({
    engine,
    flags,
  })),
);

/**
 * Runs podman.
 *
 * @param {readonly string[]} args what follows
 */
function podman(args) {
  const { status, stdout, stderr, error } = spawnSync('podman', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (error !== undefined) throw new Error(`podman is needed and cannot be started (${error.message}): apt-get install podman runc`);
  return { status, said: `${stdout}${stderr}`.trim() };
}

/** Finds the first way in which a container runs on this host. */
function findWay() {
  /** @type {string[]} */
  const refusals = [];
  for (const way of ways) {
    const { status, said } = podman([...way.engine, 'run', '--rm', ...way.flags, image, '--version']);
    if (status === 0) return way;
    refusals.push(said.split('\n').at(-1) ?? '');
  }
  throw new Error(`no container runs on this host:\n  ${[...new Set(refusals)].join('\n  ')}`);
}

/**
 * Holds the default drill in a container.
 *
 * @param {{ readonly engine: readonly string[], readonly flags: readonly string[] }} way that works here
 * @param {string} what is tried
 * @param {readonly string[]} [more] flags
 */
function drill(way, what, more = []) {
  const args = [...way.engine, 'run', '--rm', ...way.flags, '--volume', `${volume}:/cache`, ...more, image, 'drill'];
  console.log(`podman ${args.join(' ')}`);
  const startedMs = performance.now();
  const { status, said } = podman(args);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const verdict = /^HELD {2}replace-missing-disk.*$/mu.exec(said)?.[0];
  if (status !== 0 || verdict === undefined) throw new Error(`${what}: exit ${String(status)} after ${seconds} s, and no HELD\n${said}`);
  console.log(
    `  ${what}: ${verdict}, ${seconds} s; ${/^ *accelerator.*$/mu.exec(said)?.[0].trim().replace(/ +/gu, ' ') ?? 'no accelerator'}`,
  );
}

try {
  if (!values['no-build']) {
    const words = ['--', '--isolation', 'chroot', '--network', 'host'];
    const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, 'build.mjs'), ...words], { stdio: 'inherit' });
    if (status !== 0) throw new Error('the image could not be built; why stands above.');
  }
  const way = findWay();
  podman(['volume', 'rm', '--force', volume]);
  try {
    drill(way, 'empty cache');
    drill(way, 'warm', existsSync('/dev/kvm') ? ['--device', '/dev/kvm'] : []);
  } finally {
    podman(['volume', 'rm', '--force', volume]);
  }
  console.log('test:container: held');
} catch (error) {
  console.error(`test:container failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
