// What setup/host-packages.mjs would do on a host, as plain values: it reads nothing and starts nothing.
//
//   requirements.json + facts ──► findLacks ──► planHost ──► formatStep (shown first) ──► applied by host-packages.mjs

/**
 * A program that raidlab starts on the host, as requirements.json has it.
 *
 * @typedef {object} Requirement
 * @property {string} program its name on PATH
 * @property {string} package the Debian package that brings it
 * @property {string} why what raidlab does with it, as the end of "it …"
 * @property {string} [atLeast] the oldest version that will do: `major.minor`
 * @property {string} [whyAtLeast] why an older one will not do
 * @property {string} [atLeastEmulated] the same where there is no KVM, if it is another one
 * @property {string} [whyAtLeastEmulated] why an older one will not do there
 * @property {'ordinary-user'} [only] needed only by who is not root
 */

/**
 * requirements.json.
 *
 * @typedef {object} Requirements
 * @property {{ oldest: number, backports: { codename: string, release: string } }} debian the oldest Debian that can serve, and the one
 *   whose backports bring the programs with an `atLeast`
 * @property {Requirement[]} programs what is needed
 * @property {Requirement[]} [forTests] what the tests need besides
 */

/**
 * What was found of one needed program.
 *
 * @typedef {object} Found
 * @property {string | undefined} hostPath where it is, if it is
 * @property {string | undefined} version `major.minor…`, asked only of a program with an `atLeast`
 */

/**
 * A requirement that the host does not meet.
 *
 * @typedef {Requirement & { readonly tooOld?: string }} Lack
 */

/**
 * What decides how the host is brought up to the requirements.
 *
 * @typedef {object} HostFacts
 * @property {{ id: string, name: string, version: number | undefined, codename: string | undefined }} os from /etc/os-release
 * @property {string} user who runs raidlab; `root` needs no subordinate ids
 * @property {string} subuid what /etc/subuid holds
 * @property {string} subgid what /etc/subgid holds
 * @property {readonly Repository[]} repositories of apt's sources, Debian's own first
 * @property {Readonly<Record<string, string | undefined>>} candidates by package: the version that apt would install now
 * @property {string | undefined} keyring the path of Debian's archive keyring, if it is installed
 * @property {boolean} interrupted whether dpkg was cut short earlier
 * @property {readonly string[]} halfInstalled packages that dpkg was unpacking when it was killed: apt installs nothing before they are whole
 */

/**
 * One of apt's package sources.
 *
 * @typedef {object} Repository
 * @property {string} uri the mirror
 * @property {string} release the suite or code name, as the source names it
 * @property {boolean} downloaded whether its package list is here
 */

/**
 * One act as root.
 *
 * @typedef {{ readonly kind: 'write', readonly hostPath: string, readonly content: string, readonly why: string }
 *   | { readonly kind: 'run', readonly argv: readonly string[], readonly mayFail?: boolean }} Step
 */

/** apt-get, waiting for another package manager to finish rather than failing at once. */
const aptGet = ['apt-get', '-o', 'DPkg::Lock::Timeout=600'];

/** The step that fetches apt's package lists. */
export const aptUpdate = /** @type {const} @satisfies {Step} */ ({ kind: 'run', argv: [...aptGet, 'update'] });

/**
 * Compares versions by their leading numbers: `7.2` < `10.0.2`.
 *
 * @param {string} version of the program or package, without epoch
 * @param {string} oldest `major.minor`
 * @returns {boolean} whether it will do
 */
function isAtLeast(version, oldest) {
  const [major = 0, minor = 0] = version.split(/\D/).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * Gives the version in what a program says of itself.
 *
 * @param {string} said by `PROGRAM --version`: `QEMU emulator version 10.0.2 (Debian 1:10.0.2…)`
 * @returns {string | undefined} `10.0.2`
 */
export function parseVersion(said) {
  return /version (\d+(?:\.\d+)+)/.exec(said)?.[1];
}

/**
 * Gives the requirements of a host: where KVM cannot even be tried, the emulated processor asks for more.
 *
 * @param {Requirements} requirements as requirements.json has them
 * @param {boolean} mayUseKvm whether /dev/kvm opens
 * @returns {Requirements} with the ages that count here as `atLeast`
 */
export function requirementsFor(requirements, mayUseKvm) {
  const programs = requirements.programs.map((requirement) => {
    const { atLeastEmulated: atLeast, whyAtLeastEmulated: whyAtLeast } = requirement;
    return mayUseKvm || atLeast === undefined
      ? requirement
      : { ...requirement, atLeast, ...(whyAtLeast === undefined ? {} : { whyAtLeast }) };
  });
  return { ...requirements, programs };
}

/**
 * Lists the requirements that a host does not meet.
 *
 * @param {Requirements} requirements what is needed
 * @param {string} user who needs it
 * @param {Readonly<Record<string, Found>>} found by program
 * @returns {Lack[]} in the order of the requirements
 */
export function findLacks(requirements, user, found) {
  /** @type {Lack[]} */
  const lacks = [];
  for (const requirement of requirements.programs) {
    if (requirement.only === 'ordinary-user' && user === 'root') continue;
    const { hostPath, version } = found[requirement.program] ?? {};
    if (hostPath === undefined) lacks.push(requirement);
    else if (requirement.atLeast !== undefined && !isAtLeast(version ?? '0', requirement.atLeast)) {
      lacks.push({ ...requirement, tooOld: version ?? 'of unknown version' });
    }
  }
  return lacks;
}

/**
 * Whether mmdebstrap could give this user's namespace a range of ids.
 *
 * @param {string} user a login name
 * @param {string} table /etc/subuid or /etc/subgid: lines of `user:first:count`, see subuid(5)
 */
function hasSubordinateIds(user, table) {
  return table.split('\n').some((line) => line.startsWith(`${user}:`));
}

/**
 * Whether the user lacks subordinate user or group ids. Root needs none.
 *
 * @param {{ readonly user: string, readonly subuid: string, readonly subgid: string }} facts of the host
 */
export function lacksSubordinateIds({ user, subuid, subgid }) {
  return user !== 'root' && !(hasSubordinateIds(user, subuid) && hasSubordinateIds(user, subgid));
}

/**
 * Gives the first range of 65536 ids that nobody has, in usermod(8)'s form.
 *
 * @param {readonly string[]} tables /etc/subuid and /etc/subgid
 */
function freeRange(tables) {
  let first = 100_000;
  for (const line of tables.join('\n').split('\n')) {
    const [, start = '', count = ''] = line.split(':');
    if (start !== '') first = Math.max(first, Number(start) + Number(count));
  }
  return `${String(first)}-${String(first + 65_535)}`;
}

/**
 * @param {readonly string[]} packages to install
 * @param {string} [release] the suite to take them from, if not apt's choice
 * @returns {Step} never removes a package for raidlab's sake; brings a program back that was deleted from a package that is installed
 */
function aptInstall(packages, release) {
  const target = release === undefined ? [] : ['--target-release', release];
  return {
    kind: 'run',
    argv: [...aptGet, 'install', '--yes', '--no-install-recommends', '--no-remove', '--reinstall', ...target, ...packages],
  };
}

/**
 * The apt source that brings a release from the mirror and with the key that the host's own suite uses.
 *
 * @param {string} release `bookworm-backports`
 * @param {string} uri the mirror
 * @param {string | undefined} keyring Debian's archive keyring
 * @returns {Step} one file in /etc/apt
 */
function addSource(release, uri, keyring) {
  const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${release}`, 'Components: main'];
  if (keyring !== undefined) lines.push(`Signed-By: ${keyring}`);
  const why = `apt has no source for ${release} yet, and the QEMU of this Debian is too old; the mirror is the one that apt uses already`;
  return { kind: 'write', hostPath: `/etc/apt/sources.list.d/raidlab-${release}.sources`, content: `${lines.join('\n')}\n`, why };
}

/**
 * Plans how a host gets what it lacks.
 *
 * @param {Requirements} requirements what is needed
 * @param {readonly Lack[]} lacks what is missing; may be empty when only subordinate ids are
 * @param {HostFacts} facts of the host
 * @returns {{ readonly steps: readonly Step[] } | { readonly impossible: string }} the acts in order, or why there are none
 */
export function planHost(requirements, lacks, facts) {
  const { debian } = requirements;
  const { os, repositories, candidates } = facts;
  if (os.id !== 'debian') return { impossible: `this is ${os.name}, and raidlab installs packages only on Debian` };
  if (os.version !== undefined && os.version < debian.oldest) {
    return { impossible: `this is ${os.name}, and raidlab needs Debian ${String(debian.oldest)} or newer` };
  }

  /** @type {Set<string>} */
  const newer = new Set();
  /** @type {Set<string>} */
  const stock = new Set();
  for (const lack of lacks) {
    const candidate = candidates[lack.package];
    const stockWillDo = lack.atLeast === undefined || (candidate !== undefined && isAtLeast(candidate, lack.atLeast));
    (os.codename === debian.backports.codename && !stockWillDo ? newer : stock).add(lack.package);
  }

  /** @type {Step[]} */
  const steps = [];
  if (facts.interrupted) steps.push({ kind: 'run', argv: ['dpkg', '--configure', '-a'], mayFail: true });

  let updateNeeded = [...stock].some((name) => candidates[name] === undefined);
  if (newer.size > 0) {
    const { codename, release } = debian.backports;
    const configured = repositories.find((repository) => repository.release === release);
    if (configured === undefined) {
      const mirror = repositories.find((repository) => repository.release === codename) ?? repositories[0];
      if (mirror === undefined) return { impossible: `apt has no Debian source from which the mirror of ${release} could be taken` };
      steps.push(addSource(release, mirror.uri, facts.keyring));
    }
    updateNeeded ||= configured?.downloaded !== true;
  }
  if (updateNeeded) steps.push(aptUpdate);
  if (facts.halfInstalled.length > 0) steps.push(aptInstall(facts.halfInstalled));
  if (newer.size > 0) steps.push(aptInstall([...newer], debian.backports.release));
  if (stock.size > 0) steps.push(aptInstall([...stock]));

  if (lacksSubordinateIds(facts)) {
    const range = freeRange([facts.subuid, facts.subgid]);
    steps.push({ kind: 'run', argv: ['usermod', '--add-subuids', range, '--add-subgids', range, facts.user] });
  }
  return { steps };
}

/**
 * Gives a step as an administrator would type it in a root shell, after a comment where it needs one.
 *
 * @param {Step} step one act
 * @returns {string[]} lines
 */
export function formatStep(step) {
  if (step.kind === 'run') return [step.argv.join(' ')];
  const lines = step.content.trimEnd().split('\n');
  return [`# ${step.why}`, `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > ${step.hostPath}`];
}

/**
 * Gives what is lacking as lines for a person.
 *
 * @param {readonly Lack[]} lacks what is missing
 * @returns {string[]} `program  why`, aligned
 */
export function formatLacks(lacks) {
  const width = Math.max(0, ...lacks.map(({ program }) => program.length));
  return lacks.map(({ program, why, tooOld, atLeast, whyAtLeast }) => {
    const age = tooOld === undefined ? '' : ` (${tooOld} is here; ${atLeast ?? ''} is needed: ${whyAtLeast ?? ''})`;
    return `${program.padEnd(width)}  ${why}${age}`;
  });
}
