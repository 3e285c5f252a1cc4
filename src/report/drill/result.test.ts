import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenProof, degradedStep, recordEvents, replaceStep, runBegins } from '../fixtures/drill-events.ts';
import { addToResult, emptyResult } from './result.ts';

test('a result holds the run: what was typed, versions, steps, checks, verdict, and how to repeat it', () => {
  const result = recordEvents([...runBegins, ...degradedStep, ...replaceStep, ...brokenProof]).reduce(addToResult, emptyResult);
  assert.equal(result.repeat, 'raidlab drill --seed 4711');
  assert.deepEqual(result.versions, {
    raidlab: '0.1.0',
    node: '24.21.0',
    qemu: null,
    kernel: '6.12.117+deb13-cloud-amd64',
    images: {
      'kernel of trixie': 'trixie (linux-image-cloud-amd64 6.12.117-1)',
      'tools of trixie': 'trixie (btrfs-progs 6.14, cryptsetup 2.7.5)',
    },
  });
  const drill = result.drills.at(-1);
  assert.deepEqual(
    drill?.steps.map((step) => [step.name, step.outcome, step.durationMs]),
    [
      ['mount-degraded', 'completed', 6622],
      ['replace', 'completed', 22_000],
      ['soft-balance', 'left out', 0],
      ['proof', 'completed', 1500],
    ],
  );
  assert.deepEqual(
    drill.checks.map((check) => check.outcome),
    ['held', 'broken', 'inconclusive'],
  );
  assert.equal(drill.verdict, 'broken');
  assert.equal(result.exitCode, 1);
});

test('a run that failed before its verdict has none, and says why', () => {
  const description = { exitCode: 69, what: 'no', remedy: 'yes' } as const;
  const result = recordEvents([...runBegins, [0, { type: 'run-failed', area: 'image', reason: 'build-failed', description }]]).reduce(
    addToResult,
    emptyResult,
  );
  assert.equal(result.drills.at(-1)?.verdict, null);
  assert.deepEqual(result.failures, [{ job: 'replace-missing-disk', area: 'image', reason: 'build-failed', ...description }]);
});

test('a seed that was given is not given twice', () => {
  const [started, ...rest] = recordEvents(runBegins);
  assert.ok(started?.type === 'run-started');
  const result = [{ ...started, command: 'raidlab drill --seed 4711' }, ...rest].reduce(addToResult, emptyResult);
  assert.equal(result.repeat, 'raidlab drill --seed 4711');
});
