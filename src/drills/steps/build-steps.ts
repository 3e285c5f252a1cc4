import { payloadSerial } from '../../core/payload/payload-serial.ts';
import { planCreateArray } from '../../core/plan/array.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { guestDeviceOf } from '../../core/plan/container.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import type { Step } from '../drill.ts';
import type { DrillRun } from '../drill-run.ts';
import { act, typed } from './plan-line.ts';
import { planCopies } from './tree-copies.ts';
import type { TreeCopy } from './tree-copies.ts';

/** Where the payload's archives are in the guest. */
const payloadGuestDevice = guestDeviceOf(payloadSerial);

/** The command that extracts one tree of the payload into the array. `--ignore-zeros`: the trees' archives are concatenated. */
export function planExtractTree({ mountPoint }: MountedArray, tree: string): Command {
  return command(
    'tar',
    '--extract',
    '--ignore-zeros',
    '--preserve-permissions',
    '--xattrs',
    '--xattrs-include=user.*',
    '--file',
    payloadGuestDevice,
    '--directory',
    mountPoint,
    tree,
  );
}

/** Power on, containers, crypttab, mkfs, fstab, mount: the array of the seed, done right. */
export const buildArray: Step = {
  name: 'build-array',
  title: 'Build the encrypted array',
  phase: 'build',
  skippable: false,
  plan: (array) => [
    act(
      `power on, with ${array.members.map((member) => member.serial).join(', ')} and ${array.spares.map((spare) => spare.serial).join(', ')} (blank)`,
    ),
    ...typed(...planCreateArray(array)),
  ],
  run: async (run) => {
    await run.boot();
    for (const planned of planCreateArray(run.array)) await run.type(planned);
  },
};

/** The tree that is written before the fault. */
export const payloadTree = 'payload';

/** The tree that is written while the array is degraded. */
export const degradedTree = 'written-degraded';

/** Files whose content the host knows. */
export const writePayload: Step = {
  name: 'write-payload',
  title: 'Write test files with known content',
  phase: 'build',
  skippable: false,
  plan: (array) =>
    typed(planExtractTree(array, payloadTree), ...planCopies(array, payloadTree).flatMap(({ commands }) => commands), command('sync')),
  run: async (run) => writeTree(run, payloadTree, planCopies(run.array, payloadTree)),
};

/** A live writer that keeps the array busy from now on. */
export const startWriter: Step = {
  name: 'start-writer',
  title: 'Start the live writer',
  phase: 'fault',
  skippable: false,
  plan: () => [act('start the live writer: a record, an fsync, a report to the host, again and again')],
  run: async (run) => run.startJournal(),
};

/** Writes one tree of the payload and makes it durable; from then on the proof expects it. */
export async function writeTree(run: DrillRun, tree: string, copies: readonly TreeCopy[] = []): Promise<void> {
  await run.type(planExtractTree(run.array, tree));
  for (const planned of copies.flatMap(({ commands }) => commands)) await run.type(planned);
  await run.type(command('sync'));
  run.writtenTrees.push({ tree, guestPath: `${run.array.mountPoint}/${tree}` }, ...copies.map(({ guestPath }) => ({ tree, guestPath })));
}
