import { Ring } from '../../core/bounds/ring.ts';
import { whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { GuestProcess, OutputListener } from '../../machine/guest.ts';
import type { Person, ShownScript } from './person.ts';

/** How much of what a script wrote before it asked is shown when it does. */
const saidBound = { items: 4096, weight: 256 * 1024 };

/**
 * A script and a person, brought together when the script first asks: they see what it has written, and what they type is its answer.
 *
 *     nobody listens ──it asks──► waits for the terminal ──► at the terminal ──► given back
 */
export class Conversation implements AsyncDisposable {
  readonly #ctx: Context;
  readonly #person: Person;
  readonly #name: string;
  readonly #process = Promise.withResolvers<GuestProcess>();
  readonly #said = new Ring<Buffer>(saidBound, (bytes) => bytes.length);
  readonly #over = new AbortController();
  #shown: ShownScript | undefined;
  #handedOver: Promise<void> | undefined;

  /** Makes a conversation that has not begun; `name` says whose questions these are. */
  constructor(ctx: Context, person: Person, name: string) {
    this.#ctx = { ...ctx, signal: AbortSignal.any([ctx.signal, this.#over.signal]) };
    this.#person = person;
    this.#name = name;
  }

  /** Hears run-script.pl: the script's terminal on one stream; on the other, that it asks. */
  readonly hear: OutputListener = (stream, bytes) => {
    if (stream === 'stderr') this.#begin();
    else if (this.#shown === undefined) this.#said.add(bytes);
    else this.#shown.show(bytes);
  };

  /** Says which process it is about, as soon as there is one. */
  isWith(process: GuestProcess): void {
    this.#process.resolve(process);
  }

  /** Ends it: a terminal that was taken over is given back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#handedOver;
    this.#shown?.[Symbol.dispose]();
  }

  #begin(): void {
    if (this.#handedOver !== undefined) return;
    this.#handedOver = this.#handOver();
    // Told when it is disposed of.
    this.#handedOver.catch(() => undefined);
  }

  async #handOver(): Promise<void> {
    using over = whenAborted(this.#ctx.signal);
    let leave = (): void => undefined;
    try {
      const process = await Promise.race([this.#process.promise, over.promise]);
      leave = () => {
        process.write(Buffer.of());
      };
      const type = (keys: Uint8Array): void => {
        // No keys would be the end of them.
        if (keys.length > 0) process.write(keys);
      };
      const shown = await this.#person.takeOver(this.#ctx, { name: this.#name, type, leave });
      for (const bytes of this.#said.take().items) shown.show(bytes);
      this.#shown = shown;
    } catch (error) {
      leave();
      // Unless the script is over, or everything is.
      if (!this.#ctx.signal.aborted) throw error;
    }
  }
}
