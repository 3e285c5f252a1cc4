/**
 * drill-template: what `raidlab new drill NAME` makes, and where a drill of one's own begins.
 *
 *     raidlab drill ./drill-template.ts --plan   what would be typed; nothing runs
 *     raidlab drill ./drill-template.ts          builds, breaks, repairs, proves: must end in "held"
 *     raidlab drill ./drill-template.ts --twin   with its mistake: must end in "as expected"
 *
 * A drill is a value. Its steps have a `plan`, the commands and acts in order (pure, it only makes values), and a `run`, which
 * types the same commands. What a step throws is named with its line. Everything that 'raidlab' exports is explained where
 * it is declared: an editor shows it, and docs/own-drills.md has the overview.
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
  planCreateContainer,
  planReplace,
  softBalance,
  spareOf,
  typed,
  typeReplace,
  updateCrypttab,
  writePayload,
} from 'raidlab';
import type { Command, Drill, MountedArray, Step } from 'raidlab';

/** The device that is lost, as btrfs numbers it. The first member of the layout has devid 1, on the disk DISK1. */
const lostDevid = 1;

/**
 * The fault. Phases: `build` makes the array (and is kept as a template that later runs start from), `fault` breaks it, `repair`
 * is what an administrator would do. A refused command in `repair` is a finding, in the others it says nothing about storage.
 */
const loseDisk: Step = {
  name: 'lose-disk',
  title: 'Switch off, and lose a disk',
  phase: 'fault',
  // Whether `--skip-step lose-disk` may leave it out: only what the following steps can do without.
  skippable: false,
  // An act is what a person does: it is printed, and nothing is typed for it.
  plan: (array) => [act(`clean shutdown; ${memberOf(array, lostDevid).serial} is dead; power on again`)],
  run: async (run) => {
    await run.shutdown();
    await run.pullDisk(memberOf(run.array, lostDevid).serial);
    await run.boot();
  },
};

/** The repair, from shared planners: commands are values, so that the plan shows what `run` types. */
const replaceDisk: Step = {
  name: 'replace-disk',
  title: 'Encrypt the spare, and replace the missing disk with it',
  phase: 'repair',
  skippable: true,
  plan: (array) => [
    ...typed(...planCreateContainer(spareOf(array), array.layout)),
    ...typed(planReplace(array, lostDevid, spareOf(array).mappingGuestDevice)),
  ],
  run: async (run) => {
    const spare = spareOf(run.array);
    // `type` must succeed; `try` may be refused; `ask` types and parses; `look` types, and says what the answer is worth.
    for (const planned of planCreateContainer(spare, run.array.layout)) await run.type(planned);
    await typeReplace(run, lostDevid, spare);
  },
};

/** A command of one's own, on the array wherever it is mounted. */
const countFiles = ({ mountPoint }: MountedArray): Command => command('find', mountPoint, '-type', 'f');

/** A check of one's own, made on the way: a claim, what it came to, and what was seen. The verdict counts it. */
const lookAtFiles: Step = {
  name: 'look-at-files',
  title: 'Look at what is there after the repair',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(lookAt(array).deviceStats, countFiles(array)),
  run: async (run) => {
    await run.look(lookAt(run.array).deviceStats, ({ exitCode }) =>
      exitCode === 0 ? 'The counters can be read, and say nothing about the number of copies.' : 'The counters cannot be read.',
    );
    const { stdout } = await run.type(countFiles(run.array));
    const count = stdout.split('\n').filter((line) => line !== '').length;
    run.judge({
      name: 'files-are-there',
      claim: 'The array has files after the repair',
      outcome: count > 0 ? 'held' : 'broken',
      evidence: [`${String(count)} files below ${run.array.mountPoint}`],
    });
  },
};

const drillTemplate: Drill = {
  name: 'drill-template',
  // One sentence that is either kept or broken.
  promise: 'A disk that dies while the machine is off can be replaced, and the array is redundant again.',
  // What an administrator sees, in which order, and what tempts them to do the wrong thing.
  story: [
    'A machine is switched off, and one of its disks does not come up again. The array does not mount.',
    'The degraded mount works, the replacement reports no errors, and it looks as if all were well.',
  ].join('\n\n'),
  wrongMoves: ["Don't leave out the balance: what the degraded mount wrote then has a single copy, on the old disk."],
  // Nothing is expected without a source or a measurement.
  sources: ['btrfs-replace(8)', 'btrfs-balance(8), section FILTERS'],
  tags: ['missing', 'replace'],
  // Two members and one spare of 1 GiB, raid1; `layouts` are the named ones that `--layout` may choose instead.
  layout: defaultLayout,
  layouts: ['raid1', 'raid1c3'],
  payloadBytes: 16 * 1024 ** 2,
  // In this order. Those that build come first.
  steps: [buildArray, writePayload, loseDisk, openSurvivors, mountDegraded, replaceDisk, updateCrypttab, softBalance, lookAtFiles],
  // The whole proof: every file, profiles, scrub, counters, kernel log, each leg alone, a reboot. `none`: only the drill's own checks.
  proof: 'full',
  // A drill that cannot fail proves nothing: the twin is the drill with a mistake, and must break the checks that it names.
  // Instead of `skipStep` it can have `instead` (steps that take the place of those with their names) or another `layout`.
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles'],
    because: 'the degraded mount alone makes single chunks, and replace does not convert them.',
  },
};

// The drill is what the file exports as its default.
export default drillTemplate;
