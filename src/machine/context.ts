import type { EventBody } from '../core/event.ts';
import { RaidlabError } from '../core/failure.ts';

/**
 * What every act is given first: how to be told to stop, until when it may go on, and where to say what happened.
 * One value, passed down and narrowed, never widened.
 */
export interface Context {
  /** Aborted when the run is interrupted or its deadline has passed; its reason is a RaidlabError. */
  readonly signal: AbortSignal;
  /** Records a fact. Never throws, never waits. */
  readonly emit: (event: EventBody) => void;
}

/** A context that also ends, by its own deadline; dispose it when the act is over so that no timer is left. */
export interface DeadlineContext extends Context, Disposable {}

/**
 * Narrows a context to `timeoutMs` from now (wall clock). When that passes, the signal aborts with a `wait-timed-out`
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
  const timer = setTimeout(() => {
    controller.abort(new RaidlabError({ area: 'host', reason: 'wait-timed-out', waitingFor, timeoutMs, lastSeen: lastSeen() }));
  }, timeoutMs);
  if (ctx.signal.aborted) follow();
  else ctx.signal.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    emit: ctx.emit,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
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

/** Makes the context of a whole run: it goes on until the signal aborts, and says what happens to `emit`. */
export function createContext(options: { readonly signal?: AbortSignal; readonly emit?: (event: EventBody) => void } = {}): Context {
  return {
    signal: options.signal ?? new AbortController().signal,
    emit: options.emit ?? (() => undefined),
  };
}
