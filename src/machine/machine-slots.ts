import type { Context } from './context.ts';
import { withDeadline } from './context.ts';

/**
 * Room for machines: each running machine holds a slot, so that there are never more machines than slots.
 *
 *     take ──free──► held ──dispose──► free
 *       └──all held──► waiting, first come first served ──a slot comes free──► held
 *                         └──context ends──► gone from the queue
 *
 * Whoever holds a slot must not wait for another: two that did would wait for each other. A second one may be taken only if
 * enough are left for everybody with a claim.
 */
export interface MachineSlots {
  /** How many machines may run at once. */
  readonly count: number;
  /**
   * Waits for a slot; dispose it when the machine is off. `holder` names the machine in messages.
   * Rejects with the context's reason when that ends, and with `host/wait-timed-out`, naming who holds the slots, after two hours.
   */
  readonly take: (ctx: Context, holder: string) => Promise<Disposable>;
  /** Claims a slot for a job that takes one from time to time, until the claim is disposed of. */
  readonly claim: () => Disposable;
  /** Gives a slot immediately if no claim needs it, otherwise undefined. */
  readonly takeSpare: (holder: string) => Disposable | undefined;
}

/** Far longer than earlier drills can take, milliseconds: a longer wait will never end. */
const slotTimeoutMs = 2 * 60 * 60 * 1000;

/** Makes `count` slots, at least one. */
export function createMachineSlots(count: number, timeoutMs: number = slotTimeoutMs): MachineSlots {
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`${String(count)} machine slots`);
  const held = new Set<{ readonly holder: string }>();
  const spares = new Set<object>();
  const claims = new Set<object>();
  const queue: (() => void)[] = [];

  const hold = (holder: string): Disposable => {
    const entry = { holder };
    held.add(entry);
    return {
      [Symbol.dispose]: () => {
        if (held.delete(entry)) queue.shift()?.();
      },
    };
  };
  const lastSeen = (): string => `${String(count)} machines that may run at once: ${[...held].map(({ holder }) => holder).join(', ')}`;

  return {
    count,
    claim: () => countIn(claims),
    takeSpare: (holder) => {
      if (held.size >= count || spares.size >= count - claims.size) return undefined;
      const slot = hold(holder);
      const spare = countIn(spares);
      return {
        [Symbol.dispose]: () => {
          spare[Symbol.dispose]();
          slot[Symbol.dispose]();
        },
      };
    },
    take: async (ctx, holder) => {
      ctx.signal.throwIfAborted();
      if (held.size < count) return hold(holder);
      using deadline = withDeadline(ctx, `a free core for the machine ${holder}`, timeoutMs, lastSeen);
      const { signal } = deadline;
      const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
      const begin = (): void => {
        resolve(hold(holder));
      };
      const leave = (): void => {
        // No longer in the queue: it has its slot, and whoever took it gives it back.
        const index = queue.indexOf(begin);
        if (index === -1) return;
        queue.splice(index, 1);
        reject(signal.reason as Error);
      };
      queue.push(begin);
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
  };
}

/** Adds something to a set until it is disposed of. */
function countIn(set: Set<object>): Disposable {
  const counted = {};
  set.add(counted);
  return {
    [Symbol.dispose]: () => {
      set.delete(counted);
    },
  };
}
