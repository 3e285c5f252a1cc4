/** Gives all ways to choose `count` items, in order; none for 0. */
export function combinations<T>(things: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [];
  if (count === 1) return things.map((thing) => [thing]);
  return things.flatMap((thing, index) => combinations(things.slice(index + 1), count - 1).map((rest) => [thing, ...rest]));
}
