import type { ArrayPlan } from '../plan/array.ts';

/** Gives the directory of a segment of the live writer: every other one is where there is no copy on write, if the layout has such a place. */
export function journalDirectory({ layout, mountPoint }: Pick<ArrayPlan, 'layout' | 'mountPoint'>, segment: number): string {
  const [nodatacow] = layout.nodatacow;
  return nodatacow === undefined || segment % 2 === 1 ? mountPoint : `${mountPoint}/${nodatacow}`;
}
