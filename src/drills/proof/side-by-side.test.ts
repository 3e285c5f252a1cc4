import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { sideBySide } from './side-by-side.ts';

test('results come in the order of the tasks, and never more than the limit run at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 4 }), { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (durations, limit) => {
      let running = 0;
      let most = 0;
      const tasks = durations.map((ms, index) => async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(ms);
        running -= 1;
        return index;
      });
      assert.deepEqual(
        await sideBySide(tasks, limit),
        durations.map((_, index) => index),
      );
      assert.equal(most, Math.min(limit, tasks.length));
    }),
    { numRuns: 20 },
  );
});

test('a result that is undefined is a result', async () => {
  assert.deepEqual(await sideBySide([() => Promise.resolve(undefined), () => Promise.resolve(undefined)], 1), [undefined, undefined]);
});

test('after a rejection nothing new begins, what is under way is waited for, and the first in order is thrown', async () => {
  const ended: string[] = [];
  const task = (name: string, ms: number, fails: boolean) => async () => {
    await delay(ms);
    ended.push(name);
    if (fails) throw new Error(name);
  };
  await assert.rejects(sideBySide([task('a', 20, true), task('b', 1, true), task('c', 1, false)], 2), /^Error: a$/u);
  assert.deepEqual(ended, ['b', 'a']);
});

test('a task that throws before its first await is a rejection too', async () => {
  const bug = new TypeError('a bug');
  const throws = (): Promise<never> => {
    throw bug;
  };
  await assert.rejects(sideBySide([throws, throws], 2), bug);
});
