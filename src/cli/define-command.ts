import { map } from '@optique/core/modifiers';
import type { Mode, Parser } from '@optique/core/parser';
import type { ExitCode } from '../core/exit-code.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';

/** Runs a command as it was typed; gives the exit code. Rejects with whatever goes wrong. */
export type RunCommand = () => Promise<ExitCode>;

/** A command of raidlab. */
export interface Command {
  /** Reads its command line. */
  readonly parser: (cli: Cli) => Parser<Mode, RunCommand>;
  /** For its help. */
  readonly examples: readonly Example[];
}

interface CommandParts<M extends Mode, Asked, State> {
  readonly parser: (cli: Cli) => Parser<M, Asked, State>;
  readonly examples: readonly Example[];
  readonly run: (cli: Cli, asked: Asked) => Promise<ExitCode>;
}

/** Makes a command of what it takes and what it does. */
export function defineCommand<M extends Mode, Asked, State>({ parser, examples, run }: CommandParts<M, Asked, State>): Command {
  return { parser: (cli) => map(parser(cli), (asked) => async () => run(cli, asked)), examples };
}
