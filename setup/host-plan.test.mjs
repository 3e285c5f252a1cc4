import assert from 'node:assert/strict';
import test from 'node:test';
import { readRequirements } from './host-facts.mjs';
import { findLacks, formatLacks, formatStep, lacksSubordinateIds, parseVersion, planHost, requirementsFor } from './host-plan.mjs';

const requirements = requirementsFor(readRequirements(), false);
const mirror = 'http://mirror.example/debian/';
const apt = 'apt-get -o DPkg::Lock::Timeout=600';
const install = `${apt} install --yes --no-install-recommends --no-remove --reinstall`;
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const bookworm = { id: 'debian', name: 'Debian GNU/Linux 12 (bookworm)', version: 12, codename: 'bookworm' };
const trixie = { id: 'debian', name: 'Debian GNU/Linux 13 (trixie)', version: 13, codename: 'trixie' };

/**
 * A host as root sees it, with what a test says of it.
 *
 * @param {Partial<import('./host-plan.mjs').HostFacts>} facts that differ
 * @returns {import('./host-plan.mjs').HostFacts}
 */
function host(facts) {
  return {
    os: bookworm,
    user: 'root',
    subuid: '',
    subgid: '',
    repositories: [{ uri: mirror, release: 'bookworm', downloaded: true }],
    candidates: { 'qemu-system-x86': '7.2+dfsg-7', 'qemu-utils': '7.2+dfsg-7', cpio: '2.13', mmdebstrap: '1.3.5' },
    keyring,
    interrupted: false,
    halfInstalled: [],
    ...facts,
  };
}

/**
 * What is found when everything is there but the given programs.
 *
 * @param {readonly string[]} missing programs
 * @param {Record<string, string>} versions by program, where not new enough
 */
function foundBut(missing, versions = {}) {
  return Object.fromEntries(
    requirements.programs.map(({ program }) => [
      program,
      { hostPath: missing.includes(program) ? undefined : `/usr/bin/${program}`, version: versions[program] ?? '10.0.2' },
    ]),
  );
}

/**
 * The commands that the plan for a host comes to.
 *
 * @param {readonly string[]} missing programs
 * @param {Partial<import('./host-plan.mjs').HostFacts>} facts of the host
 * @param {Record<string, string>} versions by program
 */
function commandsFor(missing, facts, versions = {}) {
  const all = host(facts);
  const plan = planHost(requirements, findLacks(requirements, all.user, foundBut(missing, versions)), all);
  return 'impossible' in plan ? plan.impossible : plan.steps.flatMap(formatStep);
}

test('a host that has everything lacks nothing', () => {
  assert.deepEqual(findLacks(requirements, 'root', foundBut([])), []);
});

test('on Debian 12 QEMU comes from backports, whose source is added with the mirror of the host, and the rest from the suite', () => {
  assert.deepEqual(commandsFor(['qemu-system-x86_64', 'qemu-img', 'cpio'], {}), [
    '# apt has no source for bookworm-backports yet, and the QEMU of this Debian is too old; the mirror is the one that apt uses already',
    `printf '%s\\n' 'Types: deb' 'URIs: ${mirror}' 'Suites: bookworm-backports' 'Components: main' 'Signed-By: ${keyring}' > /etc/apt/sources.list.d/raidlab-bookworm-backports.sources`,
    `${apt} update`,
    `${install} --target-release bookworm-backports qemu-system-x86 qemu-utils`,
    `${install} cpio`,
  ]);
});

test('a backports source that is there already is used, and its package list fetched only if it is not here', () => {
  const suite = { uri: mirror, release: 'bookworm', downloaded: true };
  const fromBackports = `${install} --target-release bookworm-backports qemu-utils`;
  const downloaded = { uri: 'http://other.example/debian/', release: 'bookworm-backports', downloaded: true };
  assert.deepEqual(commandsFor(['qemu-img'], { repositories: [suite, downloaded] }), [fromBackports]);
  assert.deepEqual(commandsFor(['qemu-img'], { repositories: [suite, { ...downloaded, downloaded: false }] }), [
    `${apt} update`,
    fromBackports,
  ]);
});

test('QEMU 7.2 on Debian 12 is replaced, and the reason given', () => {
  const old = { 'qemu-system-x86_64': '7.2.22', 'qemu-img': '7.2.22' };
  const lacks = findLacks(requirements, 'root', foundBut([], old));
  assert.match(
    formatLacks(lacks)[0] ?? '',
    /^qemu-system-x86_64 {2}runs .* \(7\.2\.22 is here; 10\.0 is needed: older ones corrupt some guests\)$/,
  );
  assert.equal(commandsFor([], {}, old).at(-1), `${install} --target-release bookworm-backports qemu-system-x86 qemu-utils`);
});

test('a Debian 12 whose apt already prefers a new QEMU takes that one', () => {
  const candidates = { 'qemu-utils': '10.0.2+ds-2~bpo12+1' };
  assert.deepEqual(commandsFor(['qemu-img'], { candidates }), [`${install} qemu-utils`]);
});

test('on Debian 13 and on one without a version number everything comes from the suite', () => {
  const candidates = { 'qemu-system-x86': '10.0.2+ds-2', cpio: '2.15' };
  for (const os of [trixie, { ...trixie, version: undefined, codename: 'forky' }]) {
    assert.deepEqual(commandsFor(['qemu-system-x86_64', 'cpio'], { os, candidates }), [`${install} qemu-system-x86 cpio`]);
  }
});

test('package lists are fetched first when apt does not know a package', () => {
  assert.deepEqual(commandsFor(['cpio'], { os: trixie, candidates: {} }), [`${apt} update`, `${install} cpio`]);
});

test('a package that brings two programs is installed once', () => {
  assert.deepEqual(commandsFor(['ssh', 'ssh-keygen'], { candidates: { 'openssh-client': '9.2p1' } }), [`${install} openssh-client`]);
});

test('a dpkg that was cut short is mended first', () => {
  assert.deepEqual(commandsFor(['cpio'], { interrupted: true }), ['dpkg --configure -a', `${install} cpio`]);
});

test('a package that was killed while it was unpacked is made whole before anything else is installed', () => {
  assert.deepEqual(commandsFor(['cpio'], { halfInstalled: ['libss2:amd64'] }), [`${install} libss2:amd64`, `${install} cpio`]);
});

test('newuidmap is needed by an ordinary user only', () => {
  const found = foundBut(['newuidmap']);
  assert.deepEqual(findLacks(requirements, 'root', found), []);
  assert.deepEqual(
    findLacks(requirements, 'ada', found).map(({ package: name }) => name),
    ['uidmap'],
  );
});

test('an ordinary user without subordinate ids gets the first free range', () => {
  const facts = { user: 'ada', subuid: 'bob:100000:65536\n', subgid: 'bob:100000:65536\ncas:165536:65536\n' };
  assert.deepEqual(commandsFor([], facts), ['usermod --add-subuids 231072-296607 --add-subgids 231072-296607 ada']);
});

test('subordinate ids count only when the user has both kinds', () => {
  const subuid = 'ada:100000:65536\n';
  assert.equal(lacksSubordinateIds({ user: 'ada', subuid, subgid: subuid }), false);
  assert.equal(lacksSubordinateIds({ user: 'ada', subuid, subgid: '' }), true);
  assert.equal(lacksSubordinateIds({ user: 'ad', subuid, subgid: subuid }), true);
  assert.equal(lacksSubordinateIds({ user: 'root', subuid: '', subgid: '' }), false);
});

test('without a Debian source there is no mirror to take backports from', () => {
  assert.match(String(commandsFor(['qemu-img'], { repositories: [] })), /no Debian source/);
});

test('other distributions and older Debians are refused by name', () => {
  const ubuntu = { id: 'ubuntu', name: 'Ubuntu 24.04.3 LTS', version: 24, codename: 'noble' };
  assert.match(String(commandsFor(['cpio'], { os: ubuntu })), /Ubuntu 24\.04\.3 LTS.*only on Debian/);
  assert.match(String(commandsFor(['cpio'], { os: { ...bookworm, name: 'Debian 11', version: 11 } })), /Debian 11.*Debian 12 or newer/);
});

test('the version is read from what QEMU says of itself', () => {
  assert.equal(parseVersion('QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2~bpo12+1)\nCopyright (c) 2003-2025'), '10.0.2');
  assert.equal(parseVersion('qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)'), '7.2.22');
  assert.equal(parseVersion('no such thing'), undefined);
});

test('a program whose version cannot be read counts as too old', () => {
  const found = { ...foundBut([]), 'qemu-img': { hostPath: '/usr/bin/qemu-img', version: undefined } };
  assert.deepEqual(
    findLacks(requirements, 'root', found).map(({ tooOld }) => tooOld),
    ['of unknown version'],
  );
});

test('where /dev/kvm opens a QEMU that is too old to emulate is not replaced', () => {
  const requirement = { program: 'qemu', package: 'qemu', why: 'runs', atLeast: '8.2', atLeastEmulated: '10.0' };
  const all = { debian: requirements.debian, programs: [requirement] };
  const found = { qemu: { hostPath: '/usr/bin/qemu', version: '9.2.1' } };
  assert.equal(findLacks(requirementsFor(all, true), 'root', found).length, 0);
  assert.equal(findLacks(requirementsFor(all, false), 'root', found).length, 1);
});

test('what the tests alone need is asked of who runs the tests', () => {
  const names = (/** @type {boolean} */ forTests) => readRequirements(forTests).programs.map(({ program }) => program);
  assert.ok(!names(false).includes('chromium'));
  assert.ok(names(true).includes('chromium'));
});
