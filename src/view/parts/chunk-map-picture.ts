import { formatSize } from '../../core/text/size.ts';
import { chunkKinds } from '../model/chunk-map.ts';
import type { ChunkHold, ChunkMap, MappedChunk, MappedDevice, MappedPiece } from '../model/chunk-map.ts';
import { apart, element, separator } from './element.ts';
import type { Content } from './element.ts';
import { fittedText } from './fitted-text.ts';

/** How a chunk is held, in the words that stand on it. */
const holdWords: Readonly<Record<ChunkHold, string>> = {
  whole: 'as promised',
  reduced: 'a copy is missing',
  'one disk': 'all copies on one disk',
  'one copy': 'ONE COPY',
  lost: 'LOST',
};

/**
 * Draws the chunks of an array on its devices: a row for each device, as long as the largest of them. What has one copy only is hatched and says so.
 * `widthEms` is how wide a row is, in heights of the font of its labels, where that is known: what does not fit is shortened then.
 */
export function chunkMapPicture(map: ChunkMap, widthEms?: number): Content {
  if (map.devices.length === 0) {
    return element(
      'p',
      { class: 'quiet' },
      map.isMounted ? 'The sample has no devices.' : 'The array is not mounted here: its kernel knows of no chunk.',
    );
  }
  const largest = Math.max(...map.devices.map(({ sizeBytes }) => sizeBytes));
  return element(
    'div',
    { class: 'chunk-map' },
    map.devices.map((device) => deviceRow(device, largest, widthEms === undefined ? undefined : widthEms / largest)),
  );
}

function deviceRow(device: MappedDevice, largestBytes: number, emsPerByte: number | undefined): Content {
  const { devid, disk, sizeBytes, state, pieces } = device;
  const length = percent(sizeBytes / largestBytes);
  const title = `devid ${String(devid)} on ${disk ?? 'no disk'}, ${formatSize(sizeBytes)}, ${state}`;
  return element(
    'div',
    { class: 'device' },
    element(
      'div',
      { class: 'device-name' },
      element('b', null, disk ?? '?'),
      apart,
      element('small', null, `devid ${String(devid)}${state === 'in' ? '' : `, ${state}`}`),
    ),
    element(
      'svg',
      { class: 'plot', height: 46, role: 'img', 'aria-label': `${title}: ${pieces.map(({ chunk }) => describeChunk(chunk)).join('; ')}` },
      element('rect', { class: `track ${state.replaceAll(' ', '-')}`, x: 0.5, y: 0.5, width: length, height: 45, rx: 4 }),
      element(
        'svg',
        { width: length, height: 46 },
        pieces.map((piece, at) => [at === 0 ? null : separator, pieceShape(piece, sizeBytes, emsPerByte)]),
      ),
    ),
  );
}

function pieceShape(
  { chunk, offsetBytes, lengthBytes, isThere }: MappedPiece,
  deviceBytes: number,
  emsPerByte: number | undefined,
): Content {
  const used = chunk.lengthBytes === 0 ? 0 : chunk.usedBytes / chunk.lengthBytes;
  const height = 38;
  const filled = used === 0 ? 0 : Math.max(2, Math.round(used * height));
  const hold = chunk.hold.replace(' ', '-');
  const word = isThere ? holdWords[chunk.hold] : 'not there';
  // Capitals of a bold font take more room.
  // Bold capitals take more room.
  const label = (text: string, share = 1): string => (emsPerByte === undefined ? text : fittedText(text, lengthBytes * emsPerByte * share));
  return element(
    'svg',
    {
      class: `piece ${chunk.holds} ${hold} ${isThere ? 'there' : 'not-there'}${chunk.isNew ? ' new' : ''}`,
      x: percent(offsetBytes / deviceBytes),
      width: percent(lengthBytes / deviceBytes),
      y: 4,
      height,
    },
    element('title', null, describeChunk(chunk)),
    element('rect', { class: 'body', width: '100%', height, rx: 2 }),
    element('rect', { class: 'used', y: height - filled, width: '100%', height: filled }),
    chunk.hold === 'whole' || chunk.hold === 'reduced' ? null : element('rect', { class: 'hatch', width: '100%', height, rx: 2 }),
    element('text', { x: 4, y: 13 }, label(`${chunk.holds} ${chunk.profile}`)),
    apart,
    chunk.hold === 'whole' ? null : element('text', { class: 'hold', x: 4, y: 30 }, label(word, 0.8)),
  );
}

function percent(share: number): string {
  return `${String(Math.round(share * 1e4) / 100)}%`;
}

function describeChunk({ holds, profile, lengthBytes, usedBytes, hold, isNew }: MappedChunk): string {
  return `${holds} ${profile}, ${formatSize(lengthBytes)}, ${formatSize(usedBytes)} used, ${holdWords[hold]}${isNew ? ', new' : ''}`;
}

/** Gives the chunks of a map in a table: what the picture shows, in numbers. */
export function chunkTable(map: ChunkMap): Content {
  const kinds = chunkKinds(map.chunks);
  if (kinds.length === 0) return null;
  return element(
    'table',
    { class: 'chunk-table' },
    element(
      'thead',
      null,
      element('tr', null, ...['holds', 'profile', 'chunks', 'size', 'used', 'copies'].map((name) => element('th', { scope: 'col' }, name))),
    ),
    element(
      'tbody',
      null,
      kinds.map(({ holds, profile, chunks, lengthBytes, usedBytes, hold }) =>
        element(
          'tr',
          { class: `hold ${hold.replace(' ', '-')}` },
          element('th', { scope: 'row' }, holds),
          element('td', null, profile),
          element('td', { class: 'number' }, String(chunks)),
          element('td', { class: 'number' }, formatSize(lengthBytes)),
          element('td', { class: 'number' }, formatSize(usedBytes)),
          element('td', null, holdWords[hold]),
        ),
      ),
    ),
  );
}
