import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as everythingElse, setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { RaidlabError } from '../core/failure/failure.ts';
import { createContext } from './context.ts';
import { createMachineSlots } from './machine-slots.ts';

const ctx = createContext();

test('no more are given than there are, and whoever came first is next', async () => {
  const slots = createMachineSlots(2);
  const order: string[] = [];
  const first = await slots.take(ctx, 'a');
  const second = await slots.take(ctx, 'b');
  const third = slots.take(ctx, 'c').then((slot) => (order.push('c'), slot));
  const fourth = slots.take(ctx, 'd').then((slot) => (order.push('d'), slot));
  await everythingElse();
  assert.deepEqual(order, []);
  second[Symbol.dispose]();
  const slotOfC = await third;
  await everythingElse();
  assert.deepEqual(order, ['c']);
  slotOfC[Symbol.dispose]();
  first[Symbol.dispose]();
  (await fourth)[Symbol.dispose]();
  assert.deepEqual(order, ['c', 'd']);
});

test('a slot that is given back twice is one slot', async () => {
  const slots = createMachineSlots(1);
  const slot = await slots.take(ctx, 'a');
  slot[Symbol.dispose]();
  const held = await slots.take(ctx, 'b');
  let given = false;
  const waiting = slots.take(ctx, 'c').then((late) => {
    given = true;
    return late;
  });
  slot[Symbol.dispose]();
  await everythingElse();
  assert.equal(given, false);
  held[Symbol.dispose]();
  (await waiting)[Symbol.dispose]();
});

test('whoever is interrupted leaves the queue, and the next is served', async () => {
  const slots = createMachineSlots(1);
  const held = await slots.take(ctx, 'a');
  const controller = new AbortController();
  const stopped = new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' });
  const impatient = slots.take(createContext({ signal: controller.signal }), 'b');
  const patient = slots.take(ctx, 'c');
  controller.abort(stopped);
  await assert.rejects(impatient, stopped);
  held[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
  await assert.rejects(slots.take(createContext({ signal: controller.signal }), 'd'), stopped);
});

test('a wait that is in vain ends with a failure that names who holds the slots', async () => {
  const slots = createMachineSlots(1, 20);
  await slots.take(ctx, 'main of split-brain');
  await assert.rejects(slots.take(ctx, 'leg-alone-disk1'), (error) => {
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'wait-timed-out');
    assert.equal(error.failure.waitingFor, 'a free core for the machine leg-alone-disk1');
    assert.match(error.failure.lastSeen, /main of split-brain/u);
    return true;
  });
});

test('whatever comes, waits, is interrupted and goes: never more than the slots, none is lost, all are served', async () => {
  const visitor = fc.record({ worksMs: fc.integer({ min: 0, max: 4 }), patienceMs: fc.option(fc.integer({ min: 0, max: 4 })) });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(visitor, { maxLength: 10 }), async (count, visitors) => {
      const slots = createMachineSlots(count);
      let running = 0;
      const visit = async ({ worksMs, patienceMs }: { readonly worksMs: number; readonly patienceMs: number | null }): Promise<void> => {
        const controller = new AbortController();
        const timer =
          patienceMs === null
            ? undefined
            : setTimeout(() => {
                controller.abort(new Error('enough'));
              }, patienceMs);
        try {
          const slot = await slots.take(createContext({ signal: controller.signal }), 'x');
          assert.ok((running += 1) <= count);
          await delay(worksMs);
          running -= 1;
          slot[Symbol.dispose]();
        } catch (error) {
          assert.equal((error as Error).message, 'enough');
        } finally {
          clearTimeout(timer);
        }
      };
      await Promise.all(visitors.map(visit));
      // All are free again: as many can be had at once.
      await Promise.all(Array.from({ length: count }, async () => slots.take(ctx, 'y')));
    }),
    { numRuns: 40 },
  );
});

test('a spare slot is one that nobody under way claims, whether they hold theirs at the moment or not', async () => {
  const slots = createMachineSlots(2);
  const mine = slots.claim();
  using other = slots.claim();
  assert.equal(slots.takeSpare('a'), undefined);
  other[Symbol.dispose]();
  const slot = await slots.take(ctx, 'b');
  const spare = slots.takeSpare('c');
  assert.ok(spare !== undefined);
  assert.equal(slots.takeSpare('d'), undefined);
  spare[Symbol.dispose]();
  spare[Symbol.dispose]();
  slot[Symbol.dispose]();
  mine[Symbol.dispose]();
  const [first, second] = [slots.takeSpare('e'), slots.takeSpare('f')];
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(slots.takeSpare('g'), undefined);
});
