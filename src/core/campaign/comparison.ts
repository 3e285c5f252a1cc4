import type { ResultCounts, ResultPlace, ResultSubject } from './counts.ts';
import { adjustForMany, fisherExact } from './fisher-exact.ts';
import type { Share } from './fisher-exact.ts';

/** What one side has of a subject. */
export interface SideShare extends Share {
  /** A run that shows it. */
  readonly place: ResultPlace | null;
  /** How many runs failed for the machine's sake: they are not in the share. */
  readonly machine: number;
}

/** A subject on both sides. */
export interface ComparedSubject extends Partial<ResultSubject> {
  readonly a: SideShare;
  readonly b: SideShare;
  /** The odds that the difference is chance. */
  readonly odds: number;
  /** The same, adjusted for how many subjects were compared. */
  readonly adjustedOdds: number;
  /** `clear`: less than 5 % even so. `unsure`: different, and it may be chance. `same`: nothing differs. */
  readonly change: 'clear' | 'unsure' | 'same';
}

/** Two sides of the archive. */
export interface Comparison {
  /** What is on both sides; what changed comes first, the least likely chance at the top. */
  readonly subjects: readonly ComparedSubject[];
  /** How many subjects are on one side only, or could be judged on one only. */
  readonly onlyA: number;
  readonly onlyB: number;
}

/** What a side is told apart by is no part of its subjects: two kernels are compared drill by drill. */
export type SubjectField = keyof ResultSubject;

/** Compares two sides subject by subject; subjects differ in `fields`. */
export function compareResults(a: readonly ResultCounts[], b: readonly ResultCounts[], fields: readonly SubjectField[]): Comparison {
  const [ours, theirs] = [sidesOf(a, fields), sidesOf(b, fields)];
  const both = [...ours.keys()].filter((key) => theirs.has(key));
  const pairs = both.map((key) => {
    const [one, other] = [ours.get(key) ?? nothing, theirs.get(key) ?? nothing];
    return { subject: JSON.parse(key) as Partial<ResultSubject>, a: one, b: other, odds: fisherExact(one, other) };
  });
  // Where both are the same nothing is compared: it must not make the others less sure.
  const differing = pairs.filter((pair) => pair.a.seen * pair.b.of !== pair.b.seen * pair.a.of);
  const adjusted = adjustForMany(differing.map(({ odds }) => odds));
  const adjustedOf = new Map(differing.map((pair, index) => [pair, adjusted[index] ?? 1]));
  const subjects = pairs
    .map((pair): ComparedSubject => {
      const adjustedOdds = adjustedOf.get(pair) ?? 1;
      const change = !adjustedOf.has(pair) ? 'same' : adjustedOdds < mostOdds ? 'clear' : 'unsure';
      return { ...pair.subject, a: pair.a, b: pair.b, odds: pair.odds, adjustedOdds, change };
    })
    .sort((one, other) => order[one.change] - order[other.change] || one.odds - other.odds || (nameOf(one) < nameOf(other) ? -1 : 1));
  return { subjects, onlyA: ours.size - both.length, onlyB: theirs.size - both.length };
}

/** Whoever believes what has these odds is wrong one time in twenty. */
export const mostOdds = 0.05;

const order = { clear: 0, unsure: 1, same: 2 } as const;
const nothing: SideShare = { seen: 0, of: 0, place: null, machine: 0 };

function nameOf({ drill, isTwin, variation, kernel, tools, layout }: ComparedSubject): string {
  return JSON.stringify([drill, isTwin, variation, kernel, tools, layout]);
}

function sidesOf(counts: readonly ResultCounts[], fields: readonly SubjectField[]): ReadonlyMap<string, SideShare> {
  const sides = new Map<string, SideShare>();
  for (const each of counts) {
    const { good, bad, machine } = each.counts;
    if (good + bad === 0) continue;
    const key = JSON.stringify(Object.fromEntries(fields.map((field) => [field, each[field]])));
    const side = sides.get(key) ?? nothing;
    const place = bad > 0 ? each.bad : side.seen > 0 ? side.place : (each.good ?? side.place);
    sides.set(key, { seen: side.seen + bad, of: side.of + good + bad, machine: side.machine + machine, place });
  }
  return sides;
}
