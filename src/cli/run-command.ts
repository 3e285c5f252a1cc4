import type { ExitCode } from '../core/exit-code.ts';
import { runAuditCommand } from './audit.ts';
import { runCacheCommand } from './cache.ts';
import { openSignalEar } from '../machine/process/signal-ear.ts';
import type { Cli } from './cli.ts';
import { runCollectCommand } from './own-array/collect.ts';
import { runDoctorCommand } from './doctor.ts';
import { runDrillCommand } from './drill.ts';
import { runDrillsCommand } from './drills.ts';
import { runKernelsCommand } from './kernels.ts';
import { runKernelLogCommand } from './kernel-log.ts';
import { runLabCommand } from './lab/lab-commands.ts';
import { runRehearseCommand } from './rehearse.ts';
import { runMatrixCommand } from './campaign/matrix.ts';
import { runMergeCommand } from './campaign/merge.ts';
import { runCompareCommand } from './campaign/compare.ts';
import { runResultsCommand } from './campaign/results.ts';
import { runReportCommand } from './report.ts';
import { runNewCommand } from './new.ts';
import { runProveCommand } from './own-array/prove.ts';
import { parseCommandLine } from './parse-command-line.ts';
import type { CommandLine } from './parse-command-line.ts';

/** Reads the command line and runs its command; gives the exit code. Rejects with whatever goes wrong. */
export async function runCommandLine(cli: Cli): Promise<ExitCode> {
  const asked = await parseCommandLine(cli);
  // The keeper of a lab is in no terminal's process group.
  if (asked.command !== 'shown' && asked.command !== 'keep-lab') cli.ear = openSignalEar();
  return runCommand(cli, asked);
}

async function runCommand(cli: Cli, asked: CommandLine): Promise<ExitCode> {
  switch (asked.command) {
    case 'shown':
      return asked.exitCode;
    case 'drill':
      return runDrillCommand(cli, asked);
    case 'drills':
      return runDrillsCommand(cli, asked);
    case 'report':
      return runReportCommand(cli, asked);
    case 'merge':
      return runMergeCommand(cli, asked);
    case 'matrix':
      return runMatrixCommand(cli, asked);
    case 'results':
      return runResultsCommand(cli, asked);
    case 'compare':
      return runCompareCommand(cli, asked);
    case 'new':
      return runNewCommand(cli, asked);
    case 'doctor':
      return runDoctorCommand(cli, asked);
    case 'cache':
      return runCacheCommand(cli, asked);
    case 'kernels':
      return runKernelsCommand(cli, asked);
    case 'kernel-log':
      return runKernelLogCommand(cli, asked);
    case 'audit':
      return runAuditCommand(cli, asked);
    case 'rehearse':
      return runRehearseCommand(cli, asked);
    case 'collect':
      return runCollectCommand(cli, asked);
    case 'prove':
      return runProveCommand(cli, asked);
    default:
      return runLabCommand(cli, asked);
  }
}
