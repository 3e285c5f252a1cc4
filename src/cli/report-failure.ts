import { eventFormatVersion } from '../core/event.ts';
import type { RecordedEvent } from '../core/event.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { formatCommand } from '../core/plan/command.ts';
import { failureLines } from '../report/failure-lines.ts';
import type { Cli } from './cli.ts';
import { describeError } from './describe-error.ts';

/**
 * Tells a failure that came before there was a run, or in a command that has none: on standard error, and where a program
 * reads the output (`--json`) as events there, too. Gives the exit code.
 */
export function reportFailure(cli: Cli, error: unknown): ExitCode {
  const { area, reason, description } = describeError(error);
  if (cli.argv.includes('--json')) {
    const stamp = { v: eventFormatVersion, at: new Date().toISOString() } as const;
    const command = formatCommand({ argv: [cli.program, ...cli.argv] });
    const events: readonly RecordedEvent[] = [
      {
        ...stamp,
        seq: 0,
        type: 'run-started',
        run: '',
        command,
        raidlabVersion: cli.version,
        nodeVersion: cli.nodeVersion,
        directory: null,
      },
      { ...stamp, seq: 1, type: 'run-failed', area, reason, description },
      { ...stamp, seq: 2, type: 'run-ended', exitCode: description.exitCode, durationMs: 0 },
    ];
    cli.screen.data(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
  cli.screen.complain(failureLines(description, cli.program));
  return description.exitCode;
}
