import type { Expectation } from '../core/verdict/expectation.ts';
import { formatPlace } from '../core/kernel/code-place.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Check, Verdict } from '../core/verdict/verdict.ts';
import type { Drill } from './drill.ts';

/** What a verdict's sentence is made from. */
export interface SummarisedVerdict {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  readonly ending: { readonly trouble?: KernelTrouble; readonly why?: string };
  readonly expectation: Expectation | null;
  readonly surprises: readonly string[] | null;
}

/** Gives the one sentence that says what a verdict means for the person's data. */
export function summariseVerdict(drill: Pick<Drill, 'promise'>, judged: SummarisedVerdict): string {
  const { expectation, surprises } = judged;
  const seen = summariseSeen(drill, judged);
  if (expectation === null || surprises === null) return seen;
  if (surprises.length > 0) return `A surprise: ${surprises.join('; ')}. ${seen}`;
  return `As expected. ${seen} ${upperFirst(expectation.because)}`;
}

function summariseSeen(drill: Pick<Drill, 'promise'>, { verdict, checks, ending }: SummarisedVerdict): string {
  const { trouble } = ending;
  switch (verdict) {
    case 'held':
      return `The promise was kept: ${lowerFirst(drill.promise)}`;
    case 'broken':
      return `The promise was broken: ${names(checks, 'broken')} did not hold.`;
    case 'inconclusive':
      return `It could not be judged: ${whyInconclusive(checks)}.`;
    case 'crashed':
      return trouble === undefined
        ? 'The kernel under test crashed.'
        : `The kernel under test crashed${describePlace(trouble)}: ${trouble.what}`;
    case 'skipped':
      return `It was skipped: ${ending.why ?? 'it is not made for this'}.`;
  }
}

function whyInconclusive(checks: readonly Check[]): string {
  if (checks.length === 0) return 'the drill did not come to its checks';
  const unanswered = names(checks, 'inconclusive');
  return unanswered === '' ? 'the drill did not come to all of its checks' : `${unanswered} gave no answer`;
}

function names(checks: readonly Check[], outcome: Check['outcome']): string {
  return checks
    .filter((check) => check.outcome === outcome)
    .map((check) => check.name)
    .join(', ');
}

function describePlace(trouble: KernelTrouble): string {
  const during = trouble.during === null ? '' : ` during ${trouble.during}`;
  return trouble.at === null ? during : `${during} in ${formatPlace(trouble.at)}`;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function upperFirst(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
