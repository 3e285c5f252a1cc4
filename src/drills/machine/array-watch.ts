import { isDeepStrictEqual } from 'node:util';
import { parseArraySample, sampleProgram } from '../../core/array/array-sample.ts';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import { readOutput } from '../../storage/type-command.ts';

/** What is sampled of the drill itself, beside its array. */
export type WatchedDrill = Pick<Extract<EventBody, { type: 'array-sampled' }>, 'disks' | 'acknowledgedRecords'>;

/** How often a long command is looked at, milliseconds. */
const everyMs = 2000;

/** What changes an array at once, and may work for long; anything else is seen when its step is over. */
const changers: readonly string[] = ['btrfs', 'cryptsetup', 'mkfs.btrfs', 'mount', 'umount'];

/** How long a look may take, milliseconds: it is a twentieth of a second, unless the array does not answer. */
const lookTimeoutMs = 3000;

/**
 * Looks at an array while a drill is under way, and tells what it sees as events. A look is no part of the drill: one that does not
 * come is left out. It is never under way while something else is typed, because it would keep the mount busy.
 */
export class ArrayWatch {
  readonly #ctx: Context;
  readonly #drill: () => WatchedDrill;
  #told: unknown = null;
  #isOver = false;
  #looking: Promise<void> | undefined;
  /** Whether nothing was done since the last look, which costs 30 ms under emulation. */
  #isSeen = false;

  /** Watches for a drill that can say at any time how it is. */
  constructor(ctx: Context, drill: () => WatchedDrill) {
    this.#ctx = ctx;
    this.#drill = drill;
  }

  /** Looks, unless nothing was done since the last look, and tells what is different. */
  async look(guest: Guest): Promise<void> {
    if (!this.#isSeen) await this.#lookOnce(guest);
  }

  /** Something was done to the machine or its disks: the next look is worth it. */
  stir(): void {
    this.#isSeen = false;
  }

  async #lookOnce(guest: Guest): Promise<void> {
    if (this.#isOver) return;
    this.#looking ??= this.#lookNow(guest).finally(() => (this.#looking = undefined));
    await this.#looking;
    this.#isSeen = true;
  }

  /** Looks after a command that changes the array has been typed, and meanwhile where that works for long. */
  async during<T>(guest: Guest, [program = '']: readonly string[], work: () => Promise<T>): Promise<T> {
    await this.#looking;
    this.stir();
    if (!changers.includes(program)) return work();
    const timer = program === 'btrfs' ? setInterval(() => void this.#lookOnce(guest).catch(() => undefined), everyMs) : undefined;
    try {
      const result = await work();
      clearInterval(timer);
      await this.#looking;
      await this.#lookOnce(guest);
      return result;
    } finally {
      clearInterval(timer);
    }
  }

  /** The procedure is over: what comes now is the proof. */
  end(): void {
    this.#isOver = true;
  }

  async #lookNow(guest: Guest): Promise<void> {
    // Told as an event of its own, not as a command.
    const silent = { ...this.#ctx, emit: () => undefined };
    try {
      const result = await guest.run(silent, [sampleProgram], { timeoutMs: lookTimeoutMs });
      if (result.exitCode !== 0) return;
      const seen = { sample: readOutput(guest, result, parseArraySample), ...this.#drill() };
      if (isDeepStrictEqual(seen, this.#told)) return;
      this.#told = seen;
      this.#ctx.emit({ type: 'array-sampled', machine: guest.machine, ...seen });
    } catch (error) {
      const isOurs = error instanceof RaidlabError && error.failure.reason === 'output-not-understood';
      if (isOurs || !(error instanceof RaidlabError || error instanceof KernelCrash || this.#ctx.signal.aborted)) throw error;
    }
  }
}
