import { cutText } from '../core/bounds/cut-text.ts';
import { explainNoSpace } from '../core/btrfs/no-space.ts';
import { UnknownOutput } from '../core/parsing/unknown-output.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest } from '../machine/guest.ts';

/** A command of a procedure was refused by the tool: whether that is a finding depends on the step it belongs to. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  readonly machine: string;
  readonly result: CommandResult;

  /** Makes the error from what the command left behind. */
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

/** Runs a command that only looks and gives what it printed, parsed; a refusal or an unknown line is a RaidlabError of the area `guest`. */
export async function ask<T>(ctx: Context, guest: Guest, planned: Command, parse: (stdout: string) => T): Promise<T> {
  const result = await tryCommand(ctx, guest, planned);
  if (result.exitCode !== 0) throw commandFailed(guest, result);
  return readOutput(guest, result, parse);
}

/**
 * Parses the standard output of a command that was run, whatever its exit status. An unknown line becomes `guest/output-not-understood`;
 * where the command failed, `guest/command-failed` with what it said.
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

/** Gives a command that was refused as lines of evidence: what was typed, how it ended, what it said, and what that means where it is not plain. */
export function describeRefusal(result: CommandResult): readonly string[] {
  const text = said(result);
  return [
    `${formatCommand({ argv: result.argv })}: exit ${String(result.exitCode)}`,
    ...(text === '' ? [] : text.split('\n')),
    ...explainNoSpace(result.argv, text),
  ];
}

/** As much as anybody reads of what was said. */
const saidChars = 64 * 1024;

/** What a command said, for people: stderr first, for that is where tools complain; trimmed, and cut where it is a flood. */
export function said(result: CommandResult): string {
  return [result.stderr, result.stdout]
    .map((text) => cutText(text.trim(), saidChars).trimEnd())
    .filter((text) => text !== '')
    .join('\n');
}
