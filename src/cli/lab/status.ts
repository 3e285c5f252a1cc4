import { setTimeout as delay } from 'node:timers/promises';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { createContext } from '../../machine/context.ts';
import { statusLines } from '../../report/lab/status-lines.ts';
import type { LabStatus } from '../../report/lab/status-lines.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab status`. */
const statusArguments = (cli: Cli) =>
  command(
    'status',
    object({
      lab: labOption(cli),
      json: option('--json', { description: message`Prints one JSON document (docs/labs.md); with --watch one per change.` }),
      watch: option('-w', '--watch', { description: message`Refreshes until Ctrl-C.` }),
    }),
    { brief: message`Shows a lab's disks, containers, mappings, devices, chunks, error counters, faults and running operations.` },
  );

/** The parsed command line of `raidlab status`. */
type StatusCommand = InferValue<ReturnType<typeof statusArguments>>;

/** Examples for `raidlab status`. */
const statusExamples: readonly Example[] = [
  { words: 'status', does: 'The lab of this directory, from the disks up.' },
  { words: 'status --watch', does: 'Keep it open while you replace a disk.' },
  { words: 'status --json', does: 'The status as JSON.' },
];

/** Shows the status of a lab, once or until interrupted. */
async function runStatusCommand(cli: Cli, asked: StatusCommand): Promise<ExitCode> {
  const { lookAtLab } = await import('../../lab/look-at-lab.ts');
  const place = await placeOf(cli, asked.lab);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const look = async () => ({ lab: asked.lab, ...(await lookAtLab(ctx, place, cli.version)) });
  const tell = (status: LabStatus): void => {
    if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, ...status })}\n`);
    else if (asked.watch && cli.screen.out.capabilities.live) cli.screen.setLive(statusLines(status, Date.now()));
    else cli.screen.keep(statusLines(status, Date.now()));
  };
  let status = await look();
  tell(status);
  const pause = async (): Promise<boolean> => delay(watchMs, true, { signal: ctx.signal }).catch(() => false);
  while (asked.watch && (await pause())) {
    const next = await look();
    // A file or a program gets only what changed.
    if (cli.screen.out.capabilities.live || JSON.stringify(next) !== JSON.stringify(status)) tell(next);
    status = next;
  }
  if (!asked.json) {
    cli.screen.setLive([]);
    if (asked.watch) cli.screen.keep(statusLines(status, Date.now()));
  }
  return exitCodes.held;
}

/** Each look costs the guest a second of its emulated processor, so they are spaced out. */
const watchMs = 1000;

/** `raidlab status`. */
export const statusCommand = defineCommand({ parser: statusArguments, examples: statusExamples, run: runStatusCommand });
