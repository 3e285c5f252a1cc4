import { RaidlabError } from '../../core/failure/failure.ts';

/** What a signal means now. */
type Received = 'stop' | 'released' | 'end at once' | 'repeated';

/**
 * How a person stops raidlab.
 *
 * Node handles signals only between two turns of its event loop; machine/process/signal-ear.ts helps when the loop is blocked.
 *
 *     running ──signal──► stopping (the abort signal carries host/interrupted; cleanup runs) ──signal──► ended at once
 *     held by untilReleased() ──signal──► released, running again
 */
export interface Interruption {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /** Takes a signal from the system. */
  receive(name: string): Received;
  /** Stops as a first signal would, for another reason. */
  stop(error: RaidlabError): void;
  /** Waits for a signal that ends only this wait: `--keep` keeps the machine until Ctrl-C. */
  untilReleased(): Promise<void>;
}

/**
 * A signal this soon after the first is a duplicate, milliseconds: timeout(1) signals its child and then the whole group, and so do some
 * npm versions. Nobody presses Ctrl-C twice this fast.
 */
const sameSignalMs = 100;

/** Makes the interruption; `nowMs` is a monotonic clock. */
export function makeInterruption(nowMs: () => number): Interruption {
  const controller = new AbortController();
  let release: (() => void) | undefined;
  let lastMs = -Infinity;
  return {
    signal: controller.signal,
    receive: (name) => {
      const sinceMs = nowMs() - lastMs;
      lastMs = nowMs();
      if (sinceMs < sameSignalMs) return 'repeated';
      if (release !== undefined) {
        release();
        release = undefined;
        return 'released';
      }
      if (controller.signal.aborted) return 'end at once';
      controller.abort(new RaidlabError({ area: 'host', reason: 'interrupted', signal: name }));
      return 'stop';
    },
    stop: (error) => {
      controller.abort(error);
    },
    untilReleased: async () => {
      if (controller.signal.aborted) return;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
  };
}
