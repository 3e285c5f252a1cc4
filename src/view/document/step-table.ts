import { formatDuration } from '../../report/text/format-duration.ts';
import type { StepSpan } from '../model/step-spans.ts';
import { element, unbroken } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';

/** What a tool said in a step that an administrator would look at, and what that is worth. */
export interface Lesson {
  readonly step: string | null;
  readonly source: string;
  readonly meaning: string;
}

/** Gives the steps of a drill with their times and what was learnt in them; each is where links to it go. */
export function stepTable(job: string, steps: readonly StepSpan[], lessons: readonly Lesson[]): Content {
  if (steps.length === 0) return element('p', { class: 'quiet' }, 'No step was begun.');
  const longestMs = Math.max(1, ...steps.map(({ beginMs, endMs }) => endMs - beginMs));
  return element(
    'table',
    { class: 'steps' },
    element('colgroup', null, element('col', { class: 'of-number' }), element('col'), element('col', { class: 'of-time' })),
    element(
      'thead',
      { class: 'for-ears' },
      element('tr', null, ...['number', 'step', 'time'].map((name) => element('th', { scope: 'col' }, name))),
    ),
    element(
      'tbody',
      null,
      steps.map((step) =>
        stepRow(
          job,
          step,
          longestMs,
          lessons.filter((lesson) => lesson.step === step.name),
        ),
      ),
    ),
  );
}

function stepRow(
  job: string,
  { index, name, title, beginMs, endMs, outcome }: StepSpan,
  longestMs: number,
  lessons: readonly Lesson[],
): Content {
  const tookTime = outcome !== 'restored' && outcome !== 'left out';
  const time = tookTime ? formatDuration(endMs - beginMs) : outcome;
  const share = Math.round(((endMs - beginMs) / longestMs) * 1000) / 10;
  return element(
    'tr',
    { id: `${job}/${name}`, class: outcome.replace(' ', '-') },
    element('td', { class: 'number' }, String(index + 1)),
    element(
      'td',
      null,
      element('span', { class: 'title' }, title),
      outcome === 'not completed' || outcome === 'unended'
        ? element('b', { class: 'bad' }, outcome === 'unended' ? ' no end seen' : ' not completed')
        : null,
      element(
        'svg',
        { class: 'bar', height: 4, 'aria-hidden': 'true' },
        element('rect', { width: `${String(tookTime ? Math.max(share, 0.5) : 0)}%`, height: 4, rx: 2 }),
      ),
      lessons.map(({ source, meaning }) => element('p', { class: 'lesson' }, meaning, ' ', element('code', null, source))),
    ),
    element('td', { class: 'number time' }, unbroken(time)),
  );
}
