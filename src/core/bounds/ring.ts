/** The last of what came, and how much came before it that was let go. */
export interface Kept<T> {
  readonly items: readonly T[];
  readonly dropped: number;
}

/** How much a ring may hold. */
export interface RingBound {
  readonly items: number;
  /** The sum of what its items weigh: characters of lines, bytes of buffers. */
  readonly weight: number;
}

/** Holds the last of what strangers say, never more than its bound. */
export class Ring<T> {
  readonly #bound: RingBound;
  readonly #weightOf: (item: T) => number;
  #items: T[] = [];
  /** Where the items begin; those before it are let go with the next cut. */
  #start = 0;
  #weight = 0;
  #dropped = 0;

  /** Makes an empty ring. */
  constructor(bound: RingBound, weightOf: (item: T) => number) {
    this.#bound = bound;
    this.#weightOf = weightOf;
  }

  /** Takes an item in; the oldest go where there is no room for it. */
  add(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weightOf(item);
    while (this.#length > this.#bound.items || this.#weight > this.#bound.weight) this.#dropOldest();
    // Rarely, and at once: cutting at each item would move all the others.
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

  /** Gives what it holds, and is empty again. */
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
