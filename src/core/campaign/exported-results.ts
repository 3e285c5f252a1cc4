/**
 * Results in a file, to be kept in Git or taken into another archive: NDJSON, a head and a line for each result.
 *
 *     {"raidlab":"results","v":1,"results":319}
 *     {"run":"20261129T150000Z-slow-disk-0000","job":"slow-disk",…}
 *
 * The evidence stays where it is: a result from elsewhere has no folder here.
 */
import * as v from 'valibot';
import { jobShape, moment, runShape, verdictShape } from '../bundle/event-shape.ts';
import { accelerators } from '../host/accelerator.ts';
import { BadJson, amount, count, flag, list, oneOf, onlyFields, readJson, readVersioned, text } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import { standings } from './archived-result.ts';
import type { ArchivedResult } from './archived-result.ts';

const exportVersion = 1;

const maybe = v.nullable;

const headShape = onlyFields({ raidlab: v.literal('results', '"results"'), v: v.literal(exportVersion), results: count() });

const resultShape: Shape<Omit<ArchivedResult, 'directory'>> = onlyFields({
  run: runShape,
  job: jobShape,
  matrix: maybe(text),
  drill: text,
  isTwin: flag,
  // Exports of a raidlab that did not keep it have none.
  variation: v.optional(text, ''),
  kernel: text,
  release: maybe(text),
  tools: text,
  toolsVersion: maybe(text),
  layout: text,
  seed: text,
  standing: oneOf(standings),
  verdict: maybe(verdictShape),
  isKnown: flag,
  summary: text,
  brokenChecks: list(text),
  durationMs: amount,
  startedAt: moment,
  raidlab: text,
  accelerator: maybe(oneOf(accelerators)),
});

/** Formats results for a file. */
export function formatExport(results: readonly ArchivedResult[]): string {
  const head = { raidlab: 'results', v: exportVersion, results: results.length };
  const rows = results.map((result) => Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'directory')));
  return [head, ...rows].map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Parses the text of such a file, whole or not at all; throws {@link BadJson}, whose message says in which line. */
export function parseExport(exported: string): readonly ArchivedResult[] {
  const [first = '', ...rows] = exported.split('\n');
  const head = inLine(1, () => readVersioned(headShape, exportVersion, first));
  if (head.is === 'newer')
    throw new BadJson(`it has version ${String(head.version)} of the format, and this raidlab knows ${String(exportVersion)}`);
  const { results } = head.value;
  if (rows.pop() !== '' || rows.length !== results)
    throw new BadJson(`it should have ${String(results)} results, and was cut off or added to`);
  return rows.map((row, index) => ({ ...inLine(index + 2, () => readJson(resultShape, row)), directory: null }));
}

function inLine<T>(number: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadJson) throw new BadJson(`in line ${String(number)} ${error.message}`, { cause: error });
    throw error;
  }
}
