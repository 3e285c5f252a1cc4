/** How often something was seen: so many of so many. */
export interface Share {
  readonly seen: number;
  readonly of: number;
}

/** Sums of logarithms: `logFactorials[n]` is ln(n!). Grows as far as it is asked for. */
const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next += 1) logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  return logFactorials[n] ?? 0;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/**
 * Gives the odds that two shares differ as much as they do, or more, by chance alone: Fisher's exact test, two-sided, 0 to 1. It is exact
 * for few runs, too, where other tests are not. All tables with the same sums that are no likelier than the one seen count, as in R's `fisher.test`.
 */
export function fisherExact(one: Share, other: Share): number {
  const seen = one.seen + other.seen;
  const all = one.of + other.of;
  const least = Math.max(0, seen - other.of);
  const most = Math.min(seen, one.of);
  const logOf = (inOne: number): number => logChoose(one.of, inOne) + logChoose(other.of, seen - inOne) - logChoose(all, seen);
  // What is as likely must not be lost to rounding; R allows as much.
  const limit = logOf(one.seen) + 1e-7;
  let odds = 0;
  for (let inOne = least; inOne <= most; inOne += 1) {
    const log = logOf(inOne);
    if (log <= limit) odds += Math.exp(log);
  }
  return Math.min(1, odds);
}

/**
 * Adjusts odds for how many comparisons were made, by Holm's method: of a hundred comparisons five are below 0.05 by chance alone. In the given order.
 */
export function adjustForMany(odds: readonly number[]): readonly number[] {
  const ascending = odds.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const adjusted = new Array<number>(odds.length).fill(1);
  let least = 0;
  for (const [rank, { value, index }] of ascending.entries()) {
    least = Math.max(least, Math.min(1, value * (odds.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}
