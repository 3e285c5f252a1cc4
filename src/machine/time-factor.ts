/** How many times as long as usual every limit in time is on this host. One value a run; it only grows. */
export interface TimeFactor {
  value(): number;
  /** Raises it, if what is given is more; false when it is not. */
  raise(factor: number): boolean;
}

/** Makes the factor of a run that begins with what the person asked for. */
export function createTimeFactor(factor = 1): TimeFactor {
  let value = factor;
  return {
    value: () => value,
    raise: (measured) => {
      if (!(measured > value)) return false;
      value = measured;
      return true;
    },
  };
}
