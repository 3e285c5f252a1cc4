import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { outcomeWords, wordOfOutcome } from '../../report/drill/outcome-word.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { element, unbroken } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { outcomeBadge } from '../parts/outcome-badge.ts';

/** Gives the table of a run's drills, a line each; the page makes it sort and filter by what is in `data-` attributes. */
export function drillTable(drills: readonly DrillOutcome[]): Content {
  return element(
    'div',
    { class: 'drill-table' },
    element('div', { class: 'table-tools tools', 'data-tools': 'drills' }),
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
            ...['result', 'drill', 'kernel', 'tools'].map((name) => element('th', { scope: 'col' }, name)),
            ...['checks held', 'exposed', 'time'].map((name) => element('th', { scope: 'col', class: 'number' }, name)),
          ),
        ),
        element('tbody', null, drills.map(tableRow)),
      ),
    ),
  );
}

function tableRow(outcome: DrillOutcome): Content {
  const { job, kernel, tools, checks, exposure, durationMs, promise, tags } = outcome;
  const word = wordOfOutcome(outcome);
  const held = checks.filter((check) => check.outcome === 'held').length;
  const counted = checks.length === 0 ? '–' : held === checks.length ? String(held) : `${String(held)} of ${String(checks.length)}`;
  return element(
    'tr',
    { 'data-result': word, 'data-kernel': kernel },
    element('td', { 'data-value': outcomeWords.indexOf(word) }, outcomeBadge(word)),
    element(
      'th',
      { scope: 'row', 'data-value': job },
      element('a', { href: `#${job}` }, job),
      element('p', { class: 'quiet promise-short' }, promise),
      tags.length === 0 ? null : element('p', { class: 'quiet tags' }, tags.flatMap(tagWord)),
    ),
    element('td', { 'data-value': kernel }, kernel),
    element('td', { 'data-value': tools }, tools),
    number(held - checks.length, counted),
    number(exposure?.byteSeconds ?? -1, exposure === null ? '–' : describeExposure(exposure), 'number exposed'),
    number(durationMs ?? -1, durationMs === null ? '–' : unbroken(formatDuration(durationMs))),
  );
}

/** A tag, by which the page filters, and what separates it from the one before. */
function tagWord(tag: string, at: number): readonly Content[] {
  return [at === 0 ? null : ', ', element('span', { 'data-tag': tag }, tag)];
}

function number(value: number, shown: string, name = 'number'): Content {
  return element('td', { class: name, 'data-value': value }, shown);
}
