/**
 * Shapes for JSON that somebody may have changed or sent, by valibot, whose messages say what the value should be. A value without its
 * shape is refused with its place.
 */
import * as v from 'valibot';

/** A JSON value of the wrong shape; the message says where, and what was expected. */
export class BadJson extends Error {
  override readonly name = 'BadJson';
}

/** A shape, and the type of its values. */
export type Shape<T> = v.GenericSchema<unknown, T>;

/** A text. */
export const text = v.string('a text');

/** True or false. */
export const flag = v.boolean('true or false');

/** A text that matches a pattern; `what` names it: `a serial such as DISK1`. */
export function matching(form: RegExp, what: string) {
  return v.pipe(v.string(what), v.regex(form, what));
}

/** A whole number from `least` to `most`. */
export function count(least = 0, most = Number.MAX_SAFE_INTEGER) {
  const what = `a whole number, ${String(least)} ${most === Number.MAX_SAFE_INTEGER ? 'or more' : `to ${String(most)}`}`;
  return v.pipe(v.number(what), v.safeInteger(what), v.minValue(least, what), v.maxValue(most, what));
}

/** A finite number. */
export const number = v.pipe(v.number('a number'), v.finite('a finite number'));

/** A number, 0 or more. */
export const amount = v.pipe(number, v.minValue(0, 'a number, 0 or more'));

/** One of several words or numbers. */
export function oneOf<const Words extends readonly (string | number)[]>(words: Words) {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

/** One of a union's words, all of which must be given: one that is missing does not compile. */
export function oneOfAll<Word extends string>(all: Readonly<Record<Word, true>>) {
  return oneOf(Object.keys(all) as unknown as readonly Word[]);
}

/** A list of such values. */
export function list<Item extends v.GenericSchema>(item: Item) {
  return v.array(item, 'a list');
}

/** An object with these fields; unknown fields are dropped. */
export function fields<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, 'an object');
}

/** An object with these fields and no others. */
export function onlyFields<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, 'an object with the known fields only');
}

/** An object with arbitrary keys. */
export function record<Value extends v.GenericSchema>(value: Value) {
  const isObject = (found: unknown): boolean => typeof found === 'object' && found !== null && !Array.isArray(found);
  return v.pipe(v.custom<Record<string, unknown>>(isObject, 'an object'), v.record(v.string(), value));
}

/** One of several objects, distinguished by a field. */
export function oneOfObjects<Name extends string, Options extends v.VariantOptions<Name>>(name: Name, options: Options) {
  // valibot writes the words as `("up" | "down")`.
  return v.variant(name, options, ({ expected }) => `one of ${(expected.match(/[\w-]+/gu) ?? []).join(', ')}`);
}

/** Checks a value against its shape; throws {@link BadJson}. */
export function readShape<T>(shape: Shape<T>, value: unknown): T {
  const result = v.safeParse(shape, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [{ path, input, message }] = result.issues;
  const place = (path ?? []).map(({ key }) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`)).join('');
  const found = input === undefined ? 'missing' : `${JSON.stringify(input).slice(0, 60)}, and should be ${message}`;
  throw new BadJson(`${place === '' ? 'it' : place.replace(/^\./u, '')} is ${found}`);
}

/** Parses a JSON text of this shape; throws {@link BadJson}. */
export function readJson<T>(shape: Shape<T>, json: string): T {
  return readShape(shape, parseJson(json));
}

const versioned = fields({ v: count(1) });

/** Parses a JSON text with a version in `v`; gives only the version where it is newer than the newest known one. Throws {@link BadJson}. */
export function readVersioned<T>(
  shape: Shape<T>,
  newest: number,
  json: string,
): { readonly is: 'read'; readonly value: T } | { readonly is: 'newer'; readonly version: number } {
  const document = parseJson(json);
  const { v: version } = readShape(versioned, document);
  return version > newest ? { is: 'newer', version } : { is: 'read', value: readShape(shape, document) };
}

/** Parses a JSON text, or gives undefined where it does not have the shape. */
export function tryJson<T>(shape: Shape<T>, json: string): T | undefined {
  try {
    return readJson(shape, json);
  } catch (error) {
    if (error instanceof BadJson) return undefined;
    throw error;
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new BadJson(`it is no JSON: ${(error as Error).message}`);
  }
}
