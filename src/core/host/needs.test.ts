import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { osReleases } from './fixtures/os-release.ts';
import { judgeNeeds, mendNeeds } from './needs.ts';
import type { NeedFacts } from './needs.ts';
import { parseOsRelease } from './os-release.ts';
import { findDistribution, isTested } from './requirements.ts';
import type { HostRequirements } from './requirements.ts';

const requirements = JSON.parse(readFileSync(new URL('../../../setup/requirements.json', import.meta.url), 'utf8')) as HostRequirements;

const mirror = 'http://mirror.example/debian/';
type Release = keyof typeof osReleases;

/** A host with everything, as an ordinary user sees it. */
const complete = (release: Release): NeedFacts => ({
  os: parseOsRelease(osReleases[release]),
  architecture: 'x86_64',
  user: 'ada',
  isRoot: false,
  programs: Object.fromEntries(
    requirements.programs.map(({ program }) => [program, { hostPath: `/usr/bin/${program}`, version: '10.1.0' }]),
  ),
  files: requirements.files.map(({ hostPath }) => hostPath),
  kvm: { device: 'absent', remembered: [] },
  userNamespaces: { works: true, said: '', forbiddenBy: [] },
  subordinateIds: { users: 65_536, groups: 65_536, firstFree: 165_536 },
  mirrors: [{ uri: mirror, suite: 'bookworm' }],
  missingImages: ['kernel of trixie', 'tools of trixie'],
});

const bare = (release: Release): NeedFacts => ({ ...complete(release), programs: {}, files: [] });

function lacksOf(facts: NeedFacts) {
  const lacks = judgeNeeds(requirements, facts).filter(({ isMet }) => !isMet);
  const { command, advice } = mendNeeds(requirements, facts, lacks);
  return { names: lacks.map(({ name }) => name), mend: [command ?? '', ...advice].join('  ').trim() };
}

const withQemu = (facts: NeedFacts, version: string | null): NeedFacts => {
  const old = { hostPath: '/usr/bin/qemu', version };
  return { ...facts, programs: { ...facts.programs, 'qemu-system-x86_64': old, 'qemu-img': old } };
};

test('each distribution and those that are like it are known, and only what was tried is called tested', () => {
  const families = Object.entries(osReleases).map(([name, text]) => {
    const os = parseOsRelease(text);
    const distribution = findDistribution(requirements.distributions, os);
    return `${name}: ${distribution?.id ?? 'unknown'}${isTested(distribution, os) ? ', tested' : ''}`;
  });
  assert.deepEqual(families, [
    'debian12: debian, tested',
    'debian13: debian, tested',
    'ubuntu2404: ubuntu',
    'mint22: ubuntu',
    'lmde6: debian',
    'fedora43: fedora',
    'rocky10: rhel',
    'rhel10: rhel',
    'arch: arch',
    'manjaro: arch',
    'tumbleweed: opensuse',
    'leap156: opensuse',
    'alpine: unknown',
  ]);
});

test('a host that has everything lacks nothing, whatever it is', () => {
  for (const release of Object.keys(osReleases) as Release[])
    assert.deepEqual(lacksOf(complete(release)), { names: [], mend: '' }, release);
});

const debianPackages = 'mmdebstrap uidmap erofs-utils e2fsprogs cpio kmod util-linux xz-utils zstd openssh-client debian-archive-keyring';
const aptInstall = 'sudo apt-get install --no-install-recommends';
const container = 'use the container image (docs/hosts.md).';

const mends: readonly (readonly [release: Release, mend: string])[] = [
  [
    'debian12',
    `echo 'deb ${mirror} bookworm-backports main' | sudo tee /etc/apt/sources.list.d/bookworm-backports.list && sudo apt-get update && ${aptInstall} -t bookworm-backports qemu-system-x86 qemu-utils && ${aptInstall} ${debianPackages}`,
  ],
  ['debian13', `sudo apt-get update && ${aptInstall} qemu-system-x86 qemu-utils ${debianPackages}`],
  ['mint22', `sudo apt-get update && ${aptInstall} qemu-system-x86 qemu-utils ${debianPackages}`],
  [
    'fedora43',
    'sudo dnf install qemu-system-x86-core qemu-img mmdebstrap shadow-utils erofs-utils e2fsprogs cpio kmod util-linux xz zstd openssh-clients openssh debian-keyring',
  ],
  [
    'arch',
    `sudo pacman -S --needed qemu-system-x86 qemu-img shadow erofs-utils e2fsprogs cpio kmod util-linux xz zstd openssh debian-archive-keyring  Arch Linux has no package for mmdebstrap: ${container}`,
  ],
  [
    'leap156',
    `sudo zypper install qemu-x86 qemu-img shadow erofs-utils e2fsprogs cpio kmod util-linux xz zstd openssh-clients openssh-common  openSUSE Leap 15.6 has no package for mmdebstrap, /usr/share/keyrings/debian-archive-keyring.gpg: ${container}`,
  ],
  [
    'rocky10',
    `sudo dnf install qemu-img shadow-utils erofs-utils e2fsprogs cpio kmod util-linux xz zstd openssh-clients openssh  Rocky Linux 10.0 (Red Quartz) has no package for qemu-system-x86_64, mmdebstrap, /usr/share/keyrings/debian-archive-keyring.gpg: ${container}`,
  ],
];

for (const [release, mend] of mends) {
  test(`${release}: all that is missing comes by one command`, () => {
    assert.equal(lacksOf(bare(release)).mend, mend);
  });
}

test('on a system that is not known the packages are named as Debian names them', () => {
  assert.match(lacksOf(bare('alpine')).mend, /^Install with the package manager of Alpine Linux v3\.22, .*newuidmap \(Debian's uidmap\)/u);
});

test('root needs no newuidmap, no subordinate ids, no namespace and no sudo', () => {
  const root = { ...bare('debian13'), isRoot: true, user: 'root', subordinateIds: { users: 0, groups: 0, firstFree: 100_000 } };
  const { names, mend } = lacksOf({ ...root, userNamespaces: { works: false, said: 'not permitted', forbiddenBy: [] } });
  assert.ok(!names.some((name) => ['newuidmap', 'subordinate-ids', 'user-namespaces'].includes(name)));
  assert.doesNotMatch(mend, /sudo/u);
});

test('ids and a setting come in the same line as packages', () => {
  const facts: NeedFacts = {
    ...complete('debian13'),
    programs: { ...complete('debian13').programs, cpio: { hostPath: null, version: null } },
    userNamespaces: { works: false, said: 'not permitted', forbiddenBy: ['kernel.unprivileged_userns_clone=1'] },
    subordinateIds: { users: 65_536, groups: 0, firstFree: 165_536 },
  };
  assert.deepEqual(lacksOf(facts), {
    names: ['cpio', 'user-namespaces', 'subordinate-ids'],
    mend: `sudo apt-get update && ${aptInstall} cpio && sudo sysctl kernel.unprivileged_userns_clone=1 && sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ada`,
  });
});

test('QEMU 8.2 is enough where KVM works or may, and 10 is needed where the processor is emulated', () => {
  const noble = withQemu(complete('ubuntu2404'), '8.2.2');
  const worked = { works: true, seen: '' };
  const failed = { works: false, seen: 'it lies' };
  const lacking = (kvm: NeedFacts['kvm']): boolean => lacksOf({ ...noble, kvm }).names.includes('qemu-system-x86_64');
  assert.equal(lacking({ device: 'open', remembered: [] }), false);
  assert.equal(lacking({ device: 'open', remembered: [failed, worked] }), false);
  assert.equal(lacking({ device: 'open', remembered: [failed] }), true);
  assert.equal(lacking({ device: 'closed', remembered: [worked] }), true);
  assert.equal(lacking({ device: 'absent', remembered: [] }), true);
  const [qemu] = judgeNeeds(requirements, noble).filter(({ name }) => name === 'qemu-system-x86_64');
  assert.equal(
    qemu?.what,
    '8.2.2, but KVM does not work here, and where the processor is emulated 10.0 is needed: older ones corrupt some guests',
  );
  assert.match(lacksOf(noble).mend, /If the package is too old, too: a newer release of Ubuntu, or the container image/u);
  const kvm = { device: 'open', remembered: [] } as const;
  const [enough] = judgeNeeds(requirements, { ...noble, kvm }).filter(({ name }) => name === 'qemu-system-x86_64');
  assert.match(enough?.what ?? '', /^8\.2\.2, enough where KVM works; .* 10\.0 is needed/u);
  for (const version of ['7.2.19', '8.1.5', null]) {
    assert.ok(lacksOf({ ...withQemu(noble, version), kvm }).names.includes('qemu-system-x86_64'), String(version));
  }
});

test('another architecture and an old Debian are refused', () => {
  assert.deepEqual(lacksOf({ ...complete('debian13'), architecture: 'aarch64' }), {
    names: ['system'],
    mend: 'Use a host with an x86_64 processor.',
  });
  const old = { ...complete('debian12'), os: { ...complete('debian12').os, version: 11 } };
  assert.equal(lacksOf(old).mend, 'Upgrade to Debian 12 or newer.');
});

test('os-release is read with and without quotes, empty or not there', () => {
  assert.deepEqual(parseOsRelease(osReleases.fedora43), {
    id: 'fedora',
    like: [],
    name: 'Fedora Linux 43 (Workstation Edition)',
    version: 43,
    codename: null,
  });
  assert.deepEqual(parseOsRelease(''), { id: 'unknown', like: [], name: 'an unknown system', version: null, codename: null });
});
