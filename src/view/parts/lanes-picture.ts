import { formatSize } from '../../core/text/size.ts';
import type { LaneItem, LaneRow } from '../model/lane-rows.ts';
import type { Lanes } from '../model/lanes.ts';
import { percentOf, ticksOf } from '../model/time-scale.ts';
import type { TimeView } from '../model/time-scale.ts';
import { formatMoment } from '../model/timed-event.ts';
import { curve } from './curve.ts';
import { apart, element, separator } from './element.ts';
import type { Attributes, Content } from './element.ts';
import { fittedText } from './fitted-text.ts';

/** What happens when a reader points at things in the lanes; a document has none of it. */
export interface LaneActs {
  /** The one item that the tab key reaches, by row and place. */
  readonly current: { readonly row: number; readonly item: number };
  readonly show: (row: number, item: number) => void;
  readonly go: (item: LaneItem) => void;
}

/** What is drawn. */
export interface LanesPictureFacts {
  /** The job, to which links go. */
  readonly job: string;
  readonly lanes: Lanes;
  readonly rows: readonly LaneRow[];
  readonly view: TimeView;
  /** A moment that is marked across all lanes. */
  readonly cursorMs?: number | undefined;
  readonly acts?: LaneActs | undefined;
  /** How wide the lanes are, in heights of the font of their labels, where that is known: a label that does not fit ends in an ellipsis then, not at an edge. */
  readonly widthEms?: number | undefined;
}

/** Heights of the rows in pixels, by what they show. */
const heights: Readonly<Record<LaneRow['kind'], number>> = {
  steps: 26,
  disk: 26,
  mount: 26,
  writer: 30,
  commands: 26,
  kernel: 18,
  exposure: 40,
};

/** Draws the lanes of a drill: a row for each, on one axis of time. It is as wide as its room; what is written in it never scales. */
export function lanesPicture(facts: LanesPictureFacts): Content {
  const { rows, view, cursorMs, lanes } = facts;
  const boundaries = lanes.steps.filter(({ outcome }) => outcome !== 'restored' && outcome !== 'left out').map(({ beginMs }) => beginMs);
  return element(
    'div',
    { class: 'lanes' },
    element(
      'svg',
      { class: 'lane-grid', 'aria-hidden': 'true' },
      boundaries.map((beginMs) => upright(view, beginMs, 'boundary')),
      cursorMs === undefined ? null : upright(view, cursorMs, 'cursor'),
    ),
    rows.map((row, at) => laneRow(facts, row, at)),
    element('div', { class: 'lane axis' }, element('span', { class: 'lane-name' }, 's'), apart, axis(view)),
  );
}

function upright(view: TimeView, afterMs: number, name: string): Content {
  const x = `${String(percentOf(view, afterMs))}%`;
  return element('line', { class: name, x1: x, x2: x, y1: '0', y2: '100%' });
}

function axis(view: TimeView): Content {
  const ticks = ticksOf(view, 10);
  return element(
    'svg',
    { class: 'plot ticks', height: 18, 'aria-hidden': 'true' },
    ticks.map((tick) => {
      const x = percentOf(view, tick);
      const anchor = x < 3 ? 'start' : x > 97 ? 'end' : 'middle';
      return [element('text', { x: `${String(x)}%`, y: 13, 'text-anchor': anchor }, formatMoment(tick).replace(/\.0+$/u, '')), apart];
    }),
  );
}

function laneRow(facts: LanesPictureFacts, row: LaneRow, at: number): Content {
  const height = heights[row.kind];
  const label = row.kind === 'writer' ? 'acknowledged records of the live writer' : row.name;
  const role: Attributes =
    facts.acts === undefined ? { role: 'img', 'aria-label': summaryOf(row) } : { role: 'group', 'aria-label': label };
  return element(
    'div',
    { class: `lane ${row.kind}` },
    element('span', { class: 'lane-name', title: label }, row.name),
    apart,
    element(
      'svg',
      { class: 'plot', height, ...role },
      background(facts, row, height),
      row.items.map((item, place) => laneItem(facts, row, item, [at, place])),
    ),
  );
}

/** What a lane says to whoever does not see it: its states one after the other. */
function summaryOf({ name, kind, items }: LaneRow): string {
  if (kind === 'commands') return `commands: ${String(items.length)}`;
  return `${name}: ${items.map(({ text, says }) => text || says).join(', ')}`;
}

/** The curves below the items of a lane. */
function background({ lanes, view }: LanesPictureFacts, { kind }: LaneRow, height: number): Content {
  if (kind === 'writer') {
    const points = lanes.writer.map(({ afterMs, records }) => ({ afterMs, value: records }));
    return curve({ points, view, height, most: Math.max(...points.map(({ value }) => value)), name: 'writer' });
  }
  if (kind !== 'exposure' || lanes.exposure === null) return null;
  const { points, mostBytes } = lanes.exposure;
  const levels = points.map(({ afterMs, bytes }) => ({ afterMs, value: bytes }));
  return [
    curve({ points: levels, view, height, most: mostBytes, name: 'exposed' }),
    element('text', { class: 'most', x: 4, y: 12 }, `at most ${formatSize(mostBytes)}`),
  ];
}

function laneItem(facts: LanesPictureFacts, row: LaneRow, item: LaneItem, place: readonly [row: number, item: number]): Content {
  const { view, acts, job, widthEms } = facts;
  // What began before the view has its edge just outside, and its label within.
  const left = Math.max(-0.5, percentOf(view, item.beginMs));
  const right = percentOf(view, item.endMs);
  if (right < 0 || left > 100) return null;
  // What raidlab runs for itself would only be noise to someone who cannot ask what it was.
  if (acts === undefined && item.state.startsWith('own')) return null;
  const [x, width] = [`${String(left)}%`, `${String(Math.round((right - left) * 100) / 100)}%`];
  const shape = item.state.startsWith('own')
    ? // There are hundreds of them: one element each is what they are worth.
      element('rect', { class: `item ${row.kind} ${item.state}`, x, width, y: 13, height: 9 })
    : element(
        'svg',
        {
          class: `item ${row.kind} ${item.state}`,
          x,
          width,
          height: heights[row.kind],
        },
        acts === undefined ? element('title', null, item.says) : null,
        shapeOf(row, item, widthEms === undefined ? item.text : fittedText(item.text, ((Math.min(100, right) - left) / 100) * widthEms)),
      );
  if (acts === undefined) return [item.text === '' || place[1] === 0 ? null : separator, shape];
  const [at, within] = place;
  const isCurrent = acts.current.row === at && acts.current.item === within;
  return element(
    'a',
    {
      href: `#${job}${item.step === null ? '' : `/${item.step}`}`,
      tabindex: isCurrent ? 0 : -1,
      'aria-label': item.says,
      'data-place': `${String(at)} ${String(within)}`,
      onFocus: () => {
        acts.show(at, within);
      },
      onMouseEnter: () => {
        acts.show(at, within);
      },
      onClick: (act) => {
        act.preventDefault();
        acts.go(item);
      },
    },
    shape,
  );
}

/** States in which a disk has something that is not as it should be: they are told by more than their colour. */
function isHatched(state: string): boolean {
  return ['being-rebuilt', 'stale', 'damaged', 'slow', 'failing'].includes(state);
}

function shapeOf({ kind }: LaneRow, item: LaneItem, label: string): Content {
  switch (kind) {
    case 'steps':
    case 'disk':
    case 'mount':
      return [
        element('rect', { y: 3, width: '100%', height: 20, rx: 3 }),
        isHatched(item.state) ? element('rect', { class: 'hatch', y: 3, width: '100%', height: 20, rx: 3 }) : null,
        element('text', { x: 6, y: 17 }, label),
      ];
    case 'writer':
      return [element('rect', { class: 'area', width: '100%', height: '100%' }), element('text', { x: 4, y: 12 }, label)];
    case 'commands':
      return [element('rect', { y: 4, width: '100%', height: 18 }), element('rect', { y: 4, width: 2.5, height: 18 })];
    case 'kernel':
      return element('path', { d: 'M0 3l5 9h-10z' });
    case 'exposure':
      return element('rect', { class: 'area', width: '100%', height: '100%' });
  }
}
