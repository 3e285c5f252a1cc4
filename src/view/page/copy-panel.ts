import { useSignal } from '@preact/signals';
import { h } from 'preact';
import { commandsToPaste } from '../model/commands-to-paste.ts';
import { mailingListReport } from '../model/mailing-list-report.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import type { DrillState } from './drill-state.ts';

/** Offers a drill as text for other places: to paste in a shell, to send to a mailing list, to do it again. What was copied is shown, too. */
export function CopyPanel({ state }: { readonly state: DrillState }): Content {
  const shown = useSignal('');
  const isCopied = useSignal(false);
  const { events } = state;
  const offer = (name: string, text: () => string): Content =>
    element(
      'button',
      {
        type: 'button',
        class: 'tool',
        onClick: () => {
          shown.value = text();
          isCopied.value = false;
          // Where the browser does not let a file do it, the text stands there to be copied by hand.
          navigator.clipboard.writeText(shown.value).then(
            () => {
              isCopied.value = true;
            },
            () => undefined,
          );
        },
      },
      name,
    );
  return element(
    'section',
    { class: 'copy', 'aria-label': 'Copy as' },
    element(
      'div',
      { class: 'tools' },
      element('span', { class: 'quiet' }, 'Copy as'),
      offer('commands', () => commandsToPaste(events)),
      offer('report for a mailing list', () => mailingListOf(state)),
      offer('the command that repeats it', () => `${state.resultOf().result.repeat}\n`),
      element('span', { class: 'quiet', role: 'status' }, isCopied.value ? 'copied' : ''),
    ),
    shown.value === ''
      ? null
      : h('textarea', { class: 'copied', readOnly: true, rows: 12, 'aria-label': 'What was copied', value: shown.value }),
  );
}

function mailingListOf(state: DrillState): string {
  const { result, outcome } = state.resultOf();
  return outcome === undefined ? '' : mailingListReport(result, outcome, state.events);
}
