import type { ResultCounts, ResultPlace, ResultSubject } from './counts.ts';
import { compareKernels, groupBySubject } from './counts.ts';
import { fisherExact } from './fisher-exact.ts';
import type { Share } from './fisher-exact.ts';
import { wilsonInterval } from './wilson.ts';
import type { RateInterval } from './wilson.ts';

/** What was seen on a kernel: how many runs broke the promise, of those that could be judged. */
export interface KernelShare extends Share {
  readonly kernel: string;
  /** A run that shows it: a bad one where there is one. */
  readonly place: ResultPlace | null;
}

/** A kernel, or several, beside those on which a promise broke. */
export interface Neighbour extends KernelShare {
  /** The odds that the difference is chance: of all kernels on this side against those from the first bad to the last. */
  readonly odds: number;
}

/** A promise that was broken on some kernels: since when, until when. */
export interface Regression extends Omit<ResultSubject, 'kernel'> {
  readonly firstBad: KernelShare;
  readonly lastBad: KernelShare;
  /** The newest kernel before the first bad one; null when none was judged. */
  readonly goodBefore: Neighbour | null;
  /** The oldest kernel behind the last bad one; null when none was judged: it is not known to be fixed. */
  readonly fixedIn: Neighbour | null;
  /** From the first bad kernel to the last. */
  readonly rate: Share & RateInterval;
  /** How many of the bad runs came as it is known of these versions. */
  readonly known: number;
  /** All kernels that were judged, the oldest first. */
  readonly history: readonly KernelShare[];
}

/** Gives the promises that were broken somewhere, by drill; what was never broken is not in it. */
export function findRegressions(counts: readonly ResultCounts[]): readonly Regression[] {
  return groupBySubject(counts).flatMap(regressionOf);
}

function regressionOf(counts: readonly ResultCounts[]): readonly Regression[] {
  const history = counts
    .filter(({ counts: { good, bad } }) => good + bad > 0)
    .toSorted((a, b) => compareKernels(a.kernel, b.kernel))
    .map(shareOf);
  const first = history.findIndex(({ seen }) => seen > 0);
  const last = history.findLastIndex(({ seen }) => seen > 0);
  const [subject] = counts;
  const [firstBad, lastBad] = [history[first], history[last]];
  if (subject === undefined || firstBad === undefined || lastBad === undefined) return [];
  const { drill, isTwin, variation, layout, tools } = subject;
  const between = sumOf(history.slice(first, last + 1));
  const known = counts.reduce((sum, each) => sum + each.known, 0);
  const beside = (neighbour: KernelShare | undefined, side: readonly KernelShare[]): Neighbour | null =>
    neighbour === undefined ? null : { ...neighbour, odds: fisherExact(sumOf(side), between) };
  return [
    {
      ...{ drill, isTwin, variation, layout, tools, firstBad, lastBad, known, history },
      goodBefore: beside(history[first - 1], history.slice(0, first)),
      fixedIn: beside(history[last + 1], history.slice(last + 1)),
      rate: { ...between, ...wilsonInterval(between) },
    },
  ];
}

function shareOf({ kernel, counts: { good, bad }, ...places }: ResultCounts): KernelShare {
  return { kernel, seen: bad, of: good + bad, place: places.bad ?? places.good };
}

function sumOf(shares: readonly Share[]): Share {
  return shares.reduce((sum, { seen, of }) => ({ seen: sum.seen + seen, of: sum.of + of }), { seen: 0, of: 0 });
}
