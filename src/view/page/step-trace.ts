import { useComputed, useSignal } from '@preact/signals';
import { counterChanges } from '../model/counter-changes.ts';
import { formatMoment } from '../model/timed-event.ts';
import { traceLines } from '../model/trace/trace-lines.ts';
import type { TraceLine } from '../model/trace/trace-lines.ts';
import { component, element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import type { DrillState, TraceSection } from './drill-state.ts';
import { VirtualLines } from './virtual-lines.ts';

/** What a step's trace is made of. */
export interface StepTraceFacts {
  readonly state: DrillState;
  readonly section: TraceSection;
}

/** How many characters the name of a machine takes, where a step has several. */
const machineColumns = 17;

/** The glyph before an entry: its kind is told in more than colour. */
const glyphs = { typed: '$', own: '·', console: '', lesson: '→', fault: '▼', trouble: '!', machine: '⏻', qmp: '⇄', other: '–' } as const;

/** Shows the trace of a step: counters that changed, then everything that happened, line by line. */
export function StepTrace({ state, section }: StepTraceFacts): Content {
  const columns = useSignal(120);
  const isNarrow = useSignal(false);
  const hasMachines = new Set(section.entries.map(({ machine }) => machine)).size > 1;
  const lines = useComputed(() =>
    traceLines(section.entries, {
      kinds: state.kinds.value,
      turned: state.turned.value,
      search: state.search.value,
      columns: columns.value,
      isNarrow: isNarrow.value,
    }),
  );
  const target = useComputed(() => {
    const wanted = state.target.value;
    const at = wanted === null ? -1 : lines.value.findIndex(({ entry }) => entry.id === wanted);
    return at === -1 ? null : at;
  });
  return [
    counters(state, section),
    lines.value.length === 0
      ? element('p', { class: 'quiet nothing' }, 'Nothing of what is chosen happened here.')
      : component(VirtualLines<TraceLine>, {
          lines,
          label: `Trace of ${section.title}`,
          target,
          row: (line) => traceRow(state, line, hasMachines),
          onColumns: (fitting, hasNoRoom) => {
            isNarrow.value = hasNoRoom;
            columns.value = hasMachines && !hasNoRoom ? fitting - machineColumns : fitting;
          },
        }),
  ];
}

function counters({ events }: DrillState, { beginMs, endMs }: TraceSection): Content {
  const changes = counterChanges(events, beginMs, endMs);
  if (changes.length === 0) return null;
  return element(
    'table',
    { class: 'counters' },
    element('caption', null, 'Error counters that changed'),
    element(
      'tbody',
      null,
      changes.map(({ device, counter, before, after }) =>
        element(
          'tr',
          null,
          element('th', { scope: 'row' }, device),
          element('td', null, counter),
          element('td', { class: 'number' }, `${String(before)} → ${String(after)}`),
        ),
      ),
    ),
  );
}

function traceRow(state: DrillState, { entry, part, text, isFoldable, isOpen }: TraceLine, hasMachines: boolean): Content {
  const classes = `line ${entry.kind} ${part}${hasMachines ? ' of-machines' : ''}${entry.isBad ? ' is-bad' : ''}${state.target.value === entry.id ? ' is-target' : ''}`;
  if (part !== 'head') return element('div', { class: classes }, element('span', { class: 'line-text' }, text));
  const cells = [
    element('span', { class: 'line-time' }, formatMoment(entry.afterMs)),
    hasMachines ? element('span', { class: 'line-machine' }, entry.machine ?? '') : null,
    element('span', { class: 'line-glyph', 'aria-hidden': 'true' }, glyphs[entry.kind]),
    element('span', { class: 'line-text' }, text),
    element('span', { class: 'line-tail' }, [entry.tail, !isFoldable ? '' : isOpen ? ' ▾' : ' ▸'].join('')),
  ];
  if (!isFoldable) return element('div', { class: classes, title: entry.machine ?? undefined }, ...cells);
  return element(
    'button',
    {
      class: classes,
      type: 'button',
      title: entry.machine ?? undefined,
      'aria-expanded': isOpen ? 'true' : 'false',
      onClick: () => {
        const turned = new Set(state.turned.value);
        if (!turned.delete(entry.id)) turned.add(entry.id);
        state.turned.value = turned;
      },
    },
    ...cells,
  );
}
