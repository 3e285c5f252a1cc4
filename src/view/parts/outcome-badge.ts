import type { CheckOutcome } from '../../core/verdict/verdict.ts';
import { outcomeStyles } from '../../report/drill/outcome-word.ts';
import type { OutcomeWord } from '../../report/drill/outcome-word.ts';
import { element } from './element.ts';
import type { Content } from './element.ts';

/** What a drill came to: mark and word, in its colour. */
export function outcomeBadge(word: OutcomeWord): Content {
  const { mark, tone } = outcomeStyles[word];
  return element('span', { class: `badge ${tone}` }, element('span', { class: 'mark', 'aria-hidden': 'true' }, mark), ` ${word}`);
}

const checkMarks: Readonly<Record<CheckOutcome, readonly [mark: string, tone: string]>> = {
  held: ['✓', 'good'],
  broken: ['✗', 'bad'],
  inconclusive: ['?', 'doubtful'],
};

/** The mark of a check; a screen reader is told the word. */
export function checkMark(outcome: CheckOutcome): Content {
  const [mark, tone] = checkMarks[outcome];
  return element('span', { class: `check-mark ${tone}`, role: 'img', 'aria-label': outcome }, mark);
}
