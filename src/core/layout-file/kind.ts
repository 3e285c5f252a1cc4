import { didYouMean, offerWords } from '../text/nearest-word.ts';
import { formatSize, parseSize } from '../text/size.ts';
import { describeNode } from './located-node.ts';
import type { LocatedMistake, LocatedNode, MapNode } from './located-node.ts';

/** The result of reading a value: its meaning, or what is wrong with it. */
export type Reading<T> =
  { readonly is: 'read'; readonly value: T } | { readonly is: 'wrong'; readonly mistakes: readonly LocatedMistake[] };

/** A schema in JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a value may be: read from a document, described for people, and for editors. */
export interface Kind<T> {
  /** Completes "it must be …". */
  readonly expected: string;
  readonly schema: JsonSchema;
  /** Reads a value; `subject` begins the complaint: `profile`, `item 2 of disks`. */
  readonly read: (node: LocatedNode, subject: string) => Reading<T>;
}

/** One of several words. */
export function word<Word extends string>(words: readonly Word[]): Kind<Word> {
  const expected = `one of ${words.join(', ')}`;
  return {
    expected,
    schema: { enum: words },
    read: (node, subject) => {
      const found = node.is === 'scalar' ? words.find((each) => each === node.value) : undefined;
      if (found !== undefined) return read(found);
      const typed = node.is === 'scalar' ? String(node.value ?? '') : '';
      return wrong(node, { subject, expected, remedy: didYouMean(typed, words).trim() || 'Write one of these words.' });
    },
  };
}

/** One of several numbers. */
export function oneNumber<Value extends number>(values: readonly Value[]): Kind<Value> {
  const expected = values.join(' or ');
  return {
    expected,
    schema: { enum: values },
    read: (node, subject) => {
      const found = node.is === 'scalar' ? values.find((each) => each === node.value) : undefined;
      if (found !== undefined) return read(found);
      const isQuoted = node.is === 'scalar' && values.some((each) => String(each) === node.value);
      return wrong(node, { subject, expected, remedy: isQuoted ? 'Write it without quotes.' : 'Write one of these numbers.' });
    },
  };
}

/** A free word that matches a pattern; `numbers` says whether a whole number counts as one. */
export function pattern(expected: string, source: string, remedy: string, { numbers = false } = {}): Kind<string> {
  const wanted = new RegExp(source, 'u');
  return {
    expected,
    schema: numbers ? { anyOf: [{ type: 'string', pattern: source }, { type: 'integer' }] } : { type: 'string', pattern: source },
    read: (node, subject) => {
      const scalar = node.is === 'scalar' ? node.value : undefined;
      const value = numbers && Number.isSafeInteger(scalar) ? String(scalar) : scalar;
      return typeof value === 'string' && wanted.test(value) ? read(value) : wrong(node, { subject, expected, remedy });
    },
  };
}

/** Yes or no. */
export const flag: Kind<boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  read: (node, subject) =>
    node.is === 'scalar' && typeof node.value === 'boolean'
      ? read(node.value)
      : wrong(node, { subject, expected: flag.expected, remedy: 'Write true or false, without quotes.' }),
};

/** A list of such values. */
export function list<T>(kind: Kind<T>, expected: string): Kind<readonly T[]> {
  return {
    expected,
    schema: { type: 'array', items: kind.schema },
    read: (node, subject) => {
      if (node.is === 'list') return readAll(node.items, kind, subject);
      const word = node.is === 'scalar' && typeof node.value === 'string' ? node.value.split(/[\s,]+/u).join(', ') : '…';
      return wrong(node, { subject, expected, remedy: `Write it as a list: [${word}].` });
    },
  };
}

/** A size with its unit, read into bytes. */
export const size: Kind<number> = {
  expected: 'a size with its unit, such as 512MiB or 1.5GiB',
  // As `parseSize` reads it.
  schema: { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? ?([kKmMgGtT]([iI]?[bB])?|[bB])$' },
  read: (node, subject) => {
    const bytes = node.is === 'scalar' && typeof node.value === 'string' ? parseSize(node.value) : undefined;
    if (bytes !== undefined && node.is === 'scalar' && /[a-z]$/iu.test(String(node.value).trim())) return read(bytes);
    return wrong(node, { subject, expected: size.expected, remedy: sizeRemedy(node) });
  },
};

function sizeRemedy(node: LocatedNode): string {
  const value = node.is === 'scalar' ? Number(node.value) : Number.NaN;
  if (!Number.isSafeInteger(value) || value <= 0) return 'Units are KiB, MiB, GiB and TiB, each 1024 of the one before.';
  // A small number was hardly meant as bytes.
  const meant = value < 1024 ? `${String(value)}GiB` : formatSize(value).replace(' ', '');
  return `Write the unit: ${meant}.`;
}

/** A number of disks, or a list with the size of each. */
export function disks(least: number, most: number): Kind<number | readonly number[]> {
  const range = `from ${String(least)} to ${String(most)}`;
  const expected = `a number ${range}, or a list with the size of each disk, such as [1GiB, 2GiB]`;
  return {
    expected,
    schema: {
      oneOf: [
        { type: 'integer', minimum: least, maximum: most },
        { type: 'array', minItems: least, maxItems: most, items: size.schema },
      ],
    },
    read: (node, subject) => {
      if (node.is === 'list' && node.items.length >= least && node.items.length <= most) return readAll(node.items, size, subject);
      const value = node.is === 'scalar' ? node.value : undefined;
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return read(value);
      return wrong(node, { subject, expected, remedy: disksRemedy(value, range) });
    },
  };
}

function disksRemedy(value: LocatedNode | string | number | boolean | null | undefined, range: string): string {
  if (typeof value === 'string' && /^\d+$/u.test(value)) return `Write it without quotes: ${value}.`;
  if (typeof value === 'string' && parseSize(value) !== undefined) return `One disk of this size is a list: [${value}].`;
  return `There can be ${range}.`;
}

/** What was read of fields, where each of them stands, and all that is wrong with them. */
interface ReadFields {
  readonly values: Readonly<Record<string, unknown>>;
  readonly places: Readonly<Record<string, LocatedNode>>;
  readonly mistakes: readonly LocatedMistake[];
}

/** Reads fields, each of its kind; `owner` is what has them, for complaints: `item 2 of subvolumes`. */
export function readFields({ fields }: MapNode, kinds: Readonly<Record<string, Kind<unknown>>>, owner?: string): ReadFields {
  const of = owner === undefined ? '' : ` of ${owner}`;
  const values: Record<string, unknown> = {};
  const places: Record<string, LocatedNode> = {};
  const mistakes: LocatedMistake[] = [];
  for (const { key, value } of fields) {
    const name = key.is === 'scalar' ? String(key.value) : describeNode(key);
    const kind = key.is === 'scalar' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const remedy = offerWords(name, Object.keys(kinds), 'The fields are');
      mistakes.push({ span: key.span, problem: `${owner === undefined ? 'there is' : `${owner} has`} no field called "${name}"`, remedy });
      continue;
    }
    places[name] = value;
    if (value.is === 'scalar' && value.value === null) {
      mistakes.push({ span: key.span, problem: `${name}${of} has no value`, remedy: `It must be ${kind.expected}; or remove it.` });
      continue;
    }
    const reading = kind.read(value, `${name}${of}`);
    if (reading.is === 'read') values[name] = reading.value;
    else mistakes.push(...reading.mistakes);
  }
  return { values, places, mistakes };
}

/** Combines the readings of all items: every value, or every mistake. */
function readAll<T>(nodes: readonly LocatedNode[], kind: Kind<T>, subject: string): Reading<readonly T[]> {
  const readings = nodes.map((node, index) => kind.read(node, `item ${String(index + 1)} of ${subject}`));
  const mistakes = readings.flatMap((reading) => (reading.is === 'wrong' ? reading.mistakes : []));
  if (mistakes.length > 0) return { is: 'wrong', mistakes };
  return read(readings.flatMap((reading) => (reading.is === 'read' ? [reading.value] : [])));
}

function read<T>(value: T): Reading<T> {
  return { is: 'read', value };
}

/** Says what a value is, and what it must be. */
export function wrong(
  node: LocatedNode,
  { subject, expected, remedy }: { readonly subject: string; readonly expected: string; readonly remedy: string },
): Reading<never> {
  const problem = `${subject} is ${describeNode(node)}, but must be ${expected}`;
  return { is: 'wrong', mistakes: [{ span: node.span, problem, remedy: node.is === 'other' ? node.remedy : remedy }] };
}
