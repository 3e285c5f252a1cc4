import { arrayGuestPath } from '../layout/layout.ts';
import type { ArrayLayout } from '../layout/layout.ts';

/** Gives the directory of a segment of the live writer: every other one is where there is no copy on write, if the layout has such a place. */
export function journalDirectory({ nodatacow: [nodatacow] }: Pick<ArrayLayout, 'nodatacow'>, segment: number): string {
  return nodatacow === undefined || segment % 2 === 1 ? arrayGuestPath : `${arrayGuestPath}/${nodatacow}`;
}
