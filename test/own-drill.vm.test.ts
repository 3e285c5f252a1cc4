import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Check } from '../src/core/verdict/verdict.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

const example = fileURLToPath(new URL('../examples/my-drill.ts', import.meta.url));

// The first run builds the images.
const timeoutMs = 900_000;

async function checksIn(cwdHostPath: string): Promise<readonly Check[]> {
  return (await readEvents(cwdHostPath)).flatMap((event) => (event.type === 'check-judged' ? [event.check] : []));
}

test('the example of a drill of one’s own holds, and its own check is among those of the proof', { timeout: timeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', example]).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const checks = await checksIn(directory.hostPath);
  assert.ok(checks.length > 8 && checks.every((check) => check.outcome === 'held'));
  assert.ok(checks.some((check) => check.name === 'no-single-chunks'));
});

test('its twin breaks, for the reason it names: as expected', { timeout: timeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', example, '--twin']).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const broken = (await checksIn(directory.hostPath)).filter((check) => check.outcome === 'broken').map((check) => check.name);
  assert.ok(broken.includes('no-single-chunks') && broken.includes('profiles'), broken.join(', '));
  assert.match(stdout, /^AS EXPECTED {2}replace-cold-disk/mu);
});

test(
  'what a step of a drill of one’s own throws ends it, named with file and line, and leaves nothing behind',
  { timeout: timeoutMs },
  async () => {
    await using directory = await openTestDirectory();
    const text = (await readFile(example, 'utf8')).replace(
      'run.judge({',
      "if (single.length === 0) throw new RangeError('nothing to see');\n    run.judge({",
    );
    const line = text.split('\n').findIndex((row) => row.includes('throw new RangeError')) + 1;
    await writeFile(join(directory.hostPath, 'my-drill.ts'), text);
    const { exitCode, stderr } = await typeRaidlab(directory.hostPath, ['drill', './my-drill.ts']).ended;
    assert.equal(exitCode, 64, stderr);
    assert.match(
      stderr,
      new RegExp(String.raw`\./my-drill\.ts:${String(line)}:\d+: the step look-around threw: RangeError: nothing to see`, 'u'),
    );
    const events = await readEvents(directory.hostPath);
    assert.ok(events.some((event) => event.type === 'machine-stopped' && event.how === 'dispose'));
  },
);

test('what `raidlab new drill` makes holds, and its twin breaks', { timeout: 2 * timeoutMs }, async () => {
  await using directory = await openTestDirectory();
  const drills = join(directory.hostPath, 'drills');
  await mkdir(drills);
  assert.equal((await typeRaidlab(directory.hostPath, ['new', 'drill', 'my-disk', '--directory', drills]).ended).exitCode, 0);
  for (const more of [[], ['--twin']]) {
    const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', join(drills, 'my-disk.ts'), ...more]).ended;
    assert.equal(exitCode, 0, stdout + stderr);
  }
});
