import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError, describeFailure } from '../../../core/failure/failure.ts';
import { defaultSuite, kernelPackageOf, requireSuite, suiteNames } from './suite.ts';

test('every suite is found by its name, and the default is one of them', () => {
  for (const name of suiteNames({})) assert.equal(requireSuite(name, {}).name, name);
  assert.ok(suiteNames({}).includes(defaultSuite));
});

test('a suite that does not exist is a usage failure that names the one meant', () => {
  assert.throws(
    () => requireSuite('trixi-backports', {}),
    (error: unknown) => {
      assert.ok(error instanceof RaidlabError && error.failure.reason === 'unknown-suite');
      const { exitCode, remedy } = describeFailure(error.failure);
      assert.match(remedy, /Did you mean "trixie-backports"/u);
      assert.equal(exitCode, 64);
      return true;
    },
  );
});

test('a suite of an archive is known when it has a mirror of its own, and is what its name says', () => {
  const mirrors = {
    bySuite: { jessie: 'http://archive.example/debian', 'jessie-backports': 'http://archive.example/debian', sid: 'http://x/' },
  };
  assert.deepEqual(suiteNames(mirrors).slice(-2), ['jessie', 'jessie-backports']);
  assert.equal(suiteNames(mirrors).filter((name) => name === 'sid').length, 1);
  const jessie = requireSuite('jessie', mirrors);
  assert.deepEqual(jessie, { name: 'jessie', base: 'jessie', backports: false, security: false, utilLinuxExtra: false });
  const backports = requireSuite('jessie-backports', mirrors);
  assert.deepEqual(backports, { ...jessie, name: 'jessie-backports', backports: true });
  assert.equal(kernelPackageOf(backports), 'linux-image-amd64');
  assert.equal(kernelPackageOf(requireSuite('bullseye', {})), 'linux-image-cloud-amd64');
  assert.throws(() => requireSuite('jessie', {}), RaidlabError);
});
