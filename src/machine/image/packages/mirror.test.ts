import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { chooseMirror, parseAptSources, planAptOptions, planSources } from './mirror.ts';
import { requireSuite } from './suite.ts';

const mirror = { archive: 'http://mirror.example/debian/', security: 'http://mirror.example/debian-security/' };

test('the archive and the security archive are those of the host’s own Debian sources', () => {
  const text =
    'http://other.example/node nodistro . nodistro\n' +
    'http://mirror.example/debian-security/ bookworm-security Debian\n' +
    'http://mirror.example/debian/ bookworm Debian\n' +
    'http://late.example/debian/ bookworm-backports Debian\n';
  assert.deepEqual(chooseMirror(parseAptSources(text)), mirror);
});

test('a host without Debian sources leaves the choice to mmdebstrap, but not for backports', () => {
  const none = chooseMirror(parseAptSources('http://archive.example/ubuntu/ noble Ubuntu\n'));
  assert.deepEqual(none, { archive: undefined, security: undefined });
  assert.deepEqual(planSources(requireSuite('trixie', {}), {}, none), []);
  assert.throws(
    () => planSources(requireSuite('trixie-backports', {}), {}, none),
    (error: unknown) => error instanceof RaidlabError && error.failure.reason === 'mirror-unknown',
  );
});

test('backports are added to the suite that they are for, and sid has no security archive', () => {
  assert.deepEqual(planSources(requireSuite('trixie-backports', {}), {}, mirror), [
    'deb http://mirror.example/debian/ trixie main',
    'deb http://mirror.example/debian-security/ trixie-security main',
    'deb http://mirror.example/debian/ trixie-backports main',
  ]);
  assert.deepEqual(planSources(requireSuite('sid', {}), {}, mirror), ['deb http://mirror.example/debian/ sid main']);
});

test('a mirror that is named stands for the archive alone; one of a suite comes before the one of every suite', () => {
  const everySuite = 'http://every.example/';
  assert.deepEqual(planSources(requireSuite('trixie-backports', {}), { everySuite }, mirror), [
    'deb http://every.example/ trixie main',
    'deb http://every.example/ trixie-backports main',
  ]);
  const bySuite = { 'trixie-backports': '[check-valid-until=no] http://own.example/' };
  assert.deepEqual(planSources(requireSuite('trixie-backports', {}), { everySuite, bySuite }, mirror), [
    'deb http://every.example/ trixie main',
    'deb [check-valid-until=no] http://own.example/ trixie-backports main',
  ]);
  assert.deepEqual(planSources(requireSuite('trixie-backports', {}), { bySuite }, mirror), [
    'deb http://mirror.example/debian/ trixie main',
    'deb http://mirror.example/debian-security/ trixie-security main',
    'deb [check-valid-until=no] http://own.example/ trixie-backports main',
  ]);
});

test('backports of an archive come from where the release is, unless they have an address', () => {
  const mirrors = { bySuite: { jessie: 'http://archive.example/', 'jessie-backports': 'http://archive.example/' } };
  assert.deepEqual(planSources(requireSuite('jessie-backports', mirrors), mirrors, mirror), [
    'deb http://archive.example/ jessie main',
    'deb http://archive.example/ jessie-backports main',
  ]);
});

test('the proxies of the host’s apt are passed on, and whether lists may be expired; nothing else of its configuration', () => {
  const config =
    'Acquire "";\nAcquire::cdrom "";\nAcquire::http "";\nAcquire::http::Proxy "http://proxy.example:3142";\n' +
    'Acquire::http::Proxy::mirror.example "DIRECT";\nAcquire::https::Proxy "";\nAcquire::Languages "none";\n' +
    'Acquire::Check-Valid-Until "false";\nAcquire::AllowInsecureRepositories "true";\n';
  assert.deepEqual(planAptOptions(config), [
    '--aptopt=Acquire::http::Proxy "http://proxy.example:3142";',
    '--aptopt=Acquire::http::Proxy::mirror.example "DIRECT";',
    '--aptopt=Acquire::Check-Valid-Until "false";',
  ]);
});
