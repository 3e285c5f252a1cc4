import type { Check } from '../../core/verdict/verdict.ts';
import { countChecks } from '../../report/drill/evidence-lines.ts';
import { apart, element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { checkMark } from '../parts/outcome-badge.ts';

/** Gives the checks of a drill with their evidence: folded away where it held, open where it did not. */
export function checkList(checks: readonly Check[]): Content {
  if (checks.length === 0) return element('p', { class: 'quiet' }, 'Nothing was checked: the drill did not come to its proof.');
  return [
    element('p', { class: 'count' }, countChecks(checks)),
    element(
      'div',
      { class: 'checks' },
      checks.map((check) => checkItem(check)),
    ),
  ];
}

function checkItem({ name, claim, outcome, evidence }: Check): Content {
  return element(
    'details',
    { class: `check ${outcome}`, open: outcome !== 'held' },
    element(
      'summary',
      null,
      checkMark(outcome),
      apart,
      element('span', { class: 'claim' }, claim),
      apart,
      element('code', { class: 'quiet' }, name),
    ),
    element('pre', null, evidence.join('\n')),
  );
}
