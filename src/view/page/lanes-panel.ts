import { h } from 'preact';
import type { LaneItem } from '../model/lane-rows.ts';
import { zoomed } from '../model/time-scale.ts';
import { formatMoment } from '../model/timed-event.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { lanesPicture } from '../parts/lanes-picture.ts';
import type { DrillState } from './drill-state.ts';
import { useMeasuredWidth } from './measured-width.ts';

/** What the lanes are shown with. */
export interface LanesPanelFacts {
  readonly state: DrillState;
  /** Goes to where an item is told of. */
  readonly go: (item: LaneItem) => void;
}

/** How many lines of what a command said stand below the lanes. */
const linesSaid = 8;

/** Shows the lanes, and what is pointed at. Arrow keys walk through them: along a lane, and from lane to lane at the same time. */
export function LanesPanel({ state, go }: LanesPanelFacts): Content {
  const { ref, widthEms } = useMeasuredWidth();
  const acts = {
    current: state.current.value,
    show: (row: number, item: number) => {
      // Keys choose first and focus then: what is chosen already stays where it was walked to.
      const { current, pointed: shown } = state;
      if (shown.value === null || current.value.row !== row || current.value.item !== item) state.point(row, item);
    },
    go,
  };
  const picture = lanesPicture({
    job: state.job,
    lanes: state.lanes,
    rows: state.rows,
    view: state.view.value,
    cursorMs: state.map.value?.afterMs,
    acts,
    widthEms,
  });
  return [
    h(
      'div',
      {
        class: 'lanes-scroll',
        ref,
        onKeyDown: (act: KeyboardEvent) => {
          if (act.ctrlKey || act.metaKey || act.altKey) return;
          if (walk(state, act.key)) {
            act.preventDefault();
            if (act.currentTarget instanceof HTMLElement) focusCurrent(act.currentTarget, state);
          }
        },
      },
      picture,
    ),
    zoomTools(state),
    pointed(state.pointed.value),
  ];
}

/** Goes on by a key; tells whether it is one that the lanes know. */
function walk(state: DrillState, key: string): boolean {
  const { row, item } = state.current.value;
  const items = state.rows[row]?.items ?? [];
  switch (key) {
    case 'ArrowRight':
    case 'ArrowLeft':
      state.point(row, Math.min(items.length - 1, Math.max(0, item + (key === 'ArrowRight' ? 1 : -1))));
      return true;
    case 'ArrowDown':
    case 'ArrowUp': {
      const other = Math.min(state.rows.length - 1, Math.max(0, row + (key === 'ArrowDown' ? 1 : -1)));
      if (other !== row) state.point(other, nearestItem(state.rows[other]?.items ?? [], state.walkedMs), state.walkedMs);
      return true;
    }
    case 'Home':
      state.point(row, 0);
      return true;
    case 'End':
      state.point(row, items.length - 1);
      return true;
    case '+':
    case '-':
      zoom(state, key === '+' ? 0.5 : 2);
      return true;
    default:
      return false;
  }
}

function nearestItem(items: readonly LaneItem[], afterMs: number): number {
  const at = items.findIndex(({ beginMs, endMs }) => beginMs <= afterMs && afterMs < endMs);
  return at === -1
    ? Math.max(
        0,
        items.findLastIndex(({ beginMs }) => beginMs <= afterMs),
      )
    : at;
}

function focusCurrent(room: HTMLElement, state: DrillState): void {
  keepInView(state);
  const focus = (): boolean => {
    const { row, item } = state.current.value;
    const chosen = room.querySelector(`[data-place="${String(row)} ${String(item)}"]`);
    if (chosen instanceof SVGElement) chosen.focus();
    return chosen !== null;
  };
  // At once, so that the next key finds it; what was out of view has to be drawn first.
  if (!focus()) requestAnimationFrame(focus);
}

function keepInView(state: DrillState): void {
  const { row, item } = state.current.value;
  const chosen = state.rows[row]?.items[item];
  const view = state.view.value;
  if (chosen === undefined || (chosen.endMs >= view.beginMs && chosen.beginMs <= view.endMs)) return;
  const half = (view.endMs - view.beginMs) / 2;
  state.view.value = zoomed({ beginMs: chosen.beginMs - half, endMs: chosen.beginMs + half }, state.lanes, chosen.beginMs, 1);
}

function zoom(state: DrillState, factor: number): void {
  const view = state.view.value;
  const chosen = state.pointed.value?.beginMs ?? (view.beginMs + view.endMs) / 2;
  const around = Math.min(view.endMs, Math.max(view.beginMs, chosen));
  state.view.value = zoomed(view, state.lanes, around, factor);
}

function zoomTools(state: DrillState): Content {
  const { beginMs, endMs } = state.view.value;
  const isWhole = beginMs <= state.lanes.beginMs && endMs >= state.lanes.endMs;
  const tool = (name: string, title: string, act: () => void, isOff = false): Content =>
    element('button', { type: 'button', class: 'tool', title, 'aria-label': title, disabled: isOff, onClick: act }, name);
  return element(
    'div',
    { class: 'tools zoom' },
    tool(
      '−',
      'Show more time',
      () => {
        zoom(state, 2);
      },
      isWhole,
    ),
    tool('+', 'Show less time', () => {
      zoom(state, 0.5);
    }),
    tool(
      'whole drill',
      'Show the whole drill',
      () => {
        state.view.value = { beginMs: state.lanes.beginMs, endMs: state.lanes.endMs };
      },
      isWhole,
    ),
    element('span', { class: 'quiet' }, `${formatMoment(beginMs)} to ${formatMoment(endMs)}; arrow keys walk, Enter goes there`),
  );
}

function pointed(item: LaneItem | null): Content {
  if (item === null)
    return element(
      'div',
      { class: 'pointed quiet', role: 'status' },
      'Point at something, or walk there with the arrow keys, to see what it was.',
    );
  const end = item.run?.end ?? null;
  const said = end === null ? [] : `${end.stdout}${end.stderr}`.trimEnd().split('\n');
  const more = said.length > linesSaid ? `\n… ${String(said.length - linesSaid)} lines more` : '';
  return element(
    'div',
    { class: 'pointed', role: 'status' },
    element('p', null, item.says),
    said.join('') === '' ? null : element('pre', null, `${said.slice(0, linesSaid).join('\n')}${more}`),
  );
}
