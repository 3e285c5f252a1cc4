import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planBootstrap } from '../packages/bootstrap-packages.ts';
import { parsePackageList, planPreferences, planToolsBootstrap, planToolsPackages } from './build-tools.ts';
import { requireSuite } from '../packages/suite.ts';

const sources = ['deb http://mirror.example/debian/ trixie main'];

test('images are built without root, and packages are named, never guessed versions', () => {
  for (const name of ['bullseye', 'trixie-backports']) {
    const suite = requireSuite(name);
    for (const argv of [
      planToolsBootstrap(suite, planToolsPackages(suite), sources, [], { hooksHostPath: '/hooks', root: 'layers' }),
      planBootstrap(suite, ['linux-image-cloud-amd64', 'busybox-static'], sources, [], '/x.tar'),
    ]) {
      assert.equal(argv[0], 'mmdebstrap');
      assert.ok(argv.includes(suite.base));
      assert.deepEqual(argv.slice(-1), sources);
    }
  }
});

test('a backports kernel is asked for by its release, any other by name alone', () => {
  const include = (name: string): string | undefined =>
    planBootstrap(requireSuite(name), ['linux-image-cloud-amd64', 'busybox-static'], sources, [], '/x.tar').find((word) =>
      word.startsWith('--include='),
    );
  assert.equal(include('trixie-backports'), '--include=linux-image-cloud-amd64/trixie-backports,busybox-static');
  assert.equal(include('trixie'), '--include=linux-image-cloud-amd64,busybox-static');
});

test('bullseye has no util-linux-extra', () => {
  assert.ok(!planToolsPackages(requireSuite('bullseye')).includes('util-linux-extra'));
  assert.ok(planToolsPackages(requireSuite('bookworm')).includes('util-linux-extra'));
});

test('backports are preferred for the array’s own tools only', () => {
  const preferences = planPreferences(requireSuite('bookworm-backports'));
  assert.match(preferences, /^Package: .*\bbtrfs-progs\b.*\nPin: release n=bookworm-backports\nPin-Priority: 990\n$/);
  assert.ok(!preferences.includes('systemd'));
});

test('a package list gives versions by name', () => {
  assert.deepEqual(parsePackageList('btrfs-progs 6.14-1\ncryptsetup-bin 2:2.7.5-2\n'), {
    'btrfs-progs': '6.14-1',
    'cryptsetup-bin': '2:2.7.5-2',
  });
});
