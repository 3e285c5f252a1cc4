// Reads a Debian host for setup/host-packages.mjs. Changes nothing and needs no root.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { parseVersion, requirementsFor } from './host-plan.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const dpkgUpdates = '/var/lib/dpkg/updates';

/**
 * Gives requirements.json, for this host.
 *
 * @param {boolean} [forTests] whether what the tests need is needed, too
 * @returns {import('./host-plan.mjs').Requirements}
 */
export function readRequirements(forTests = false) {
  /** @type {unknown} */
  const content = JSON.parse(readFileSync(path.join(import.meta.dirname, 'requirements.json'), 'utf8'));
  const all = /** @type {import('./host-plan.mjs').Requirements} */ (content);
  return requirementsFor(
    forTests ? { ...all, programs: [...all.programs, ...(all.forTests ?? [])] } : all,
    mayAccess('/dev/kvm', constants.R_OK | constants.W_OK),
  );
}

/**
 * Gives what a command printed, or nothing if it failed.
 *
 * @param {string} program its name
 * @param {readonly string[]} args what follows
 */
function output(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return status === 0 ? stdout : '';
}

/**
 * Reads a file that need not exist.
 *
 * @param {string} hostPath where
 */
function readIfThere(hostPath) {
  return existsSync(hostPath) ? readFileSync(hostPath, 'utf8') : '';
}

/**
 * Gives where PATH finds a program.
 *
 * @param {string} program its name
 * @param {string} searchPath directories with colons between
 * @returns {string | undefined} an absolute path
 */
function which(program, searchPath) {
  return searchPath
    .split(':')
    .map((directory) => path.join(directory, program))
    .find((candidate) => mayAccess(candidate, constants.X_OK));
}

/**
 * Tells whether a file may be used in that way.
 *
 * @param {string} hostPath which
 * @param {number} mode of access(2)
 */
function mayAccess(hostPath, mode) {
  try {
    accessSync(hostPath, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks for the needed programs, and asks the age of those that can be too old.
 *
 * @param {import('./host-plan.mjs').Requirements} requirements what is needed
 * @returns {Record<string, import('./host-plan.mjs').Found>} by program
 */
export function readPrograms(requirements) {
  const searchPath = process.env.PATH ?? '';
  return Object.fromEntries(
    requirements.programs.map(({ program, atLeast }) => {
      const hostPath = which(program, searchPath);
      const version = hostPath === undefined || atLeast === undefined ? undefined : parseVersion(output(hostPath, '--version'));
      return [program, { hostPath, version }];
    }),
  );
}

/**
 * Gives whom the host is made ready for, and the subordinate ids given to people.
 *
 * @param {string} [user] a login name; who runs this, if it is left out
 */
export function readUser(user = userInfo().username) {
  return { user, subuid: readIfThere('/etc/subuid'), subgid: readIfThere('/etc/subgid') };
}

/** What /etc/os-release says, see os-release(5). */
function readOs() {
  const text = readIfThere('/etc/os-release');
  const value = (/** @type {string} */ key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  const version = value('VERSION_ID');
  return {
    id: value('ID') ?? 'unknown',
    name: value('PRETTY_NAME') ?? 'not a known distribution',
    version: version === undefined ? undefined : Number.parseInt(version, 10),
    codename: value('VERSION_CODENAME'),
  };
}

/**
 * Lists apt's sources, Debian's own archive first. Before the first `apt-get update` of a host apt does not know whose archive a source is;
 * then a source that also offers `CODENAME-updates` counts as Debian's.
 *
 * @param {string | undefined} codename of this Debian
 * @returns {import('./host-plan.mjs').Repository[]}
 */
function readRepositories(codename) {
  const known = output('apt-get', 'indextargets', '--format', '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(CODENAME)', 'Created-By: Packages');
  const downloaded = known.split('\n').flatMap((line) => {
    const [origin = '', uri = '', release = '', name = ''] = line.split('|');
    return origin.startsWith('Debian') ? [{ uri, release: name === '' ? release : name, downloaded: true }] : [];
  });
  const asked = output('apt-get', 'update', '--print-uris');
  const configured = [...asked.matchAll(/^'(.+?)\/dists\/([^/']+)\/InRelease'/gm)].map(([, uri = '', release = '']) => ({
    uri: `${uri}/`,
    release,
    downloaded: false,
  }));
  const isDebians = (/** @type {{ uri: string }} */ { uri }) =>
    configured.some((other) => other.uri === uri && other.release === `${codename ?? ''}-updates`);
  return [...downloaded, ...configured.filter(isDebians), ...configured.filter((repository) => !isDebians(repository))];
}

/**
 * Asks apt which versions it would install now.
 *
 * @param {readonly string[]} packages their names
 * @returns {Record<string, string | undefined>} upstream's version, without epoch
 */
function readCandidates(packages) {
  /** @type {Record<string, string | undefined>} */
  const candidates = {};
  let current = '';
  for (const line of output('apt-cache', 'policy', ...packages).split('\n')) {
    if (/^\S+:$/.test(line)) current = line.slice(0, -1);
    const version = /^ {2}Candidate: (?:\d+:)?(\d\S*)$/.exec(line)?.[1];
    if (version !== undefined) candidates[current] = version;
  }
  return candidates;
}

/** Lists the packages that dpkg marks with `reinstreq`, see dpkg-query(1). */
function readHalfInstalled() {
  const states = output('dpkg-query', '--show', '--showformat', '${db:Status-Eflag} ${binary:Package}\\n');
  return states.split('\n').flatMap((line) => (line.startsWith('reinstreq ') ? [line.slice('reinstreq '.length)] : []));
}

/**
 * Reads what decides how packages are installed.
 *
 * @param {readonly string[]} packages those that may be
 * @param {ReturnType<typeof readUser>} whose whom the host is made ready for
 * @returns {import('./host-plan.mjs').HostFacts}
 */
export function readHostFacts(packages, whose) {
  const os = readOs();
  return {
    os,
    ...whose,
    repositories: os.id === 'debian' ? readRepositories(os.codename) : [],
    candidates: os.id === 'debian' ? readCandidates(packages) : {},
    keyring: existsSync(keyring) ? keyring : undefined,
    // dpkg's journal: an entry left there means that it was killed, and apt then refuses to work.
    interrupted: existsSync(dpkgUpdates) && readdirSync(dpkgUpdates).length > 0,
    halfInstalled: readHalfInstalled(),
  };
}
