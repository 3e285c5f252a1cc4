import type { EntryKind } from '../model/trace/trace-entry.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { component, element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { traceId } from './addresses.ts';
import type { DrillState, TraceSection } from './drill-state.ts';
import { StepTrace } from './step-trace.ts';
import { h } from 'preact';

/** What can be switched on and off in a trace, in words. */
const kindNames: readonly (readonly [kinds: readonly EntryKind[], name: string])[] = [
  [['typed'], 'typed commands'],
  [['lesson'], 'what it means'],
  [['console'], 'kernel'],
  [['own'], 'raidlab’s own commands'],
  [['machine'], 'machine and QEMU'],
  [['qmp'], 'QMP'],
];

/** Shows the traces of a drill's steps, each folded away until somebody wants it. */
export function StepsPanel({ state }: { readonly state: DrillState }): Content {
  return element(
    'section',
    { class: 'step-traces', 'aria-label': 'Trace, step by step' },
    element('h3', null, 'Trace, step by step'),
    element(
      'div',
      { class: 'tools' },
      kindNames.filter(([[kind]]) => kind !== 'qmp' || state.hasQmp).map(([kinds, name]) => kindSwitch(state, kinds, name)),
      searchField(state),
      element(
        'button',
        {
          type: 'button',
          class: 'tool',
          onClick: () => {
            openAll(state);
          },
        },
        state.openSections.value.size === 0 ? 'open all' : 'close all',
      ),
    ),
    state.sections.map((section) => component(SectionFold, { state, section })),
  );
}

function openAll(state: DrillState): void {
  state.openSections.value = state.openSections.value.size === 0 ? new Set(state.sections.map(({ name }) => name)) : new Set();
}

function kindSwitch(state: DrillState, kinds: readonly EntryKind[], name: string): Content {
  const isOn = kinds.every((kind) => state.kinds.value.has(kind));
  return element(
    'button',
    {
      type: 'button',
      class: 'tool',
      'aria-pressed': isOn ? 'true' : 'false',
      onClick: () => {
        const others = [...state.kinds.value].filter((kind) => !kinds.includes(kind));
        state.kinds.value = new Set(isOn ? others : [...others, ...kinds]);
      },
    },
    name,
  );
}

function searchField(state: DrillState): Content {
  return h('input', {
    type: 'search',
    class: 'tool',
    placeholder: 'find in the trace',
    'aria-label': 'Find in the trace',
    value: state.search.value,
    onInput: (act: Event) => {
      if (act.target instanceof HTMLInputElement) state.search.value = act.target.value;
    },
  });
}

function SectionFold({ state, section }: { readonly state: DrillState; readonly section: TraceSection }): Content {
  const { name, title, beginMs, endMs } = section;
  const isOpen = state.openSections.value.has(name);
  return h(
    'details',
    {
      class: 'step-trace',
      id: traceId(state.job, name),
      open: isOpen,
      onToggle: (act: Event) => {
        if (!(act.currentTarget instanceof HTMLDetailsElement) || act.currentTarget.open === state.openSections.peek().has(name)) return;
        const open = new Set(state.openSections.peek());
        if (act.currentTarget.open) open.add(name);
        else open.delete(name);
        state.openSections.value = open;
      },
    },
    element(
      'summary',
      null,
      element('span', { class: 'title' }, title),
      element('span', { class: 'quiet counts' }, countsOf(state, section)),
      element('span', { class: 'number' }, formatDuration(endMs - beginMs)),
    ),
    isOpen ? component(StepTrace, { state, section }) : null,
  );
}

function countsOf(state: DrillState, { entries }: TraceSection): string {
  const wanted = state.search.value.toLowerCase();
  if (wanted !== '') {
    const found = entries.filter(
      ({ kind, head, body }) => state.kinds.value.has(kind) && (head.toLowerCase().includes(wanted) || body.toLowerCase().includes(wanted)),
    );
    return `${String(found.length)} found`;
  }
  const counted = (
    [
      ['typed', 'typed'],
      ['console', 'kernel'],
      ['fault', 'fault'],
      ['trouble', 'trouble'],
    ] as const
  )
    .map(([kind, word]) => [entries.filter((entry) => entry.kind === kind).length, word] as const)
    .filter(([count]) => count > 0);
  return counted.map(([count, word]) => `${String(count)} ${word}`).join(', ');
}
