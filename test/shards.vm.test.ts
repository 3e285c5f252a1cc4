// A run in three shards, merged, against the same run in one piece: results, JUnit and report, but for what is a time.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunResult } from '../src/report/drill/result.ts';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 1_200_000;

/** Quick ones. */
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

/** What a report says of drills, in its order: labels, promises and claims. How lanes and steps came about is another each time. */
function phrasesOf(html: string, { drills: outcomes }: RunResult): readonly string[] {
  const words = html.replace(/<style>[^]*?<\/style>|<script[^]*?<\/script>/gu, '').split(/<[^>]*>/u);
  const known = new Set(outcomes.flatMap(({ job, promise, checks }) => [job, promise, 'held', ...checks.map(({ claim }) => claim)]));
  return words.map((text) => text.trim().replaceAll('&quot;', '"').replaceAll('&amp;', '&')).filter((text) => known.has(text));
}

test('three shards merge to what one run is', { timeout }, async () => {
  await using directory = await openTestDirectory();
  const cwd = directory.hostPath;
  const read = (...path: readonly string[]): Promise<string> => readFile(join(cwd, ...path), 'utf8');
  const asked = ['drill', ...drills, '--jobs', '1'];
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
  const [ours, theirs] = [await read('merged', 'latest', 'result.json'), await read('one', 'latest', 'result.json')].map(
    (text) => JSON.parse(text) as RunResult,
  );
  assert.ok(ours !== undefined && theirs !== undefined);
  assert.deepEqual(timeless(ours), timeless(theirs));
  assert.equal(ours.drills.length, drills.length);
  assert.deepEqual(casesOf(await read('merged.xml')), casesOf(await read('one.xml')));
  assert.equal(casesOf(await read('merged.xml')).length, drills.length);
  const phrases = phrasesOf(await read('merged', 'latest', 'report.html'), ours);
  assert.ok(phrases.length > 10 * drills.length, phrases.join('\n'));
  assert.deepEqual(phrases, phrasesOf(await read('one', 'latest', 'report.html'), theirs));
  for (const [machine, file] of [
    ['main', 'console.log'],
    ['main', 'qmp.ndjson'],
    ['reboot', 'commands.ndjson'],
  ] as const) {
    assert.ok((await read('merged', 'latest', 'silent-corruption', machine, file)).length > 100, `${machine}/${file}`);
  }
});
