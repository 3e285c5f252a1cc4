import { performance } from 'node:perf_hooks';
import type { EventBody } from '../core/event.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { lengthOfLimit } from '../core/text/time-limit.ts';
import type { TimeLimit } from '../core/text/time-limit.ts';
import { createTimeFactor } from './time-factor.ts';
import type { TimeFactor } from './time-factor.ts';

/**
 * The first parameter of every act: how to be told to stop, until when it may run, and where to report events. One value, passed down and
 * narrowed, never widened.
 */
export interface Context {
  /** Aborted when the run is interrupted or its deadline has passed; its reason is a RaidlabError. */
  readonly signal: AbortSignal;
  /** Records a fact. Never throws, never waits. */
  readonly emit: (event: EventBody) => void;
  /** The factor on every time limit here. */
  readonly timeFactor: TimeFactor;
}

/** A context with its own deadline; dispose it when the act is over so that no timer is left. */
export interface DeadlineContext extends Context, Disposable {}

// setTimeout's greatest delay; a longer one fires at once.
const maxTimerMs = 2 ** 31 - 1;

/**
 * Calls `onOver` after a limit of `usualMs` on a host of usual speed, unless disposed before. The one timer behind all time limits: if
 * the factor grows, the running limit grows, too.
 */
export function armLimit({ timeFactor }: Pick<Context, 'timeFactor'>, usualMs: number, onOver: (limit: TimeLimit) => void): Disposable {
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const arm = (limit: TimeLimit, leftMs: number): void => {
    timer = setTimeout(
      () => {
        const now: TimeLimit = { usualMs, factor: timeFactor.value() };
        const stillMs = startedMs + lengthOfLimit(now) - performance.now();
        if (now.factor > limit.factor && stillMs > 0) arm(now, stillMs);
        else onOver(now);
      },
      Math.min(leftMs, maxTimerMs),
    );
  };
  const limit: TimeLimit = { usualMs, factor: timeFactor.value() };
  if (Number.isFinite(usualMs)) arm(limit, lengthOfLimit(limit));
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
    },
  };
}

/**
 * Narrows a context to `timeoutMs` from now (wall clock, on a host of usual speed). After that, the signal aborts with a `wait-timed-out`
 * failure that names `waitingFor`.
 */
export function withDeadline(
  ctx: Context,
  waitingFor: string,
  timeoutMs: number,
  lastSeen: () => string = () => 'nothing',
): DeadlineContext {
  const controller = new AbortController();
  const follow = (): void => {
    controller.abort(ctx.signal.reason);
  };
  const timer = armLimit(ctx, timeoutMs, (limit) => {
    controller.abort(new RaidlabError({ area: 'host', reason: 'wait-timed-out', waitingFor, limit, lastSeen: lastSeen() }));
  });
  if (ctx.signal.aborted) follow();
  else ctx.signal.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    emit: ctx.emit,
    timeFactor: ctx.timeFactor,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      ctx.signal.removeEventListener('abort', follow);
    },
  };
}

/** Gives a promise that rejects with the signal's reason when it aborts, and a way to stop listening. */
export function whenAborted(signal: AbortSignal): Disposable & { readonly promise: Promise<never> } {
  let stop = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    stop = () => {
      signal.removeEventListener('abort', onAbort);
    };
  });
  promise.catch(() => undefined);
  return {
    promise,
    [Symbol.dispose]: () => {
      stop();
    },
  };
}

/** Makes the context of a whole run: it lasts until the signal aborts, and passes events to `emit`. */
export function createContext(options: Partial<Context> = {}): Context {
  return {
    signal: options.signal ?? new AbortController().signal,
    emit: options.emit ?? (() => undefined),
    timeFactor: options.timeFactor ?? createTimeFactor(),
  };
}

/** Gives a context for what must be done although `ctx` has ended: it does not end, and emits nothing. */
export function steadyContext({ timeFactor }: Pick<Context, 'timeFactor'>): Context {
  return createContext({ timeFactor });
}
