/** The last of what arrived, and how much was dropped before it. */
export interface Kept<T> {
  readonly items: readonly T[];
  readonly dropped: number;
}

/** The capacity of a ring. */
export interface RingBound {
  readonly items: number;
  /** The total weight of its items: characters of lines, bytes of buffers. */
  readonly weight: number;
}

/** Holds the latest untrusted input, never more than its bound. */
export class Ring<T> {
  readonly #bound: RingBound;
  readonly #weightOf: (item: T) => number;
  #items: T[] = [];
  /** Index of the first kept item; those before it are dropped with the next cut. */
  #start = 0;
  #weight = 0;
  #dropped = 0;

  /** Makes an empty ring. */
  constructor(bound: RingBound, weightOf: (item: T) => number) {
    this.#bound = bound;
    this.#weightOf = weightOf;
  }

  /** Adds an item; the oldest ones go if there is no room for it. */
  add(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weightOf(item);
    while (this.#length > this.#bound.items || this.#weight > this.#bound.weight) this.#dropOldest();
    // Cut rarely and at once: cutting at each item would move all the others.
    if (this.#start > this.#length) this.#cut();
  }

  /** The newest item; undefined when there is none. */
  get last(): T | undefined {
    return this.#length === 0 ? undefined : this.#items.at(-1);
  }

  /** Gives what it holds, oldest first. */
  kept(): Kept<T> {
    this.#cut();
    return { items: [...this.#items], dropped: this.#dropped };
  }

  /** Gives its items, oldest first, and empties it. */
  take(): Kept<T> {
    const kept = this.kept();
    this.#items = [];
    this.#weight = 0;
    this.#dropped = 0;
    return kept;
  }

  get #length(): number {
    return this.#items.length - this.#start;
  }

  #dropOldest(): void {
    this.#weight -= this.#weightOf(this.#items[this.#start] as T);
    this.#start += 1;
    this.#dropped += 1;
  }

  #cut(): void {
    if (this.#start === 0) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}

/** A ring of lines. */
export function ringOfLines(bound: RingBound): Ring<string> {
  return new Ring(bound, (line) => line.length);
}
