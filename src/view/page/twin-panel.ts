import { h } from 'preact';
import { compareTwins } from '../model/twin-comparison.ts';
import type { StepPair, StepSide } from '../model/twin-comparison.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { chunkMapPicture } from '../parts/chunk-map-picture.ts';
import { component, element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { checkMark } from '../parts/outcome-badge.ts';
import type { DrillState } from './drill-state.ts';
import { useMeasuredWidth } from './measured-width.ts';

/** A drill and its twin. */
export interface TwinPanelFacts {
  readonly left: DrillState;
  readonly right: DrillState;
}

/** Shows a drill and its twin side by side, step by step, from where they part. */
export function TwinPanel({ left, right }: TwinPanelFacts): Content {
  const { steps, checks, firstDifference } = compareTwins(left.events, right.events);
  const heads = [left.job, right.job].map((job) => element('th', { scope: 'col' }, element('a', { href: `#${job}` }, job)));
  return element(
    'section',
    { class: 'twin', 'aria-label': 'The twin beside it' },
    element('h3', null, 'The twin beside it'),
    element('p', null, firstDifference === null ? 'They are alike in every step.' : `They part at “${firstDifference.title}”.`),
    pairTable(
      'step',
      heads,
      steps.map((pair) => pairRow(pair, pair === firstDifference)),
    ),
    component(LastMaps, { left, right }),
    pairTable(
      'check',
      heads,
      checks.map((check) =>
        element(
          'tr',
          { class: check.left === check.right ? 'alike' : 'differs' },
          element('th', { scope: 'row' }, check.claim),
          ...[check.left, check.right].map((outcome) =>
            element('td', null, outcome === null ? 'not judged' : [checkMark(outcome), ` ${outcome}`]),
          ),
        ),
      ),
    ),
  );
}

function pairTable(what: string, heads: readonly Content[], rows: readonly Content[]): Content {
  const head = element('thead', null, element('tr', null, element('th', { scope: 'col' }, what), ...heads));
  return element('div', { class: 'table-room' }, element('table', { class: 'pairs' }, head, element('tbody', null, rows)));
}

function pairRow({ title, left, right, isAlike, name }: StepPair, isFirst: boolean): Content {
  return element(
    'tr',
    { class: isFirst ? 'differs first' : isAlike ? 'alike' : 'differs', 'data-step': name },
    element('th', { scope: 'row' }, title, isFirst ? element('b', { class: 'first-difference' }, 'first difference') : null),
    side(left, right, isAlike),
    side(right, left, isAlike),
  );
}

function side(own: StepSide | null, other: StepSide | null, isAlike: boolean): Content {
  if (own === null) return element('td', { class: 'absent' }, 'not there');
  const { step, acts } = own;
  const time = step.outcome === 'restored' || step.outcome === 'left out' ? step.outcome : formatDuration(step.endMs - step.beginMs);
  return element(
    'td',
    step.outcome === 'left out' ? { class: 'absent' } : null,
    element('span', { class: 'quiet' }, time),
    isAlike
      ? null
      : element(
          'ol',
          null,
          acts.map((act) => element('li', other?.acts.includes(act) === true ? null : { class: 'only' }, element('code', null, act))),
        ),
  );
}

/** Both arrays as they were left, one above the other where there is no room beside. */
function LastMaps({ left, right }: TwinPanelFacts): Content {
  const { ref, widthEms } = useMeasuredWidth();
  const maps = [left, right].map(({ job, maps: all }) => ({ job, map: all.findLast(({ isMounted }) => isMounted) }));
  if (maps.some(({ map }) => map === undefined)) return null;
  return h(
    'div',
    { class: 'columns', ref },
    maps.map(({ job, map }) =>
      element(
        'figure',
        null,
        element('figcaption', { class: 'quiet' }, `How ${job} left the array`),
        map === undefined ? null : chunkMapPicture(map, widthEms),
      ),
    ),
  );
}
