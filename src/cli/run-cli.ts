import type { ExitCode } from '../core/exit-code.ts';
import { readPlainSsh } from '../core/lab/plain-ssh.ts';
import type { Cli } from './cli.ts';
import { reportFailure } from './failure/report-failure.ts';

/** Runs what the command line says; gives the exit code. Never throws: errors are reported. */
export async function runCli(cli: Cli): Promise<ExitCode> {
  try {
    const ssh = readPlainSsh(cli.argv);
    // ssh is typed often, also from scripts; the full parser would take longer than ssh itself.
    if (ssh !== undefined) return await (await import('./lab/become-ssh.ts')).becomeSsh(cli, ssh);
    return await (await import('./run-command.ts')).runCommandLine(cli);
  } catch (error) {
    const { signal } = cli.interruption;
    return reportFailure(cli, signal.aborted ? signal.reason : error);
  }
}
