import { h } from 'preact';
import type { ChunkMap } from '../model/chunk-map.ts';
import { stepAt } from '../model/step-spans.ts';
import { formatMoment } from '../model/timed-event.ts';
import { chunkMapPicture, chunkTable } from '../parts/chunk-map-picture.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import type { DrillState } from './drill-state.ts';
import { useMeasuredWidth } from './measured-width.ts';

/** Shows where the chunks of the array lie, at one of the moments at which that was different; the arrow keys go through them. */
export function ChunkMapPanel({ state }: { readonly state: DrillState }): Content {
  const { maps, mapAt } = state;
  const map = state.map.value;
  const { ref, widthEms } = useMeasuredWidth();
  const heading = element('h3', null, 'Chunk map');
  if (map === undefined) {
    return element(
      'section',
      { class: 'chunks' },
      heading,
      element('p', { class: 'quiet' }, 'This run has no samples of the array: there is no chunk map.'),
    );
  }
  const where = describe(state, map);
  const go = (at: number): void => {
    mapAt.value = Math.min(maps.length - 1, Math.max(0, at));
  };
  return h(
    'section',
    { class: 'chunks', 'aria-label': 'Chunk map', ref },
    heading,
    element(
      'div',
      { class: 'tools' },
      element(
        'button',
        {
          type: 'button',
          class: 'tool',
          'aria-label': 'The sample before',
          disabled: mapAt.value === 0,
          onClick: () => {
            go(mapAt.value - 1);
          },
        },
        '◂',
      ),
      h('input', {
        type: 'range',
        class: 'map-slider',
        min: 0,
        max: maps.length - 1,
        value: mapAt.value,
        'aria-label': 'Moment of the chunk map',
        'aria-valuetext': where,
        onInput: (act: Event) => {
          if (act.target instanceof HTMLInputElement) go(Number(act.target.value));
        },
      }),
      element(
        'button',
        {
          type: 'button',
          class: 'tool',
          'aria-label': 'The sample after',
          disabled: mapAt.value === maps.length - 1,
          onClick: () => {
            go(mapAt.value + 1);
          },
        },
        '▸',
      ),
      element('span', { class: 'where' }, where),
    ),
    chunkMapPicture(map, widthEms),
    chunkTable(map),
    changes(map),
  );
}

function describe({ lanes, maps, mapAt }: DrillState, map: ChunkMap): string {
  const step = stepAt(lanes.steps, map.afterMs);
  const place = `${String(mapAt.value + 1)} of ${String(maps.length)}`;
  return `${place}, at ${formatMoment(map.afterMs)}${step === undefined ? '' : `: ${step.title}`}`;
}

function changes({ chunks, goneCount }: ChunkMap): Content {
  const fresh = chunks.filter(({ isNew }) => isNew).length;
  if (fresh === 0 && goneCount === 0) return null;
  const words = [...(fresh === 0 ? [] : [`${String(fresh)} new (dashed)`]), ...(goneCount === 0 ? [] : [`${String(goneCount)} gone`])];
  return element('p', { class: 'quiet changes' }, `Since the mounted sample before: ${words.join(', ')}.`);
}
