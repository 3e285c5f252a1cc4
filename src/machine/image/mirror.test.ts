import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure.ts';
import { chooseMirror, parseAptSources, planProxyOptions, planSources } from './mirror.ts';
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
  assert.deepEqual(planSources(none, requireSuite('trixie')), []);
  assert.throws(
    () => planSources(none, requireSuite('trixie-backports')),
    (error: unknown) => error instanceof RaidlabError && error.failure.reason === 'mirror-unknown',
  );
});

test('backports are added to the suite that they are for, and sid has no security archive', () => {
  assert.deepEqual(planSources(mirror, requireSuite('trixie-backports')), [
    'deb http://mirror.example/debian/ trixie main',
    'deb http://mirror.example/debian-security/ trixie-security main',
    'deb http://mirror.example/debian/ trixie-backports main',
  ]);
  assert.deepEqual(planSources(mirror, requireSuite('sid')), ['deb http://mirror.example/debian/ sid main']);
});

test('the proxies of the host’s apt are passed on, and nothing else of its configuration', () => {
  const config =
    'Acquire "";\nAcquire::cdrom "";\nAcquire::http "";\nAcquire::http::Proxy "http://proxy.example:3142";\n' +
    'Acquire::http::Proxy::mirror.example "DIRECT";\nAcquire::https::Proxy "";\nAcquire::Languages "none";\n';
  assert.deepEqual(planProxyOptions(config), [
    '--aptopt=Acquire::http::Proxy "http://proxy.example:3142";',
    '--aptopt=Acquire::http::Proxy::mirror.example "DIRECT";',
  ]);
});
