import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BadJson, readShape, tryJson } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import { builtLab } from './fixtures/built-lab.ts';
import { answerShape, requestHeadShape, requestShape } from './keeper-message.ts';
import { keeperProtocolVersion } from './keeper-protocol.ts';
import { formatLabState, labStateShape, parseLabState } from './lab-state.ts';
import { parseSnapshotRecord } from './snapshot-record.ts';

const request = (act: object): object => ({ v: keeperProtocolVersion, raidlabVersion: '1', timeFactor: 1, act });
const requests = [
  { op: 'up', provision: true },
  { op: 'reload', kernel: null, provision: false },
  {
    op: 'disk',
    act: { do: 'break', fault: { kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 0, lengthBytes: 1 }] } },
    beyondRedundancy: false,
  },
  { op: 'save-snapshot', name: 'before' },
  { op: 'console', term: 'xterm', rows: 24, columns: 80 },
].map(request);

/** Gives every place in a value, as the keys that lead there. */
function placesIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((place) => [key, ...place]))];
}

function withAt(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === key ? withAt(item, rest, put) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, inner]) => [name, name === key ? withAt(inner, rest, put) : inner]),
  );
}

/** Valid, but for one place in it that holds anything. */
const nearly = (value: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.constantFrom(...placesIn(value)), fc.jsonValue()).map(([place, put]) => withAt(value, place, put));

test('any JSON is refused in a sentence, or is what it says: state, snapshot, requests and answers of a keeper', () => {
  const shapes: readonly (readonly [Shape<unknown>, unknown])[] = [
    [labStateShape, builtLab],
    ...requests.map((each) => [requestShape, each] as const),
    [answerShape, { type: 'done', done: { changed: true, disk: 'DISK3' } }],
    [requestHeadShape, requests[0]],
  ];
  for (const [shape, valid] of shapes) {
    assert.ok(tryJson(shape, JSON.stringify(valid)) !== undefined, JSON.stringify(valid));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly(valid)), (value) => {
        try {
          // What is taken is in the text as it was taken; what is given where nothing was said is the only thing that may be new.
          const taken = readShape(shape, value);
          assert.deepEqual(readShape(shape, JSON.parse(JSON.stringify(taken))), taken);
        } catch (error) {
          assert.ok(error instanceof BadJson, String(error));
          assert.match(error.message, /^\S.* is (?:missing|.*, and should be .+)$/su);
        }
      }),
    );
  }
});

test('no text of a state or a snapshot makes its reader throw, and a serial never leads out of the lab', () => {
  const text = formatLabState(builtLab);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        nearly(JSON.parse(text)).map((value) => JSON.stringify(value)),
      ),
      (json) => {
        const read = parseLabState(json);
        if (read.is === 'lab') for (const { serial } of read.state.disks) assert.match(serial, /^DISK[1-9]\d{0,3}$/u);
        assert.notEqual(parseSnapshotRecord(json).is, 'snapshot');
      },
    ),
  );
});
