/**
 * Whether a machine can still do what is waited for.
 *
 *     alive ──► crashed   the console showed that its kernel crashed
 *           ──► failed    QEMU or the guest agent cannot be used any more (protocol, host disk full, boot given up)
 *           ──► ended     QEMU's process is gone: why, and what it said
 *
 * The first end declared stays. Every wait goes through {@link MachineLife.guard}, so nobody waits for the dead.
 */
import { RaidlabError } from '../core/failure/failure.ts';
import type { Failure } from '../core/failure/failure.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { TimeLimit } from '../core/text/time-limit.ts';
import { armLimit, whenAborted } from './context.ts';
import type { Context } from './context.ts';
import { KernelCrash } from './kernel-crash.ts';

/** How a machine was lost. For `ended`, `how` and `said` are as in the failure `machine/qemu-ended`. */
export type MachineEnd =
  | { readonly state: 'crashed'; readonly trouble: KernelTrouble }
  | { readonly state: 'failed'; readonly error: Error }
  | { readonly state: 'ended'; readonly how: string; readonly said: string };

/** What is waited for. */
export interface Wait {
  /** Completes "while waiting for …". */
  readonly waitingFor: string;
  /** The maximal wall time on a host of usual speed, milliseconds, and the failure after that; by default only the context's limits. */
  readonly limit?: { readonly timeoutMs: number; readonly failure: (limit: TimeLimit) => Failure };
}

/** The life of one machine, watched by everybody who waits for it. */
export interface MachineLife {
  readonly machine: string;
  /** How it was lost, or undefined while it lives. */
  end(): MachineEnd | undefined;
  /** Resolves when it is lost; never rejects. */
  readonly ended: Promise<MachineEnd>;
  /** Declares it lost. Only the first call counts. */
  declareEnd(end: MachineEnd): void;
  /** Settles as `work` does; rejects as soon as the machine is lost, the context ends or the time is up. */
  guard<T>(ctx: Context, wait: Wait, work: Promise<T>): Promise<T>;
}

/** Begins the life of a machine. */
export function beginMachineLife(machine: string): MachineLife {
  const listeners = new Set<(end: MachineEnd) => void>();
  const { promise: ended, resolve } = Promise.withResolvers<MachineEnd>();
  let end: MachineEnd | undefined;
  return {
    machine,
    end: () => end,
    ended,
    declareEnd: (found) => {
      if (end !== undefined) return;
      end = found;
      resolve(found);
      for (const listener of listeners) listener(found);
    },
    guard: async (ctx, wait, work) => {
      // The loser of the race must not become an unhandled rejection.
      work.catch(() => undefined);
      const lost = Promise.withResolvers<never>();
      lost.promise.catch(() => undefined);
      const onEnd = (found: MachineEnd): void => {
        lost.reject(errorOfEnd(machine, found, wait.waitingFor));
      };
      if (end === undefined) listeners.add(onEnd);
      else onEnd(end);
      const { limit } = wait;
      const timer = armLimit(ctx, limit?.timeoutMs ?? Number.POSITIVE_INFINITY, (passed) => {
        if (limit !== undefined) lost.reject(new RaidlabError(limit.failure(passed)));
      });
      using aborted = whenAborted(ctx.signal);
      try {
        return await Promise.race([work, lost.promise, aborted.promise]);
      } finally {
        timer[Symbol.dispose]();
        listeners.delete(onEnd);
      }
    },
  };
}

/** Gives the error for a machine lost while waiting for `waitingFor`. */
export function errorOfEnd(machine: string, end: MachineEnd, waitingFor: string): Error {
  switch (end.state) {
    case 'crashed':
      return new KernelCrash(machine, end.trouble);
    case 'failed':
      return end.error;
    case 'ended':
      return new RaidlabError({ area: 'machine', reason: 'qemu-ended', machine, how: end.how, waitingFor, said: end.said });
  }
}
