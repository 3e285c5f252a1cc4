import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'junit2json';
import { harmlessText } from '../../core/text/harmless-text.ts';
import { expectedRun } from '../fixtures/expected-events.ts';
import { manyBegin, manyEnd, manyInterrupted, recordJobs } from '../fixtures/many-events.ts';
import type { JobEvent } from '../fixtures/many-events.ts';
import { formatJunit } from './junit.ts';
import { addToResult, emptyResult } from '../drill/result.ts';
import type { RunResult } from '../drill/result.ts';

/** What the consumer makes of a document, as far as it is looked at. */
interface Suite {
  readonly name: string;
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly time: number;
  readonly timestamp: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
  readonly testcase: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly time: number;
  readonly failure?: readonly Trouble[];
  readonly error?: readonly Trouble[];
  readonly skipped?: readonly { readonly message: string }[];
  readonly 'system-out'?: readonly string[];
}

interface Trouble {
  readonly type: string;
  readonly message: string;
  readonly inner: string;
}

const resultOf = (events: readonly JobEvent[]): RunResult => recordJobs(events).reduce(addToResult, emptyResult);

async function suiteOf(result: RunResult): Promise<Suite> {
  const parsed = (await parse(formatJunit(result))) as unknown as { readonly testsuite: readonly Suite[] };
  const [suite, ...others] = parsed.testsuite;
  assert.ok(suite !== undefined && others.length === 0);
  return suite;
}

test('a consumer of JUnit reads a suite for the run and a case for each drill, in the order asked', async () => {
  const suite = await suiteOf(resultOf([...manyBegin, ...manyEnd]));
  assert.equal(suite.name, '20261122T120000Z-5-drills-x');
  assert.deepEqual([suite.tests, suite.failures, suite.errors, suite.skipped, suite.time], [5, 1, 3, 0, 31]);
  assert.equal(suite.timestamp, '2026-11-22T12:00:00');
  assert.deepEqual(
    suite.testcase.map((each) => [each.name, each.classname, each.time]),
    [
      ['split-brain', 'trixie/bookworm', 20],
      ['replace-missing-disk', 'trixie/bookworm', 14.1],
      ['replace-missing-disk-2', 'trixie/bookworm', 20],
      ['kernel-crash', 'trixie/bookworm', 9],
      ['slow-disk', 'trixie/bookworm', 3],
    ],
  );
  const properties = new Map(suite.properties.map(({ name, value }) => [name, value]));
  // The consumer makes numbers of what looks like one.
  assert.equal(String(properties.get('seed')), '1');
  assert.equal(properties.get('kernel of trixie'), 'trixie (linux-image-cloud-amd64 6.12.117-1)');
  assert.equal(properties.get('tools of trixie'), 'trixie (btrfs-progs 6.14)');
  assert.equal(properties.get('accelerator'), 'tcg');
});

test('a broken promise is a failure with its evidence; what could not be judged is an error with the console', async () => {
  const [held, broken, failed, crashed, inconclusive] = (await suiteOf(resultOf([...manyBegin, ...manyEnd]))).testcase;
  assert.deepEqual([held?.failure, held?.error, held?.['system-out']], [undefined, undefined, undefined]);
  assert.deepEqual(
    [broken?.failure?.[0]?.type, broken?.failure?.[0]?.message],
    ['broken', 'The promise was broken: profiles did not hold.'],
  );
  assert.match(
    broken?.failure?.[0]?.inner ?? '',
    /The claim of profiles <is> & "true" {2}profiles\n {6}system, single: .*\n {6}a \]\]> of "evidence"/u,
  );
  assert.deepEqual([failed?.error?.[0]?.type, failed?.error?.[0]?.message], ['failed', 'No space left on the disk that holds /tmp.']);
  assert.equal(crashed?.error?.[0]?.type, 'crashed');
  assert.match(crashed.error[0].inner, /at {11}sysrq_handle_crash\+0x15/u);
  assert.match(crashed['system-out']?.[0] ?? '', /^console of main \(dispose\):\n\[ {3}12\.3\] sysrq: Trigger a crash $/u);
  assert.equal(inconclusive?.error?.[0]?.type, 'inconclusive');
  assert.match(inconclusive.error[0].inner, /QEMU ended \(machine main\)\.\n {2}│ qemu: oh/u);
});

test('what came as expected passes and says what that was; a surprise in either direction is a failure that says what was expected, why, and who says so', async () => {
  const suite = await suiteOf(resultOf(expectedRun));
  assert.deepEqual([suite.tests, suite.failures, suite.errors, suite.skipped], [6, 3, 0, 1]);
  const [twin, heldTwin, otherTwin, crash, mended, skipped] = suite.testcase;
  for (const passed of [twin, crash])
    assert.deepEqual([passed?.failure, passed?.error, passed?.skipped], [undefined, undefined, undefined]);
  assert.match(
    twin?.['system-out']?.[0] ?? '',
    /^As expected\. The promise was broken: .*\n {2}expected {5}broken: profiles, leg-alone-\*\n {2}source {7}the drill itself/u,
  );
  assert.match(crash?.['system-out']?.[0] ?? '', /expected {5}crashed\n {2}source {7}commit abc123$/u);
  assert.deepEqual(
    [heldTwin, otherTwin, mended].map((each) => each?.failure?.[0]?.type),
    ['surprise', 'surprise', 'surprise'],
  );
  assert.match(heldTwin?.failure?.[0]?.message ?? '', /^A surprise: expected broken, was held\./u);
  assert.match(
    mended?.failure?.[0]?.inner ?? '',
    /expected {5}crashed\n {2}because {6}This kernel has the bug\.\n {2}source {7}commit abc123/u,
  );
  assert.match(otherTwin?.failure?.[0]?.inner ?? '', /The claim of procedure/u);
  assert.equal(skipped?.skipped?.[0]?.message, 'It was skipped: it is not for the layout raid1c3: raid1 # only.');
  const properties = new Map(suite.properties.map(({ name, value }) => [name, value]));
  assert.equal(properties.get('expected of replace-twin'), 'broken: profiles, leg-alone-*');
  assert.equal(properties.get('repeat'), 'raidlab drill --all --twin --seed 1');
});

test('what never began is skipped', async () => {
  const suite = await suiteOf(resultOf(manyInterrupted));
  assert.equal(suite.skipped, 2);
  assert.equal(suite.testcase[4]?.skipped?.[0]?.message, 'not begun');
});

test('whatever a tool prints, the document stays one that a consumer reads, and says the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (what) => {
      const description = { exitCode: 69, what: `[${what}]`, remedy: '' } as const;
      const failed: JobEvent = [0, 'split-brain', { type: 'run-failed', area: 'host', reason: 'x', description }];
      const ended: JobEvent = [0, 'split-brain', { type: 'drill-ended', drill: 'x', verdict: null, exitCode: 69, durationMs: 1 }];
      const suite = await suiteOf(resultOf([...manyBegin.slice(0, 3), failed, ended]));
      assert.equal(suite.testcase.length, 5);
      const possible = harmlessText(`[${what}]`);
      const [error] = suite.testcase[0]?.error ?? [];
      assert.equal(error?.message.replaceAll(/\s/gu, ' '), possible.replaceAll(/\s/gu, ' '));
    }),
    { numRuns: 300 },
  );
});
