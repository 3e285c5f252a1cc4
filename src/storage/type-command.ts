import { cutText } from '../core/bounds/cut-text.ts';
import { explainNoSpace } from '../core/btrfs/no-space.ts';
import { UnknownOutput } from '../core/parsing/unknown-output.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest } from '../machine/guest.ts';

/** A tool refused a command of a procedure: its step decides whether that is a finding. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  readonly machine: string;
  readonly result: CommandResult;

  /** Makes the error from the command's result. */
  constructor(machine: string, result: CommandResult) {
    super(`${result.argv.join(' ')}: exit ${String(result.exitCode)}`);
    this.machine = machine;
    this.result = result;
  }
}

/** Runs a planned command, whatever its exit code. */
export async function tryCommand(ctx: Context, guest: Guest, planned: Command): Promise<CommandResult> {
  return guest.run(ctx, planned.argv, {
    ...(planned.stdin === undefined ? {} : { input: planned.stdin }),
    ...(planned.timeoutMs === undefined ? {} : { timeoutMs: planned.timeoutMs }),
  });
}

/** Runs a planned command; throws {@link CommandRefused} unless it exits 0. */
export async function typeCommand(ctx: Context, guest: Guest, planned: Command): Promise<CommandResult> {
  const result = await tryCommand(ctx, guest, planned);
  if (result.exitCode !== 0) throw new CommandRefused(guest.machine, result);
  return result;
}

/** Runs a command that only looks and gives its parsed output; a refusal or an unknown line is a RaidlabError of the area `guest`. */
export async function ask<T>(ctx: Context, guest: Guest, planned: Command, parse: (stdout: string) => T): Promise<T> {
  const result = await tryCommand(ctx, guest, planned);
  if (result.exitCode !== 0) throw commandFailed(guest, result);
  return readOutput(guest, result, parse);
}

/**
 * Parses the standard output of a command, whatever its exit status. An unknown line becomes `guest/output-not-understood`; if the
 * command failed, `guest/command-failed` with its message.
 */
export function readOutput<T>(guest: Guest, result: CommandResult, parse: (stdout: string) => T): T {
  try {
    return parse(result.stdout);
  } catch (error) {
    if (!(error instanceof UnknownOutput)) throw error;
    if (result.exitCode !== 0) throw commandFailed(guest, result);
    throw new RaidlabError(
      { area: 'guest', reason: 'output-not-understood', machine: guest.machine, argv: result.argv, message: error.message },
      { cause: error },
    );
  }
}

function commandFailed({ machine }: Guest, result: CommandResult): RaidlabError {
  const { argv, exitCode } = result;
  return new RaidlabError({ area: 'guest', reason: 'command-failed', machine, argv, exitCode, said: said(result) });
}

/** Gives a refused command as lines of evidence: what was typed, how it ended, what it printed, and an explanation if needed. */
export function describeRefusal(result: CommandResult): readonly string[] {
  const text = said(result);
  return [
    `${formatCommand({ argv: result.argv })}: exit ${String(result.exitCode)}`,
    ...(text === '' ? [] : text.split('\n')),
    ...explainNoSpace(result.argv, text),
  ];
}

/** As much output as anybody reads. */
const saidChars = 64 * 1024;

/** A command's output for people: stderr first, because tools complain there; trimmed, and cut if it is a flood. */
export function said(result: CommandResult): string {
  return [result.stderr, result.stdout]
    .map((text) => cutText(text.trim(), saidChars).trimEnd())
    .filter((text) => text !== '')
    .join('\n');
}
