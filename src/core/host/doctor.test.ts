import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canRunDrill, judgeHost } from './doctor.ts';
import type { Finding, HostFacts } from './doctor.ts';
import type { HostRequirements } from './requirements.ts';

const requirements: HostRequirements = {
  debian: { oldest: 12, backports: { codename: 'bookworm', release: 'bookworm-backports' } },
  distributions: [
    {
      id: 'debian',
      name: 'Debian',
      ids: ['debian'],
      refresh: ['apt-get', 'update'],
      install: ['apt-get', 'install', '--no-install-recommends'],
      tested: 'Debian 12 and newer',
    },
    { id: 'fedora', name: 'Fedora', ids: ['fedora'], install: ['dnf', 'install'] },
  ],
  programs: [
    {
      program: 'qemu-system-x86_64',
      package: 'qemu-system-x86',
      why: 'runs the machine',
      atLeast: '8.2',
      whyAtLeast: 'older ones cannot keep memory in a file',
      atLeastEmulated: '10.0',
      whyAtLeastEmulated: 'older ones corrupt some guests',
    },
    { program: 'newuidmap', package: 'uidmap', why: 'lets mmdebstrap work without root', only: 'ordinary-user', onlyToBuild: true },
  ],
  files: [],
};

const mirror = 'http://mirror.example/debian/';

const healthy: HostFacts = {
  os: { id: 'debian', like: [], name: 'Debian GNU/Linux 12 (bookworm)', version: 12, codename: 'bookworm' },
  architecture: 'x86_64',
  user: 'ada',
  isRoot: false,
  programs: {
    'qemu-system-x86_64': { hostPath: '/usr/bin/qemu-system-x86_64', version: '10.0.2' },
    newuidmap: { hostPath: '/usr/bin/newuidmap', version: '1:4.13' },
  },
  kvm: { device: 'open', remembered: [{ works: true, seen: '' }] },
  files: [],
  userNamespaces: { works: true, said: '', forbiddenBy: [] },
  subordinateIds: { users: 65_536, groups: 65_536, firstFree: 231_072 },
  cache: {
    hostPath: '/home/ada/.cache/raidlab',
    isWritable: true,
    freeBytes: 10 * 1024 ** 3,
    usedBytes: 300 * 1024 ** 2,
    maxBytes: 6 * 1024 ** 3,
  },
  runtime: { hostPath: '/run/user/1000', isWritable: true, freeBytes: null },
  memoryAvailableBytes: 8 * 1024 ** 3,
  cores: 4,
  mirrors: [{ uri: mirror, suite: 'bookworm' }],
  missingImages: ['kernel of trixie', 'tools of trixie'],
  hasNetwork: true,
};

const findingOf = (facts: HostFacts, name: string): Finding => {
  const found = judgeHost(requirements, facts).find((finding) => finding.name === name);
  assert.ok(found, `no finding ${name}`);
  return found;
};

test('on a host that has everything every finding is ok', () => {
  const findings = judgeHost(requirements, healthy);
  assert.deepEqual(
    findings.filter((finding) => finding.outcome !== 'ok'),
    [],
  );
  assert.ok(canRunDrill(findings));
});

const cases: readonly (readonly [what: string, name: string, outcome: Finding['outcome'], change: Partial<HostFacts>, mend: RegExp])[] = [
  ['another architecture', 'system', 'fail', { architecture: 'aarch64' }, /x86_64/u],
  [
    'another distribution',
    'system',
    'warn',
    { os: { id: 'fedora', like: [], name: 'Fedora 44', version: 44, codename: null } },
    /^Untested: only Debian 12 and newer are tested\. Its package names/u,
  ],
  [
    'one that is like another',
    'system',
    'warn',
    { os: { id: 'nobara', like: ['fedora'], name: 'Nobara', version: 44, codename: null } },
    /^Untested, taken for Fedora: only Debian 12 and newer are/u,
  ],
  [
    'one that nobody knows',
    'system',
    'warn',
    { os: { id: 'plan9', like: [], name: 'Plan 9', version: 4, codename: null } },
    /package names of this one are unknown/u,
  ],
  ['an older Debian', 'system', 'fail', { os: { ...healthy.os, version: 11, codename: 'bullseye' } }, /Upgrade to Debian 12/u],
  ['no KVM', 'kvm', 'warn', { kvm: { device: 'absent', remembered: [] } }, /nested/u],
  [
    'a closed KVM',
    'kvm',
    'warn',
    { kvm: { device: 'closed', remembered: [] } },
    /^sudo usermod --append --groups kvm ada # then log in again$/u,
  ],
  [
    'a KVM that lies',
    'kvm',
    'warn',
    { kvm: { device: 'open', remembered: [{ works: false, seen: '/dev/kvm is there, but it lies' }] } },
    /Nothing to do/u,
  ],
  [
    'no user namespaces',
    'user-namespaces',
    'fail',
    { userNamespaces: { works: false, said: 'not permitted', forbiddenBy: ['user.max_user_namespaces=10000'] } },
    /^sudo sysctl user\.max_user_namespaces=10000$/u,
  ],
  [
    'no user namespaces, and no setting that forbids them',
    'user-namespaces',
    'fail',
    { userNamespaces: { works: false, said: 'not permitted', forbiddenBy: [] } },
    /docs\/hosts\.md/u,
  ],
  [
    'no subordinate ids',
    'subordinate-ids',
    'fail',
    { subordinateIds: { users: 0, groups: 65_536, firstFree: 231_072 } },
    /^sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 ada$/u,
  ],
  ['a cache that cannot be written', 'cache', 'fail', { cache: { ...healthy.cache, isWritable: false } }, /XDG_CACHE_HOME/u],
  ['a cache on a full disk', 'cache', 'warn', { cache: { ...healthy.cache, freeBytes: 1024 } }, /XDG_CACHE_HOME/u],
  [
    'a runtime directory that cannot be written',
    'runtime-directory',
    'fail',
    { runtime: { ...healthy.runtime, isWritable: false } },
    /XDG_RUNTIME_DIR/u,
  ],
  ['little memory', 'memory', 'warn', { memoryAvailableBytes: 512 * 1024 ** 2 }, /--memory/u],
  ['one core', 'cores', 'warn', { cores: 1 }, /one drill at a time/u],
  ['no mirror', 'mirror', 'fail', { mirrors: [] }, /RAIDLAB_MIRROR/u],
  ['no mirror, and all images in the cache', 'mirror', 'warn', { mirrors: [], missingImages: [] }, /RAIDLAB_MIRROR/u],
  ['no network', 'mirror', 'fail', { hasNetwork: false }, /Connect this host/u],
  ['no network, and all images in the cache', 'mirror', 'warn', { hasNetwork: false, missingImages: [] }, /Connect this host/u],
  [
    'a program that only builds images is missing, and all images are in the cache',
    'newuidmap',
    'warn',
    { programs: { ...healthy.programs, newuidmap: { hostPath: null, version: null } }, missingImages: [] },
    /apt-get install/u,
  ],
];

for (const [what, name, outcome, change, mend] of cases) {
  test(`${what}: ${outcome}, with what to do`, () => {
    const finding = findingOf({ ...healthy, ...change }, name);
    assert.equal(finding.outcome, outcome);
    assert.match(finding.mend ?? '', mend);
    assert.equal(canRunDrill([finding]), outcome !== 'fail');
  });
}

test('what cannot be built is told by name; a mirror on this very host needs no network', () => {
  assert.match(
    findingOf({ ...healthy, hasNetwork: false }, 'mirror').what,
    /this host has no network, and the cache lacks the kernel of trixie and the tools of trixie/u,
  );
  const near = { ...healthy, hasNetwork: false, mirrors: [{ uri: 'http://127.0.0.1:8080/debian', suite: '' }] };
  assert.equal(findingOf(near, 'mirror').outcome, 'ok');
});

test('root needs no subordinate ids, no newuidmap and no sudo', () => {
  const facts: HostFacts = {
    ...healthy,
    isRoot: true,
    user: 'root',
    programs: {},
    subordinateIds: { users: 0, groups: 0, firstFree: 100_000 },
  };
  const findings = judgeHost(requirements, facts);
  assert.deepEqual(
    findings.filter((finding) => finding.outcome !== 'ok').map((finding) => finding.name),
    ['qemu-system-x86_64'],
  );
  assert.ok(!findingOf(facts, 'qemu-system-x86_64').mend?.includes('sudo'));
});

test('a missing program is installed by its package', () => {
  const finding = findingOf({ ...healthy, programs: {} }, 'newuidmap');
  assert.deepEqual(
    [finding.outcome, finding.what, finding.mend],
    ['fail', 'not found', 'sudo apt-get update && sudo apt-get install --no-install-recommends uidmap'],
  );
});

test('on Debian 12 a newer QEMU comes from backports, whose source is added where apt has none', () => {
  const old: HostFacts = {
    ...healthy,
    programs: { ...healthy.programs, 'qemu-system-x86_64': { hostPath: '/usr/bin/qemu-system-x86_64', version: '7.2.19' } },
  };
  const install = 'sudo apt-get install --no-install-recommends -t bookworm-backports qemu-system-x86';
  const finding = findingOf(old, 'qemu-system-x86_64');
  assert.equal(finding.what, '7.2.19, but 8.2 is needed: older ones cannot keep memory in a file');
  assert.equal(
    finding.mend,
    `echo 'deb ${mirror} bookworm-backports main' | sudo tee /etc/apt/sources.list.d/bookworm-backports.list && sudo apt-get update && ${install}`,
  );
  const withBackports = { ...old, mirrors: [...old.mirrors, { uri: mirror, suite: 'bookworm-backports' }] };
  assert.equal(findingOf(withBackports, 'qemu-system-x86_64').mend, `sudo apt-get update && ${install}`);
});

test('on Debian 13 it is the stock one', () => {
  const trixie: HostFacts = { ...healthy, os: { ...healthy.os, version: 13, codename: 'trixie' }, programs: {} };
  assert.equal(
    findingOf(trixie, 'qemu-system-x86_64').mend,
    'sudo apt-get update && sudo apt-get install --no-install-recommends qemu-system-x86',
  );
});

test('a program that does not say its version is not trusted to be new enough', () => {
  const mute: HostFacts = { ...healthy, programs: { ...healthy.programs, 'qemu-system-x86_64': { hostPath: '/x', version: null } } };
  assert.equal(findingOf(mute, 'qemu-system-x86_64').outcome, 'fail');
});
