import { useSignal, useSignalEffect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { h } from 'preact';
import type { Content } from '../parts/element.ts';

/** Many rows of equal height, of which only those in sight are in the page. */
export interface VirtualLinesFacts<Line> {
  readonly lines: ReadonlySignal<readonly Line[]>;
  readonly label: string;
  /** The row to go to when it is another than before; null for none. */
  readonly target: ReadonlySignal<number | null>;
  readonly row: (line: Line, at: number) => Content;
  /** Is told how many characters fit into a row, and whether there is room for nothing else. */
  readonly onColumns: (columns: number, isNarrow: boolean) => void;
}

/** The height of a row, pixels; the style says the same. */
const rowHeight = 20;
/** Rows that are kept ready above and below, so that the tab key always finds the next. */
const spareRows = 12;
/** The most that a room is high, of the height of the window. */
const mostOfWindow = 0.72;

/** Shows rows in a room of their own that scrolls; a hundred thousand are no more work than fifty. */
export function VirtualLines<Line>({ lines, label, target, row, onColumns }: VirtualLinesFacts<Line>): Content {
  const top = useSignal(0);
  const room = useSignal<HTMLElement | null>(null);
  const all = lines.value;
  const height = Math.min(all.length * rowHeight, Math.round(window.innerHeight * mostOfWindow));
  useSignalEffect(() => {
    const at = target.value;
    if (at === null || room.value === null) return;
    room.value.scrollTop = Math.max(0, (at - 3) * rowHeight);
    top.value = room.value.scrollTop;
  });
  const first = Math.max(0, Math.floor(Math.min(top.value, all.length * rowHeight) / rowHeight) - spareRows);
  const shown = all.slice(first, first + Math.ceil(height / rowHeight) + 2 * spareRows);
  return h(
    'div',
    {
      class: 'lines',
      role: 'region',
      'aria-label': label,
      tabIndex: 0,
      style: { height: `${String(height + 2)}px` },
      ref: (element: HTMLElement | null) => {
        if (element === null || room.peek() === element) return;
        room.value = element;
        const isNarrow = element.clientWidth < 640;
        onColumns(columnsOf(element, isNarrow), isNarrow);
      },
      onScroll: (act: Event) => {
        if (act.currentTarget instanceof HTMLElement) top.value = act.currentTarget.scrollTop;
      },
    },
    h(
      'div',
      { class: 'lines-all', style: { height: `${String(all.length * rowHeight)}px` } },
      shown.map((line, at) =>
        h('div', { key: first + at, class: 'line-place', style: { top: `${String((first + at) * rowHeight)}px` } }, row(line, first + at)),
      ),
    ),
  );
}

/** How many characters of its font fit beside the columns of time and outcome. */
function columnsOf(room: HTMLElement, isNarrow: boolean): number {
  const probe = document.createElement('span');
  probe.className = 'line-probe';
  probe.textContent = 'x'.repeat(100);
  room.append(probe);
  const character = probe.getBoundingClientRect().width / 100;
  probe.remove();
  const beside = isNarrow ? 80 : 210;
  return Math.max(24, Math.floor((room.clientWidth - beside) / Math.max(1, character)));
}
