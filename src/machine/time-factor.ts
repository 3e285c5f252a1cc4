/** The factor on every time limit on this host. One value per run; it only grows. */
export interface TimeFactor {
  value(): number;
  /** Raises it if the given one is larger; otherwise false. */
  raise(factor: number): boolean;
}

/** Makes the factor of a run, starting with the person's value. */
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
