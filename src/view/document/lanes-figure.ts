import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import { formatSize } from '../../core/text/size.ts';
import { laneRows } from '../model/lane-rows.ts';
import type { LaneRow } from '../model/lane-rows.ts';
import type { Lanes } from '../model/lanes.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { lanesPicture } from '../parts/lanes-picture.ts';
import { legend } from '../parts/legend.ts';

/** Gives the lanes of a drill as a figure that stands in a document, with what it shows in words. */
export function lanesFigure(job: string, lanes: Lanes): Content {
  const rows = laneRows(lanes);
  if (lanes.steps.length === 0) return null;
  return element(
    'figure',
    { class: 'time' },
    element('div', { class: 'lanes-room' }, lanesPicture({ job, lanes, rows, view: lanes })),
    element('figcaption', null, legend(rows), exposureLine(lanes), inWords(rows)),
  );
}

/** Gives the exposure of a drill in a sentence, and the area below its curve. */
function exposureLine({ exposure }: Lanes): Content {
  if (exposure === null) return null;
  const area = exposure.byteSeconds === 0 ? '' : `; in all ${formatSize(exposure.byteSeconds)} × s`;
  return element(
    'p',
    { class: exposure.endBytes > 0 ? 'exposure-sum bad' : 'exposure-sum' },
    element('b', null, `Exposed ${describeExposure(exposure)}`),
    area,
  );
}

/** The lanes of disks and mount as text, for who does not see them. */
function inWords(rows: readonly LaneRow[]): Content {
  const told = rows.filter(({ kind }) => kind === 'disk' || kind === 'mount' || kind === 'exposure');
  return element(
    'details',
    { class: 'in-words' },
    element('summary', null, 'The lanes in words'),
    element(
      'ul',
      null,
      told.flatMap(({ items }) => items.map(({ says }) => element('li', null, says))),
    ),
  );
}
