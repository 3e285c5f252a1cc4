import type { EventBody } from '../core/event.ts';
import type { Verdict } from '../core/verdict/verdict.ts';
import { outcomeStyles } from './drill/outcome-word.ts';
import { line, span } from './text/line.ts';
import type { Line } from './text/line.ts';

/** What a case of a script's proof came to. */
export interface CaseResult {
  /** Completes "it held": `when the array is nearly full`. */
  readonly when: string;
  /** Null when there is none: it could not begin, or was interrupted. */
  readonly verdict: Verdict | null;
  /** The checks that did not hold. */
  readonly notHeld: readonly string[];
}

/** Gives the result with one event of its case more. */
export function addToCase(result: CaseResult, event: EventBody): CaseResult {
  switch (event.type) {
    case 'check-judged':
      return event.check.outcome === 'held' ? result : { ...result, notHeld: [...result.notHeld, event.check.name] };
    case 'verdict-reached':
      return { ...result, verdict: event.verdict };
    default:
      return result;
  }
}

/** Gives the table of which cases held, in order. */
export function permutationLines(script: string, results: readonly CaseResult[]): readonly Line[] {
  const held = results.filter(({ verdict }) => verdict === 'held').length;
  return [line(0, [span(`${script} held in ${String(held)} of ${String(results.length)} cases`, 'strong')]), ...results.map(caseLine)];
}

/** The widest word of a verdict. */
const wordColumns = 'inconclusive'.length;

function caseLine({ when, verdict, notHeld }: CaseResult): Line {
  const { mark, tone } = outcomeStyles[verdict ?? 'interrupted'];
  const why = verdict === 'held' || notHeld.length === 0 ? '' : `  ${notHeld.join(', ')}`;
  return line(
    2,
    [span(`${mark} ${(verdict ?? 'no verdict').padEnd(wordColumns)}  `, tone), span(when), span(why, 'quiet')],
    wordColumns + 6,
  );
}
