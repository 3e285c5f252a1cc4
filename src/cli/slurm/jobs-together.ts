/** Jobs of which each is taken back when one has failed for what concerns them all, or their run ends. */
export interface JobsTogether {
  /** Ends all of them. */
  readonly signal: AbortSignal;
  /** Takes the others back; gives why all of them end, which is the first failure. */
  readonly fail: (error: unknown) => unknown;
}

/** Gives what ends jobs together, and when their run ends. */
export function endTogether(run: AbortSignal): JobsTogether {
  const failed = new AbortController();
  const signal = AbortSignal.any([run, failed.signal]);
  return {
    signal,
    fail: (error) => {
      failed.abort(error);
      return signal.reason as unknown;
    },
  };
}
