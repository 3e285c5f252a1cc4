/** A value of a JSON document that is not what it should be; the message says where and what was expected. */
export class BadJson extends Error {
  override readonly name = 'BadJson';
}

/**
 * Reads a JSON document that somebody may have changed by hand: each question says what the value must be, and a refusal names
 * its place. Throws {@link BadJson}.
 */
export class JsonReader {
  readonly #value: unknown;
  readonly #place: string;

  /** Reads a value; `place` names it in complaints, empty for the whole document. */
  constructor(value: unknown, place = '') {
    this.#value = value;
    this.#place = place;
  }

  /** Reads a text; throws when it is no JSON. */
  static parse(text: string): JsonReader {
    try {
      return new JsonReader(JSON.parse(text));
    } catch (error) {
      throw new BadJson(`it is no JSON: ${(error as Error).message}`);
    }
  }

  /** Gives the field of an object; one that is missing complains when it is read. */
  field(name: string): JsonReader {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) throw this.#refusal('an object');
    const place = this.#place === '' ? name : `${this.#place}.${name}`;
    return new JsonReader((this.#value as Readonly<Record<string, unknown>>)[name], place);
  }

  /** Tells whether the value is missing. */
  get isMissing(): boolean {
    return this.#value === undefined;
  }

  /** Gives what `read` gives, or null where the value is null. */
  orNull<T>(read: (value: JsonReader) => T): T | null {
    return this.#value === null ? null : read(this);
  }

  /** Gives the items of a list as `read` gives them. */
  list<T>(read: (item: JsonReader) => T): readonly T[] {
    if (!Array.isArray(this.#value)) throw this.#refusal('a list');
    return this.#value.map((item, index) => read(new JsonReader(item, `${this.#place}[${String(index)}]`)));
  }

  /** Gives a text. */
  text(): string {
    if (typeof this.#value !== 'string') throw this.#refusal('a text');
    return this.#value;
  }

  /** Gives a text of a shape; `what` names it: `a serial such as DISK1`. */
  matching(shape: RegExp, what: string): string {
    if (typeof this.#value !== 'string' || !shape.test(this.#value)) throw this.#refusal(what);
    return this.#value;
  }

  /** Gives a whole number, at least `least` and at most `most`. */
  count(least = 0, most = Number.MAX_SAFE_INTEGER): number {
    if (typeof this.#value !== 'number' || !Number.isSafeInteger(this.#value) || this.#value < least || this.#value > most) {
      throw this.#refusal(`a whole number, ${String(least)} ${most === Number.MAX_SAFE_INTEGER ? 'or more' : `to ${String(most)}`}`);
    }
    return this.#value;
  }

  /** Gives true or false. */
  flag(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#refusal('true or false');
    return this.#value;
  }

  /** Gives one of the words, or of the numbers. */
  oneOf<Word extends string | number>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.#value);
    if (found === undefined) throw this.#refusal(`one of ${words.join(', ')}`);
    return found;
  }

  #refusal(expected: string): BadJson {
    const place = this.#place === '' ? 'it' : this.#place;
    const found = this.#value === undefined ? 'missing' : JSON.stringify(this.#value).slice(0, 60);
    return new BadJson(`${place} is ${found}, and should be ${expected}`);
  }
}
