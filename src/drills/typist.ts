import { formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest, GuestProcess, StartOptions } from '../machine/guest.ts';
import { readOutput, said, tryCommand, typeCommand } from '../storage/type-command.ts';

/** Types in a guest as an administrator would: what is typed and seen becomes events by itself. */
export abstract class Typist {
  readonly ctx: Context;

  /** Tells what is typed to the context. */
  constructor(ctx: Context) {
    this.ctx = ctx;
  }

  /** The inside of the machine that is typed in. */
  abstract get guest(): Guest;

  /** Types a command of the procedure; throws CommandRefused when the tool refuses it. */
  async type(planned: Command): Promise<CommandResult> {
    this.#tellTyped(planned);
    return this.whileTyped(planned.argv, async () => typeCommand(this.ctx, this.guest, planned));
  }

  /** Types a command whose refusal is part of the story. */
  async try(planned: Command): Promise<CommandResult> {
    this.#tellTyped(planned);
    return this.whileTyped(planned.argv, async () => tryCommand(this.ctx, this.guest, planned));
  }

  /** Types a command of the procedure and gives what it printed, parsed; an unknown line is a RaidlabError of the area `guest`. */
  async ask<T>(planned: Command, parse: (stdout: string) => T): Promise<T> {
    return readOutput(this.guest, await this.type(planned), parse);
  }

  /** Types a command that works on while the host does something else. */
  async start(planned: Command, options: Pick<StartOptions, 'converse'> = {}): Promise<GuestProcess> {
    this.#tellTyped(planned);
    return this.guest.start(this.ctx, planned.argv, options);
  }

  /** Types a command that only looks, and puts what it said beside what that is worth. */
  async look(planned: Command, meaning: (result: CommandResult) => string): Promise<CommandResult> {
    // Not announced: the observation names the command itself.
    const result = await tryCommand(this.ctx, this.guest, planned);
    this.observe(result, meaning(result));
    return result;
  }

  /** Puts what a command said, that was run to look, beside what that is worth: of many looks the one that counts. */
  observe(result: CommandResult, meaning: string): void {
    const source = formatCommand({ argv: result.argv });
    this.ctx.emit({ type: 'observation-made', source, exitCode: result.exitCode, said: said(result), meaning });
  }

  /** Does the work of a typed command; who wants to see what comes of it looks here. */
  protected async whileTyped<T>(_argv: readonly string[], work: () => Promise<T>): Promise<T> {
    return work();
  }

  #tellTyped(planned: Command): void {
    this.ctx.emit({ type: 'command-typed', machine: this.guest.machine, argv: planned.argv, command: formatCommand(planned) });
  }
}
