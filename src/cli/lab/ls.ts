import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { command, option } from '@optique/core/primitives';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { createContext } from '../../machine/context.ts';
import { labListLines } from '../../report/lab/lab-list-lines.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';

/** `raidlab ls`. */
export const lsCommand = defineCommand({
  parser: () =>
    command('ls', object({ json: option('--json', { description: message`Prints one JSON document.` }) }), {
      brief: message`Lists all your labs, wherever they are.`,
    }),
  examples: [{ words: 'ls', does: 'Your labs: which are on, which died, and where they are.' }],
  run: runLsCommand,
});

/** `raidlab prune`. */
export const pruneCommand = defineCommand({
  parser: () =>
    command('prune', object({}), {
      brief: message`Forgets labs whose directories are gone, and removes what killed labs left behind.`,
    }),
  examples: [{ words: 'prune', does: 'After `rm -r` of a project: forgets its labs.' }],
  run: runPruneCommand,
});

/** Lists labs. */
async function runLsCommand(cli: Cli, { json }: { readonly json: boolean }): Promise<ExitCode> {
  const { listLabs } = await import('../../lab/list-labs.ts');
  const labs = await listLabs(cli.labIndexHostPath);
  if (json) cli.screen.data(`${harmlessJson({ v: 1, labs })}\n`);
  else cli.screen.keep(labListLines(labs, Date.now()));
  return exitCodes.held;
}

/** Forgets labs that are gone. */
async function runPruneCommand(cli: Cli): Promise<ExitCode> {
  const { pruneLabs } = await import('../../lab/list-labs.ts');
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const forgotten = await pruneLabs(ctx, cli.store, cli.labIndexHostPath);
  const lines = forgotten.map((place) => line(0, `Forgot ${place.name}: ${place.hostPath} is gone.`));
  cli.screen.keep(lines.length === 0 ? [line(0, 'Nothing to forget.')] : lines);
  return exitCodes.held;
}
