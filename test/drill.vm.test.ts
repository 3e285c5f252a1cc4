import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordedEvent } from '../src/core/event.ts';
import type { Check } from '../src/core/verdict/verdict.ts';
import { defaultLayout } from '../src/core/layout/layout.ts';
import { planDrill } from '../src/drills/plan-drill.ts';
import { replaceMissingDisk } from '../src/drills/catalogue/replace-missing-disk.ts';
import type { RunResult } from '../src/report/drill/result.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const drillTimeoutMs = 900_000;

function checksOf(events: readonly RecordedEvent[]): readonly Check[] {
  return events.flatMap((event) => (event.type === 'check-judged' ? [event.check] : []));
}

test('the default drill holds, with every part of the proof', { timeout: drillTimeoutMs }, async (suite) => {
  await using directory = await openTestDirectory();
  // A seed of its own: a template that another drill is using is not rebuilt, and then no command of its steps is typed here.
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', '--fresh', '--seed', '19']).ended;
  const events = await readEvents(directory.hostPath);
  const checks = checksOf(events);

  assert.equal(exitCode, 0, stdout + stderr);
  assert.deepEqual(
    checks.map((check) => [check.name, check.outcome]),
    ['mounted', 'files', 'profiles', 'finished', 'scrub', 'device-stats', 'kernel-log', 'leg-alone-DISK2', 'leg-alone-DISK3', 'reboot'].map(
      (name) => [name, 'held'],
    ),
  );

  await suite.test('every check has evidence, and the writer was acknowledged before, during and after the fault', () => {
    assert.ok(checks.every((check) => check.evidence.length > 0));
    const files = checks.find((check) => check.name === 'files')?.evidence.join(' ') ?? '';
    assert.ok(Number(/(\d+) acknowledged records/u.exec(files)?.[1]) >= 60, files);
  });

  await suite.test('what was planned is what was typed, in that order', () => {
    const planned = planDrill(replaceMissingDisk, { layout: defaultLayout, skippedSteps: [] })
      .steps.filter((step) => step.name !== 'proof')
      .flatMap((step) => step.lines.flatMap((line) => (line.kind === 'command' ? [line.command.argv] : [])));
    const typed = events.filter((event) => event.type === 'command-typed' || event.type === 'observation-made');
    const typedWords = typed.map((event) => (event.type === 'command-typed' ? event.argv.join(' ') : event.source));
    let next = 0;
    // LUKS UUIDs are drawn anew for every array.
    const anonymous = (words: string): string => words.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|UUID-OF-DISK\d+/gu, 'UUID');
    for (const argv of planned) {
      const at = typedWords.findIndex((words, index) => index >= next && anonymous(words) === anonymous(argv.join(' ')));
      assert.notEqual(at, -1, `planned and not typed: ${argv.join(' ')}`);
      next = at;
    }
  });

  await suite.test('the first event says what was started, the last with which exit code it ended', () => {
    assert.equal(events[0]?.type, 'run-started');
    const last = events.at(-1);
    assert.ok(last?.type === 'run-ended' && last.exitCode === 0);
  });

  await suite.test(
    'the run directory has the result, and for each machine console, QMP and commands; nobody else may read it',
    async () => {
      const latest = join(directory.hostPath, 'raidlab-results', 'latest');
      const result = JSON.parse(await readFile(join(latest, 'result.json'), 'utf8')) as RunResult;
      assert.deepEqual(
        result.drills.map((drill) => drill.verdict),
        ['held'],
      );
      for (const name of ['console.log', 'qmp.ndjson', 'commands.ndjson'])
        assert.ok((await stat(join(latest, 'replace-missing-disk', 'main', name))).size > 0, name);
      assert.equal((await stat(latest)).mode & 0o777, 0o700);
    },
  );
});

test(
  'without the balance the promise is broken, and the single-copy chunks and the lost files are named',
  { timeout: drillTimeoutMs },
  async () => {
    await using directory = await openTestDirectory();
    const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', '--skip-step', 'soft-balance']).ended;
    const checks = checksOf(await readEvents(directory.hostPath));
    const broken = checks.filter((check) => check.outcome === 'broken');

    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(
      broken.find((check) => check.name === 'profiles')?.evidence.join('\n') ?? '',
      /^system, single: .* on \/dev\/mapper\/crypt-btrfs2: a single copy$/mu,
    );
    const leg = broken.find((check) => check.name === 'leg-alone-DISK3');
    // Which of the two depends on where btrfs put the chunk tree and the records of that moment: everything is lost, or those records are and it cannot be written.
    assert.match(leg?.evidence.join('\n') ?? '', /^(?:lost with DISK2: \/storage\/|mount -o degraded \(read-write\) is refused)/mu);
    // What administrators usually look at is clean: that is the point.
    for (const name of ['mounted', 'files', 'scrub', 'device-stats', 'kernel-log'])
      assert.equal(checks.find((check) => check.name === name)?.outcome, 'held', name);
  },
);

test(
  'a kernel that crashes during a replace is a verdict with its names, exit 3, and is not waited for',
  { timeout: drillTimeoutMs },
  async () => {
    await using directory = await openTestDirectory();
    const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, ['drill', 'kernel-crash']).ended;
    const events = await readEvents(directory.hostPath);

    assert.equal(exitCode, 3, stdout + stderr);
    const seen = events.find((event) => event.type === 'kernel-trouble-seen');
    assert.ok(seen?.type === 'kernel-trouble-seen');
    assert.equal(seen.trouble.kind, 'panic');
    assert.equal(seen.trouble.during, 'device replace');
    assert.equal(seen.trouble.process?.name, 'tee');
    assert.ok(seen.trouble.trace.some((entry) => entry.function === 'sysrq_handle_crash' || entry.function === '__handle_sysrq'));
    assert.ok(seen.trouble.transcript.length > 5);
    const crashAt = Date.parse(seen.at);
    const verdictAt = Date.parse(events.find((event) => event.type === 'verdict-reached')?.at ?? '');
    assert.ok(verdictAt - crashAt < 5000, `${String(verdictAt - crashAt)} ms from the crash to the verdict`);
  },
);
