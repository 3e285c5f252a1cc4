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
import type { Example } from '../help-page.ts';
import { requireHostOf } from '../host-view.ts';
import { knownWord } from '../options/value-parsers.ts';
import { callOf } from './call-of.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf, typedLab } from './lab-option.ts';

/** Gives the command line of `raidlab snapshot`; the shell completes the snapshots of the default lab. */
export function snapshotArguments(cli: Cli) {
  const known = knownWord('NAME', async () => {
    const [{ requireLab }, { listSnapshotNames }] = await Promise.all([
      import('../../lab/place/lab-place.ts'),
      import('../../lab/snapshot/snapshots.ts'),
    ]);
    return (await listSnapshotNames(await requireLab(cli.cwdHostPath, typedLab(cli)))).map((word) => ({ word }));
  });
  const common = { command: constant('snapshot'), lab: labOption(cli) };
  return command(
    'snapshot',
    or(
      command(
        'save',
        object({
          ...common,
          action: constant('save'),
          name: argument(string({ metavar: 'NAME' }), { description: message`What it is to be called.` }),
        }),
        {
          brief: message`Saves the lab as it is: its machine as it runs, its disks, their faults.`,
          description: message`Saves the lab under a new name: its machine as it runs, its disks, their faults, which are pulled. The machine stands still meanwhile, half a second for the default lab, and goes on. Of a lab that is off the disks are saved.`,
        },
      ),
      command(
        'restore',
        object({
          ...common,
          action: constant('restore'),
          name: argument(known, { description: message`The snapshot.` }),
          disksOnly: option('--disks-only', {
            description: message`Leaves the machine out that was saved: the lab is off, with the disks as a power cut at that moment leaves them.`,
          }),
        }),
        {
          brief: message`Makes the lab what it was, on if it was on. What it is now is lost.`,
          description: message`Makes the lab what it was when the snapshot was saved: what ran goes on, with the time of now. What the lab is now is lost, unless it was saved. Sessions of ssh end. A machine goes on only where the same QEMU, kernel and tools are at hand as when it was saved; its disks go anywhere (--disks-only).`,
        },
      ),
      command(
        'ls',
        object({ ...common, action: constant('ls'), json: option('--json', { description: message`Prints one JSON document.` }) }),
        { brief: message`Lists the snapshots: size, age, how the lab was.` },
      ),
      command(
        'rm',
        object({
          ...common,
          action: constant('rm'),
          names: multiple(argument(known, { description: message`Which.` }), { min: 1 }),
        }),
        { brief: message`Removes snapshots.` },
      ),
      whatToDo,
    ),
    {
      brief: message`Saves a lab whole while it runs, and makes it again what it was.`,
      description: message`Saves a lab whole, its running machine included, and goes back to it as often as you like. Snapshots are in the lab's directory, and go with it.`,
    },
  );
}

const whatToDo = { errors: { noMatch: message`Say what to do: save, restore, ls or rm.` } };

/** What `raidlab snapshot` was asked for. */
export type SnapshotCommand = InferValue<ReturnType<typeof snapshotArguments>>;

/** Command lines of `raidlab snapshot` worth typing. */
export const snapshotExamples: readonly Example[] = [
  { words: 'snapshot save before', does: 'Then break what you like.' },
  { words: 'snapshot restore before', does: 'All is as it was, and runs.' },
  { words: 'snapshot ls', does: 'What there is, and what it takes.' },
  { words: 'snapshot rm before', does: 'Its room is free again.' },
];

/** Saves, restores, lists or removes snapshots. */
export async function runSnapshotCommand(cli: Cli, asked: SnapshotCommand): Promise<ExitCode> {
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
      const how = pausedMs === null ? 'it is off, so there are its disks alone' : `it stood still for ${formatDuration(pausedMs)}`;
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
      cli.screen.keep(asked.names.map((name) => line(0, `${name} is gone.`)));
      break;
    }
  }
  return exitCodes.held;
}
