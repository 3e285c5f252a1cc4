import { object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { formatSize } from '../../core/text/size.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { blank, labelledCommand, line, span } from '../../report/text/line.ts';
import { snapshotListLines } from '../../report/lab/snapshot-lines.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { requireHostOf } from '../host-view.ts';
import { knownWord } from '../options/value-parsers.ts';
import { callOf } from './call-of.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf, typedLab } from './lab-option.ts';

/** Gives the command line of `raidlab snapshot`; the shell completes the snapshots of the default lab. */
function snapshotArguments(cli: Cli) {
  const known = knownWord('NAME', async () => {
    const [{ requireLab }, { listSnapshotNames }] = await Promise.all([
      import('../../lab/place/lab-place.ts'),
      import('../../lab/snapshot/snapshots.ts'),
    ]);
    return (await listSnapshotNames(await requireLab(cli.cwdHostPath, typedLab(cli)))).map((word) => ({ word }));
  });
  const common = { lab: labOption(cli) };
  return command(
    'snapshot',
    or(
      command(
        'save',
        object({
          ...common,
          action: constant('save'),
          name: argument(string({ metavar: 'NAME' }), { description: message`Name of the snapshot.` }),
        }),
        {
          brief: message`Saves the lab: running machine, disks and their faults.`,
          description: message`It also records which disks are pulled. The machine pauses while it is saved: half a second for the default lab. If the lab is off, only its disks are saved.`,
        },
      ),
      command(
        'restore',
        object({
          ...common,
          action: constant('restore'),
          name: argument(known, { description: message`Name of the snapshot.` }),
          disksOnly: option('--disks-only', {
            description: message`Restores only the disks, not the saved machine: the lab is off, as after a power cut at that moment.`,
          }),
        }),
        {
          brief: message`Restores the lab to a snapshot, on if it was on. Its current state is lost.`,
          description: message`Programs that were running continue, with the current time; ssh sessions end. A saved machine resumes only with the QEMU, kernel and tools it was saved with; its disks alone can always be restored (--disks-only).`,
        },
      ),
      command(
        'ls',
        object({ ...common, action: constant('ls'), json: option('--json', { description: message`Prints one JSON document.` }) }),
        { brief: message`Lists the snapshots: size, age, and whether the lab was on.` },
      ),
      command(
        'rm',
        object({
          ...common,
          action: constant('rm'),
          names: multiple(argument(known, { description: message`Snapshots to remove.` }), { min: 1 }),
        }),
        { brief: message`Removes snapshots.` },
      ),
      whatToDo,
    ),
    {
      brief: message`Saves a running lab, and restores it to a saved state.`,
      description: message`A snapshot can be restored any number of times. Snapshots are stored in the lab's directory and removed with it.`,
    },
  );
}

const whatToDo = { errors: { noMatch: message`Say what to do: save, restore, ls or rm.` } };

/** The parsed command line of `raidlab snapshot`. */
type SnapshotCommand = InferValue<ReturnType<typeof snapshotArguments>>;

/** Examples for `raidlab snapshot`. */
const snapshotExamples: readonly Example[] = [
  { words: 'snapshot save before', does: 'Saves the lab; then break what you like.' },
  { words: 'snapshot restore before', does: 'The lab runs again as it was saved.' },
  { words: 'snapshot ls', does: 'All snapshots and their sizes.' },
  { words: 'snapshot rm before', does: 'Removes it and frees its space.' },
];

/** Saves, restores, lists or removes snapshots. */
async function runSnapshotCommand(cli: Cli, asked: SnapshotCommand): Promise<ExitCode> {
  const place = await placeOf(cli, asked.lab);
  if (asked.action === 'ls') {
    const { listSnapshots } = await import('../../lab/snapshot/snapshots.ts');
    const snapshots = await listSnapshots(place);
    if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, lab: asked.lab, snapshots })}\n`);
    else cli.screen.keep(snapshotListLines(snapshots, Date.now()));
    return exitCodes.held;
  }
  const { removeSnapshots, restoreLab, saveLab } = await import('../../lab/snapshot/act-on-snapshot.ts');
  const startedMs = performance.now();
  const took = (): string => formatDuration(performance.now() - startedMs);
  const call = callOf(cli, asked.lab);
  switch (asked.action) {
    case 'save': {
      using ctx = openLabContext(cli, `Saving ${asked.lab} as ${asked.name}`);
      const { sizeBytes, pausedMs } = await saveLab(ctx, labHouse(cli), place, asked.name);
      const how = pausedMs === null ? 'it is off, so only its disks are saved' : `it paused for ${formatDuration(pausedMs)}`;
      cli.screen.keep([
        line(0, [span(`${asked.lab} is saved as ${asked.name}`, 'good'), span(`: ${formatSize(sizeBytes)}, after ${took()}; ${how}.`)]),
        blank,
        labelledCommand('go back', call(`snapshot restore ${asked.name}`)),
      ]);
      break;
    }
    case 'restore': {
      await requireHostOf(cli);
      using ctx = openLabContext(cli, `Restoring ${asked.lab} from ${asked.name}`);
      const isOn = await restoreLab(ctx, labHouse(cli), place, asked.name, asked.disksOnly);
      const what = isOn ? 'is on, as it was in' : 'is off, with the disks of';
      cli.screen.keep([line(0, [span(`${asked.lab} ${what} ${asked.name}`, 'good'), span(`, after ${took()}.`)])]);
      if (!isOn) cli.screen.keep([blank, labelledCommand('turn on', call('up'))]);
      break;
    }
    case 'rm': {
      using ctx = openLabContext(cli, `Removing ${asked.names.join(', ')}`);
      await removeSnapshots(ctx, place, asked.names);
      cli.screen.keep(asked.names.map((name) => line(0, `${name} is removed.`)));
      break;
    }
  }
  return exitCodes.held;
}

/** `raidlab snapshot`. */
export const snapshotCommand = defineCommand({ parser: snapshotArguments, examples: snapshotExamples, run: runSnapshotCommand });
