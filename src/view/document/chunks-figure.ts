import { chunkMaps, mostExposed } from '../model/chunk-map.ts';
import type { ChunkMap } from '../model/chunk-map.ts';
import type { Lanes } from '../model/lanes.ts';
import { stepAt } from '../model/step-spans.ts';
import { formatMoment } from '../model/timed-event.ts';
import type { TimedEvent } from '../model/timed-event.ts';
import { chunkMapPicture, chunkTable } from '../parts/chunk-map-picture.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';

/** Gives the chunk map of a drill as it stands in a document: when most had one copy only, and how the array was left. The page puts all of them in its place. */
export function chunksFigure(job: string, events: readonly TimedEvent[], lanes: Lanes): Content {
  const maps = chunkMaps(events, lanes.disks);
  const last = maps.findLast(({ isMounted }) => isMounted);
  const exposed = mostExposed(maps);
  if (last === undefined) return element('div', { 'data-chunks': job });
  return element(
    'div',
    { class: 'chunks', 'data-chunks': job },
    element('h3', null, 'Chunk map'),
    exposed === undefined || exposed === last ? null : mapFigure(exposed, lanes, 'When most was exposed'),
    mapFigure(last, lanes, 'As it was left'),
  );
}

function mapFigure(map: ChunkMap, { steps }: Lanes, when: string): Content {
  const step = stepAt(steps, map.afterMs);
  const where = `${when}: at ${formatMoment(map.afterMs)}${step === undefined ? '' : `, ${step.title}`}`;
  return element('figure', null, element('figcaption', null, where), chunkMapPicture(map), chunkTable(map));
}
