import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Check, Verdict } from '../core/verdict.ts';
import type { Drill } from './drill.ts';

/** Gives the one sentence that says what a verdict means for the person's data. */
export function summariseVerdict(drill: Drill, verdict: Verdict, checks: readonly Check[], trouble: KernelTrouble | undefined): string {
  switch (verdict) {
    case 'held':
      return `The promise was kept: ${lowerFirst(drill.promise)}`;
    case 'broken':
      return `The promise was broken: ${names(checks, 'broken')} did not hold.`;
    case 'inconclusive':
      return checks.length === 0
        ? 'It could not be judged: the drill did not come to its checks.'
        : `It could not be judged: ${names(checks, 'inconclusive')} gave no answer.`;
    case 'crashed':
      return trouble === undefined
        ? 'The kernel under test crashed.'
        : `The kernel under test crashed${describePlace(trouble)}: ${trouble.what}`;
  }
}

function names(checks: readonly Check[], outcome: Check['outcome']): string {
  return checks
    .filter((check) => check.outcome === outcome)
    .map((check) => check.name)
    .join(', ');
}

function describePlace(trouble: KernelTrouble): string {
  const during = trouble.during === null ? '' : ` during ${trouble.during}`;
  return trouble.at === null ? during : `${during} in ${trouble.at.function}+${trouble.at.offset}`;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
