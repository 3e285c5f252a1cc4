import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, constant, option } from '@optique/core/primitives';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { createContext } from '../../machine/context.ts';
import { labListLines } from '../../report/lab/lab-list-lines.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';

/** The command line of `raidlab ls`. */
export const lsArguments = command(
  'ls',
  object({ command: constant('ls'), json: option('--json', { description: message`Prints one JSON document.` }) }),
  { brief: message`Lists all your labs, wherever they are.` },
);

/** The command line of `raidlab prune`. */
export const pruneArguments = command('prune', object({ command: constant('prune') }), {
  brief: message`Forgets labs whose directories are gone, and removes what killed labs left behind.`,
});

/** The parsed command line of `raidlab ls` or `raidlab prune`. */
export type LsCommand = InferValue<typeof lsArguments> | InferValue<typeof pruneArguments>;

/** Examples for `raidlab ls`. */
export const lsExamples: readonly Example[] = [{ words: 'ls', does: 'Your labs: which are on, which died, and where they are.' }];

/** Examples for `raidlab prune`. */
export const pruneExamples: readonly Example[] = [{ words: 'prune', does: 'After `rm -r` of a project: forgets its labs.' }];

/** Lists labs, or forgets those that are gone. */
export async function runLsCommand(cli: Cli, asked: LsCommand): Promise<ExitCode> {
  const { listLabs, pruneLabs } = await import('../../lab/list-labs.ts');
  if (asked.command === 'prune') {
    const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
    const forgotten = await pruneLabs(ctx, cli.store, cli.labIndexHostPath);
    const lines = forgotten.map((place) => line(0, `Forgot ${place.name}: ${place.hostPath} is gone.`));
    cli.screen.keep(lines.length === 0 ? [line(0, 'Nothing to forget.')] : lines);
    return exitCodes.held;
  }
  const labs = await listLabs(cli.labIndexHostPath);
  if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, labs })}\n`);
  else cli.screen.keep(labListLines(labs, Date.now()));
  return exitCodes.held;
}
