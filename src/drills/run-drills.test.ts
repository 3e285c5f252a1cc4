import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventBody } from '../core/event.ts';
import { describeFailure, RaidlabError } from '../core/failure/failure.ts';
import type { Verdict } from '../core/verdict/verdict.ts';
import type { Context } from '../machine/context.ts';
import { defaultDrill } from './registry.ts';
import { runDrills } from './run-drills.ts';
import type { DrillJob, JobOutcome } from './run-drills.ts';
import type { DrillRequest } from './drill-request.ts';
import { createContext } from '../machine/context.ts';

/** What a drill does in a test: its seed names it. */
type Behaviour = (ctx: Context) => Promise<Verdict>;

interface Watched {
  readonly outcomes: Promise<readonly JobOutcome[]>;
  readonly events: readonly (EventBody & { readonly job?: string })[];
  readonly failures: ReadonlyMap<string, unknown>;
  /** How many ran at once, at most. */
  readonly most: () => number;
  readonly begun: readonly string[];
  interrupt(): void;
}

const interrupted = new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' });
const diskFull = new RaidlabError({ area: 'host', reason: 'disk-full', hostPath: '/x', doing: 'writing' });

function watch(behaviours: Readonly<Record<string, Behaviour>>, limit: number): Watched {
  const controller = new AbortController();
  const events: (EventBody & { readonly job?: string })[] = [];
  const failures = new Map<string, unknown>();
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const jobs = Object.keys(behaviours).map((job): DrillJob => ({
    job,
    ctx: createContext({ signal: controller.signal, emit: (event) => events.push({ ...event, job }) }),
    request: requestWithSeed(job),
    fail: (error) => {
      failures.set(job, error);
      return error instanceof RaidlabError ? describeFailure(error.failure).exitCode : 70;
    },
  }));
  const ctx = createContext({ signal: controller.signal, emit: (event) => events.push(event) });
  const run = async (jobCtx: Context, { seed }: DrillRequest): Promise<{ readonly verdict: Verdict; readonly surprises: null }> => {
    begun.push(seed);
    most = Math.max(most, (running += 1));
    try {
      return { verdict: (await behaviours[seed]?.(jobCtx)) ?? 'inconclusive', surprises: null };
    } finally {
      running -= 1;
    }
  };
  const outcomes = runDrills(ctx, jobs, { limit, seed: jobs[0]?.request.seed ?? '' }, run);
  outcomes.catch(() => undefined);
  return {
    outcomes,
    events,
    failures,
    begun,
    most: () => most,
    interrupt: () => {
      controller.abort(interrupted);
    },
  };
}

function requestWithSeed(seed: string): DrillRequest {
  return {
    drill: defaultDrill,
    layout: defaultDrill.layout,
    payloadBytes: defaultDrill.payloadBytes,
    seed,
    skippedSteps: [],
    kernel: 'trixie',
    tools: 'trixie',
    memoryMiB: 1024,
    accelerator: undefined,
    mirrors: {},
    runHostPath: '/nowhere',
  } as unknown as DrillRequest;
}

const after = (waitMs: number, verdict: Verdict) => async (): Promise<Verdict> => delay(waitMs, verdict);
const untilAborted = async ({ signal }: Context): Promise<Verdict> => {
  await delay(60_000, undefined, { signal }).catch(() => undefined);
  throw new Error('the machine went away');
};

test('drills begin in the order asked, no more at once than the limit, and their outcomes come in that order', async () => {
  const seen = watch({ a: after(40, 'held'), b: after(1, 'broken'), c: after(20, 'crashed'), d: after(1, 'inconclusive') }, 2);
  assert.deepEqual(await seen.outcomes, [
    { job: 'a', verdict: 'held', exitCode: 0 },
    { job: 'b', verdict: 'broken', exitCode: 1 },
    { job: 'c', verdict: 'crashed', exitCode: 3 },
    { job: 'd', verdict: 'inconclusive', exitCode: 2 },
  ]);
  assert.deepEqual(seen.begun, ['a', 'b', 'c', 'd']);
  assert.equal(seen.most(), 2);
});

test('the plan is told first, and every drill says when it is over', async () => {
  const seen = watch({ a: after(1, 'held'), b: after(1, 'broken') }, 1);
  await seen.outcomes;
  const [planned, ...rest] = seen.events;
  assert.ok(planned?.type === 'run-planned');
  assert.equal(planned.job, undefined);
  assert.deepEqual(
    [planned.limit, planned.jobs.map(({ job, drill, tags }) => [job, drill, tags])],
    [
      1,
      [
        ['a', 'replace-missing-disk', ['missing', 'replace', 'balance']],
        ['b', 'replace-missing-disk', ['missing', 'replace', 'balance']],
      ],
    ],
  );
  assert.deepEqual(
    rest.map((event) => event.type === 'drill-ended' && [event.job, event.verdict, event.exitCode]),
    [
      ['a', 'held', 0],
      ['b', 'broken', 1],
    ],
  );
});

test('one drill that fails, even by a bug of ours, disturbs no other; its failure decides its exit code', async () => {
  const bug = new TypeError('x is not a function');
  const seen = watch({ full: () => Promise.reject(diskFull), bug: () => Promise.reject(bug), good: after(5, 'held') }, 2);
  assert.deepEqual(await seen.outcomes, [
    { job: 'full', verdict: null, exitCode: 69 },
    { job: 'bug', verdict: null, exitCode: 70 },
    { job: 'good', verdict: 'held', exitCode: 0 },
  ]);
  assert.deepEqual(
    [...seen.failures],
    [
      ['full', diskFull],
      ['bug', bug],
    ],
  );
});

test('an interruption ends all, begins none, waits for their clean-up, and is told once, as itself', async () => {
  const seen = watch({ done: after(0, 'held'), a: untilAborted, b: untilAborted, never: after(0, 'held') }, 2);
  while (seen.begun.length < 3) await delay(1);
  seen.interrupt();
  await assert.rejects(seen.outcomes, interrupted);
  assert.deepEqual(seen.begun, ['done', 'a', 'b']);
  assert.equal(seen.failures.size, 0);
  const ended = seen.events.flatMap((event) => (event.type === 'drill-ended' ? [[event.job, event.exitCode]] : []));
  assert.deepEqual(ended, [
    ['done', 0],
    ['a', 130],
    ['b', 130],
  ]);
});

test('a drill that came to its verdict keeps it, though the run was interrupted meanwhile', async () => {
  const seen = watch(
    {
      a: async ({ signal }) => {
        while (!signal.aborted) await delay(1);
        return 'broken';
      },
    },
    1,
  );
  while (seen.begun.length < 1) await delay(1);
  seen.interrupt();
  assert.deepEqual(await seen.outcomes, [{ job: 'a', verdict: 'broken', exitCode: 1 }]);
});
