import { formatPlace } from '../../core/kernel/code-place.ts';
import type { ConsoleExcerpt, DrillOutcome } from '../../report/drill/drill-outcome.ts';
import type { RunFailure } from '../../report/drill/result.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';

/** Gives what the kernels of a drill complained of, and their own words; nothing when they did not. */
export function troubleList({ kernelTrouble }: DrillOutcome): Content {
  if (kernelTrouble.length === 0) return null;
  return element(
    'section',
    { class: 'troubles' },
    element('h3', null, 'Kernel trouble'),
    kernelTrouble.map(({ kind, what, at, during, machine, transcript }) =>
      element(
        'details',
        null,
        element(
          'summary',
          null,
          element('b', { class: kind === 'warning' || kind === 'stall' ? 'doubtful' : 'crashed' }, kind),
          ` ${what}`,
          element(
            'span',
            { class: 'quiet' },
            ` in ${machine}${during === null ? '' : `, during ${during}`}${at === null ? '' : `, at ${formatPlace(at)}`}`,
          ),
        ),
        element('pre', null, transcript.join('\n')),
      ),
    ),
  );
}

/** Gives failures that are no finding about storage: what failed, what was said, the remedy, and the command. */
export function failureList(failures: readonly RunFailure[]): Content {
  if (failures.length === 0) return null;
  return element(
    'section',
    { class: 'failures' },
    element('h3', null, failures.length === 1 ? 'Failure' : 'Failures'),
    failures.map(({ what, command = '', said = '', remedy }) =>
      element(
        'div',
        { class: 'failure' },
        element('p', null, element('b', null, what)),
        said.trim() === '' ? null : element('pre', null, said.trimEnd()),
        remedy === '' ? null : element('p', null, `→ ${remedy}`),
        command === ''
          ? null
          : element('details', null, element('summary', null, 'The command that failed'), element('pre', null, command)),
      ),
    ),
  );
}

/** Gives what machines said last, where that may explain what a drill came to. */
export function consoleList(consoles: readonly ConsoleExcerpt[]): Content {
  if (consoles.length === 0) return null;
  return element(
    'section',
    { class: 'consoles' },
    element('h3', null, 'Last lines of the console'),
    consoles.map(({ machine, end, lines }) =>
      element('details', null, element('summary', null, machine, end === null ? '' : ` (${end})`), element('pre', null, lines.join('\n'))),
    ),
  );
}
