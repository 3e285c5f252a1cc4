import type { ExitCode } from '../core/exit-code.ts';
import { openSignalEar } from '../machine/process/signal-ear.ts';
import type { Cli } from './cli.ts';
import { parseCommandLine } from './parse-command-line.ts';

/** Reads the command line and runs its command; gives the exit code. Rejects with whatever goes wrong. */
export async function runCommandLine(cli: Cli): Promise<ExitCode> {
  const run = await parseCommandLine(cli);
  if (typeof run === 'number') return run;
  // The keeper of a lab is in no terminal's process group.
  if (cli.argv[0] !== 'keep-lab') cli.ear = openSignalEar();
  return run();
}
