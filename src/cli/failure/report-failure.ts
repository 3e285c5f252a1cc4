import { harmlessJson } from '../../core/text/harmless-text.ts';
import { eventFormatVersion } from '../../core/event.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { failureLines } from '../../report/failure-lines.ts';
import type { Cli } from '../cli.ts';
import { describeError } from './describe-error.ts';

/**
 * Reports a failure that came before there was a run, or in a command without one: on standard error, and also as events where a program
 * reads the output (`--json`, `--reporter json`). Gives the exit code.
 */
export function reportFailure(cli: Cli, error: unknown): ExitCode {
  const { area, reason, description } = describeError(error);
  if (asksForJson(cli.argv)) {
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
    cli.screen.data(events.map((event) => `${harmlessJson(event)}\n`).join(''));
  }
  cli.screen.complain(failureLines(description, cli.program));
  return description.exitCode;
}

/** The command line itself may be unreadable, so its words are checked unparsed. */
function asksForJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) => word === '--json' || word === '--reporter=json' || (word === 'json' && argv[index - 1] === '--reporter'),
  );
}
