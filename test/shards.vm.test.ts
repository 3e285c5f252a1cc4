// A run in three shards, merged, against the same run in one piece: results, JUnit and report, but for what is a time.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunResult } from '../src/report/drill/result.ts';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 1_200_000;

/** Quick ones, and a twin, which is known to break. */
const drills = ['silent-corruption', 'latent-bad-block', 'once-only-rw'];

/** What has the same words in every run of a drill: no time, no place, nothing that was drawn or measured. */
function timeless({ drills: outcomes, ...run }: RunResult) {
  return {
    command: run.command.replace(/ --output \S+.*/u, ''),
    exitCode: run.exitCode,
    accelerator: run.accelerator?.name,
    kernel: run.versions.kernel,
    failures: run.failures,
    drills: outcomes.map((outcome) => ({
      ...outcome,
      startedAt: '',
      durationMs: 0,
      exposure: outcome.exposure === null ? null : { endBytes: outcome.exposure.endBytes > 0 },
      steps: outcome.steps.map(({ name, title }) => ({ name, title })),
      checks: outcome.checks.map(({ name, claim, outcome: came }) => ({ name, claim, came })),
    })),
  };
}

/** The cases of a JUnit report: what they are and what they came to. */
const casesOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"|<(failure|error|skipped)\b[^>]*type="([^"]*)"/gu)].map((match) =>
    match.slice(1).join(' '),
  );

/** The words of a report that a person reads first: the table of drills, their promises and claims. */
const wordsOf = (html: string): readonly string[] =>
  html
    .replace(/<style>[^]*?<\/style>|<script[^]*?<\/script>/gu, '')
    .split(/<[^>]*>/u)
    .filter((text) => /[a-z]/u.test(text) && !/\d/u.test(text));

test('three shards merge to what one run is', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const cwd = directory.hostPath;
  const read = (...path: readonly string[]): Promise<string> => readFile(join(cwd, ...path), 'utf8');
  const asked = ['drill', ...drills, '--with-twin', '--jobs', '1'];
  const one = await typeRaidlab(cwd, [...asked, '--output', 'one', '--reporter', 'junit=one.xml']).ended;
  assert.equal(one.exitCode, 0, one.stdout + one.stderr);
  for (const shard of ['1', '2', '3']) {
    const words = [...asked, '--output', 'shards', '--shard', `${shard}/3`, '--reporter', `bundle=${shard}.bundle`];
    const { exitCode, stdout, stderr } = await typeRaidlab(cwd, words).ended;
    assert.equal(exitCode, 0, stdout + stderr);
  }
  const bundles = ['3.bundle', '1.bundle', '2.bundle'];
  const merged = await typeRaidlab(cwd, ['merge', ...bundles, '--output', 'merged', '--reporter', 'junit=merged.xml']).ended;
  assert.equal(merged.exitCode, 0, merged.stdout + merged.stderr);
  const [ours, theirs] = [await read('merged', 'latest', 'result.json'), await read('one', 'latest', 'result.json')];
  assert.deepEqual(timeless(JSON.parse(ours) as RunResult), timeless(JSON.parse(theirs) as RunResult));
  assert.equal((JSON.parse(ours) as RunResult).drills.length, 2 * drills.length);
  assert.deepEqual(casesOf(await read('merged.xml')), casesOf(await read('one.xml')));
  assert.equal(casesOf(await read('merged.xml')).length, 2 * drills.length);
  assert.deepEqual(wordsOf(await read('merged', 'latest', 'report.html')), wordsOf(await read('one', 'latest', 'report.html')));
  for (const [machine, file] of [
    ['main', 'console.log'],
    ['main', 'qmp.ndjson'],
    ['reboot', 'commands.ndjson'],
  ] as const) {
    assert.ok((await read('merged', 'latest', 'silent-corruption', machine, file)).length > 100, `${machine}/${file}`);
  }
});
