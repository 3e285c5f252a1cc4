import { nearestWord } from '../../core/text/nearest-word.ts';

/** What a value must be, to complete "it must be", and a test for it. */
export interface Kind {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The fields of an object, by name; `optional` ones may be missing. */
export type Shape = Readonly<Record<string, Kind & { readonly optional?: boolean }>>;

/** Tells whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** Kinds of values that drills are made of. */
export const kinds = {
  text: { expected: 'a text', accepts: isText },
  sentence: {
    expected: 'one sentence that starts with a capital and ends with a full stop',
    accepts: (value) => isText(value) && /^\p{Lu}.*\.$/u.test(value),
  },
  name: { expected: 'a name in kebab-case, such as replace-missing-disk', accepts: isKebab },
  texts: { expected: 'a list of texts', accepts: (value) => Array.isArray(value) && value.every(isText) },
  names: { expected: 'a list of words in kebab-case', accepts: (value) => Array.isArray(value) && value.every(isKebab) },
  flag: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  function: { expected: 'a function', accepts: (value) => typeof value === 'function' },
  bytes: { expected: 'a whole number of bytes, more than 0', accepts: isByteCount },
  sizes: { expected: 'a list of sizes in bytes', accepts: (value) => Array.isArray(value) && value.every(isByteCount) },
  record: { expected: 'an object', accepts: isRecord },
  records: { expected: 'a list of objects', accepts: (value) => Array.isArray(value) && value.every(isRecord) },
} as const satisfies Readonly<Record<string, Kind>>;

function isKebab(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(value);
}

function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Gives the kind of a value that is one of several words. */
export function oneOf(words: readonly string[]): Kind {
  return { expected: `one of ${words.join(', ')}`, accepts: (value) => typeof value === 'string' && words.includes(value) };
}

/** Gives the kind of a list of such words. */
export function listOf(words: readonly string[]): Kind {
  const one = oneOf(words);
  return { expected: `a list of ${words.join(', ')}`, accepts: (value) => Array.isArray(value) && value.every(one.accepts) };
}

/** Makes a field optional. */
export function optional(kind: Kind): Kind & { readonly optional: true } {
  return { ...kind, optional: true };
}

/** Gives what is wrong with the fields of an object, one sentence each; `prefix` precedes their names: `layout.`, or empty for the whole. */
export function findShapeMistakes(value: Readonly<Record<string, unknown>>, shape: Shape, prefix: string): readonly string[] {
  const at = (name: string): string => `${prefix}${name}`;
  const known = Object.keys(shape);
  return [
    ...Object.entries(shape).flatMap(([name, kind]) => {
      const field = value[name];
      if (field === undefined) return kind.optional === true ? [] : [`${at(name)} is missing: it must be ${kind.expected}.`];
      return kind.accepts(field) ? [] : [`${at(name)} is ${show(field)}: it must be ${kind.expected}.`];
    }),
    ...Object.keys(value)
      .filter((name) => !known.includes(name))
      .map((name) => {
        const nearest = nearestWord(name, known);
        return `${at(name)} is an unknown field${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`;
      }),
  ];
}

/** How much of a value is shown. */
const charactersShown = 60;

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  // There is no JSON for a symbol or undefined, whatever the type of stringify says.
  const text = (JSON.stringify(value) as string | undefined) ?? String(value);
  return text.length <= charactersShown ? text : `${text.slice(0, charactersShown)}…`;
}
