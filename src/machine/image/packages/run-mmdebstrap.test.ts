import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestContext } from '../../fixtures/scripted-peer.ts';
import { chooseMode, isFetchFailure } from './run-mmdebstrap.ts';

const unresolved = [
  'I: running apt-get update...',
  'Err:1 http://mirror.example/debian trixie InRelease',
  "  Temporary failure resolving 'mirror.example'",
  'W: skipping mounting of proc because the /proc directory is missing in the target',
  'W: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease',
  'E: Some index files failed to download. They have been ignored, or old ones used instead.',
  'E: apt-get update --error-on=any -oAPT::Status-Fd=<$fd> failed: process exited with 100 and error in console output',
];

test('what apt could not fetch is told apart from what could not be built', () => {
  assert.ok(isFetchFailure(unresolved.join('\n')));
  assert.ok(isFetchFailure("E: The repository 'http://mirror.example/debian trixie Release' does not have a Release file."));
  assert.ok(isFetchFailure('E: Release file for http://mirror.example/debian/dists/sid/InRelease is expired (invalid since 16d 1h).'));
  assert.ok(!isFetchFailure('E: Unable to locate package no-such-package\nE: setup failed'));
  assert.ok(!isFetchFailure('I: running special hook\nE: setup failed: E: command failed: ./customize'));
});

test('an ordinary user builds in a user namespace, and root as it may', async () => {
  assert.equal(await chooseMode(createTestContext(), false), 'unshare');
  assert.match(await chooseMode(createTestContext(), true), /^(?:unshare|root)$/u);
});
