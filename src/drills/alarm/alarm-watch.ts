import { cutText } from '../../core/bounds/cut-text.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../../machine/context.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import type { Machine } from '../../machine/machine.ts';
import { said } from '../../storage/type-command.ts';

/** A person's monitoring command, for the guest. */
export interface Alarm {
  /** As it was asked for. */
  readonly command: string;
  /** What is run; the first word is {@link alarmGuestPath} for a script that is copied. */
  readonly argv: readonly string[];
  /** The script that is copied into the guest; null for a command that is there. */
  readonly script: string | null;
}

/** Where a script is that is an alarm. */
export const alarmGuestPath = '/run/raidlab-alarm';

/** How often it is run, milliseconds. */
const everyMs = 3000;

/** How long it may take, milliseconds; one that does not answer has not rung. */
const limitMs = 20_000;

/** How much of what it says is kept, characters. */
const saidChars = 2000;

/** What must not meet an open file on the array. */
const closers: readonly string[] = ['umount', 'mount', 'cryptsetup', 'dmsetup', 'mkfs.btrfs', 'wipefs'];

/**
 * Runs an alarm in a drill's machine every few seconds and at the end of each step, and tells when it exits otherwise than before. It is no part of
 * the drill: what goes wrong with it ends nothing, and it does not run while something is unmounted or closed by the drill itself.
 */
export class AlarmWatch implements Disposable {
  readonly alarm: Alarm;
  readonly #ctx: Context;
  readonly #machine: () => Machine | undefined;
  readonly #timer: NodeJS.Timeout;
  #installedIn: Machine | undefined;
  #running: Promise<void> | undefined;
  #holds = 0;
  #runs = 0;
  #told: number | undefined;
  #isOver = false;

  /** Watches the machine that `machine` gives, when it is on. */
  constructor(ctx: Context, alarm: Alarm, machine: () => Machine | undefined) {
    this.alarm = alarm;
    this.#ctx = ctx;
    this.#machine = machine;
    this.#timer = setInterval(() => void this.look(), everyMs).unref();
  }

  /** How often it has answered. */
  get runs(): number {
    return this.#runs;
  }

  /** Runs it now, unless it may not; never rejects. */
  async look(): Promise<void> {
    const machine = this.#machine();
    if (this.#isOver || this.#holds > 0 || machine === undefined) return;
    this.#running ??= this.#run(machine).finally(() => (this.#running = undefined));
    await this.#running;
  }

  /** Does the work of a typed command; while it unmounts or closes something, the alarm waits. */
  async during<T>([program = '']: readonly string[], work: () => Promise<T>): Promise<T> {
    if (!closers.includes(program)) return work();
    return this.holdBack(work);
  }

  /** Does something that the alarm must not meet. */
  async holdBack<T>(work: () => Promise<T>): Promise<T> {
    this.#holds += 1;
    try {
      await this.#running;
      return await work();
    } finally {
      this.#holds -= 1;
    }
  }

  /** The procedure is over: what comes now is the proof. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  async #run(machine: Machine): Promise<void> {
    const { argv, script } = this.alarm;
    try {
      if (this.#installedIn !== machine) {
        if (script !== null) await machine.guest.writeFile(this.#ctx, alarmGuestPath, script, 0o755);
        this.#installedIn = machine;
      }
      const result = await machine.guest.run(this.#ctx, argv, { timeoutMs: limitMs, quiet: true });
      this.#runs += 1;
      const { exitCode } = result;
      if (this.#isOver || exitCode === this.#told) return;
      this.#told = exitCode;
      this.#ctx.emit({ type: 'alarm-changed', machine: machine.name, exitCode, said: cutText(said(result), saidChars) });
    } catch (error) {
      // The machine is gone, or it did not answer: the drill itself finds out what that means.
      if (!(error instanceof RaidlabError || error instanceof KernelCrash || this.#ctx.signal.aborted)) throw error;
    }
  }
}
