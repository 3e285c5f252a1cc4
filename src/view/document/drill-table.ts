import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { outcomeWords, wordOfOutcome } from '../../report/drill/outcome-word.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { outcomeBadge } from '../parts/outcome-badge.ts';

/** Gives the table of a run's drills, a line each; the page makes it sort and filter by what is in `data-` attributes. */
export function drillTable(drills: readonly DrillOutcome[]): Content {
  return element(
    'div',
    { class: 'drill-table' },
    element('div', { class: 'table-tools', 'data-tools': 'drills' }),
    element(
      'div',
      { class: 'table-room' },
      element(
        'table',
        { class: 'drills' },
        element(
          'thead',
          null,
          element(
            'tr',
            null,
            ...['result', 'drill', 'kernel', 'tools', 'checks', 'exposed', 'time'].map((name) =>
              element('th', { scope: 'col', 'data-sort': name }, name),
            ),
          ),
        ),
        element('tbody', null, drills.map(tableRow)),
      ),
    ),
  );
}

function tableRow(outcome: DrillOutcome): Content {
  const { job, kernel, tools, checks, exposure, durationMs, promise } = outcome;
  const word = wordOfOutcome(outcome);
  const notHeld = checks.filter((check) => check.outcome !== 'held').length;
  const cell = (name: string, sort: string | number, content: Content): Content =>
    element('td', { class: name, 'data-value': sort }, content);
  return element(
    'tr',
    { 'data-result': word, 'data-kernel': kernel },
    cell('result', outcomeWords.indexOf(word), outcomeBadge(word)),
    element(
      'th',
      { scope: 'row', 'data-value': job },
      element('a', { href: `#${job}` }, job),
      element('p', { class: 'quiet promise-short' }, promise),
    ),
    cell('kernel', kernel, kernel),
    cell('tools', tools, tools),
    cell(
      'number',
      notHeld * 1000 - checks.length,
      checks.length === 0 ? '–' : notHeld === 0 ? String(checks.length) : `${String(notHeld)} of ${String(checks.length)} not`,
    ),
    cell('number', exposure?.byteSeconds ?? -1, exposure === null ? '–' : describeExposure(exposure)),
    cell('number', durationMs ?? -1, durationMs === null ? '–' : formatDuration(durationMs)),
  );
}
