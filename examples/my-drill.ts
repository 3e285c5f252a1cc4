/**
 * A drill of one's own: a disk dies while the machine is off, and is replaced before anything is written.
 *
 * Run it with `raidlab drill ./examples/my-drill.ts`, its twin with `--twin`. docs/own-drills.md explains what is used here.
 */
import {
  act,
  buildArray,
  command,
  defaultLayout,
  lookAt,
  memberOf,
  mountDegraded,
  openSurvivors,
  replaceDisk,
  softBalance,
  takeDiskOut,
  typed,
  updateCrypttab,
  writePayload,
} from 'raidlab';
import type { Drill, Step } from 'raidlab';

/** A step of one's own: what an administrator looks at before they trust the array again. */
const lookAround: Step = {
  name: 'look-around',
  title: 'Look at what the tools say of the repaired array',
  phase: 'repair',
  skippable: true,
  plan: (array) => [
    act(`wait for the quiet that follows the loss of ${memberOf(array, 1).serial}`),
    ...typed(lookAt(array).filesystemShow, command('btrfs', 'filesystem', 'df', array.mountPoint)),
  ],
  run: async (run) => {
    await run.look(lookAt(run.array).filesystemShow, ({ stdout }) =>
      stdout.includes('missing') ? 'A device is still missing.' : 'No device is missing any more.',
    );
    const { stdout } = await run.type(command('btrfs', 'filesystem', 'df', run.array.mountPoint));
    const single = stdout.split('\n').filter((line) => line.includes(', single:') && !line.startsWith('GlobalReserve'));
    run.judge({
      name: 'no-single-chunks',
      claim: 'No chunk is left with a single copy',
      outcome: single.length === 0 ? 'held' : 'broken',
      evidence: single.length === 0 ? ['btrfs filesystem df names no single profile'] : single,
    });
  },
};

const replaceColdDisk: Drill = {
  name: 'replace-cold-disk',
  promise: 'A disk that dies while the machine is off can be replaced, and the array is redundant again.',
  story: [
    'A machine is switched off for the night. In the morning it does not come up: one disk is dead, and the array does not mount.',
    'Nothing was written meanwhile, so it looks as if the replacement alone were enough. But the degraded mount itself writes.',
  ].join('\n\n'),
  wrongMoves: ['Don\'t leave out the balance because "nothing was written": the degraded mount alone makes single chunks.'],
  sources: ['btrfs-replace(8)', 'btrfs-balance(8), section FILTERS'],
  tags: ['missing', 'replace'],
  layout: defaultLayout,
  layouts: ['raid1'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, openSurvivors, mountDegraded, replaceDisk, updateCrypttab, softBalance, lookAround],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles', 'no-single-chunks'],
    because: 'the degraded mount alone makes single chunks, and replace does not convert them.',
  },
};

// The drill is what the file exports as its default.
export default replaceColdDisk;
