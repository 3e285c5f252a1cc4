import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError, describeFailure } from '../../core/failure.ts';
import { defaultSuite, requireSuite, suiteNames } from './suite.ts';

test('every suite is found by its name, and the default is one of them', () => {
  for (const name of suiteNames) assert.equal(requireSuite(name).name, name);
  assert.ok(suiteNames.includes(defaultSuite));
});

test('a suite that does not exist is a usage failure that names the one meant', () => {
  assert.throws(
    () => requireSuite('trixi-backports'),
    (error: unknown) => {
      assert.ok(error instanceof RaidlabError && error.failure.reason === 'unknown-suite');
      assert.equal(error.failure.nearest, 'trixie-backports');
      assert.equal(describeFailure(error.failure).exitCode, 64);
      return true;
    },
  );
});
