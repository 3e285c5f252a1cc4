/** How drills with their root on the array come back to a machine that boots by itself. */
import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import { parseFilesystemUsage } from '../../../core/btrfs/filesystem-usage.ts';
import { defaultLayout } from '../../../core/layout/layout.ts';
import type { ArrayLayout } from '../../../core/layout/layout.ts';
import type { ChunkProfiles } from '../../../core/layout/profile.ts';
import type { ArrayPlan } from '../../../core/plan/array.ts';
import { planAddToCrypttab, planRemoveFromCrypttab } from '../../../core/plan/container.ts';
import type { ContainerPlan } from '../../../core/plan/container.ts';
import type { Command } from '../../../core/plan/command.ts';
import { lookAt } from '../../../core/plan/repair.ts';
import { asUnlocked, planAddPassphrase, planUpdateInitramfs } from '../../../core/plan/root-on-array.ts';
import type { RootUnlock } from '../../../core/plan/root-on-array.ts';
import { judgeLogin } from '../../../core/proof/judge-boot.ts';
import { judgeMount } from '../../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../../core/proof/judge-profiles.ts';
import { ask } from '../../../storage/type-command.ts';
import type { Drill, Step } from '../../drill.ts';
import { readMounted } from '../../proof/examine-array.ts';
import { spareOf } from '../disks-of.ts';
import { act, typed, typedStep } from '../plan-line.ts';
import { waitForLastJob, waitForLastJobLine } from './boot-steps.ts';
import { judgeFilesOnArray } from './booted-array.ts';
import type { WhileOff } from './booted-array.ts';
import { powerOnRoot, restartLine } from './root-steps.ts';

/** The root and the files of a drill are subvolumes of the same array. */
export const rootLayout: ArrayLayout = {
  ...defaultLayout,
  label: 'root',
  subvolumes: [{ name: '@storage', mountPoint: defaultLayout.mountPoint, options: [] }],
};

/** What these drills are: on an installed system that is moved onto the array, and proved by its boots. */
export const rootOnArray = {
  system: 'installed',
  hasBootDisk: true,
  layout: rootLayout,
  layouts: [],
  payloadBytes: 8 * 1024 ** 2,
  proof: 'none',
} as const satisfies Partial<Drill>;

/** How a new disk of the root is made known. */
interface NewDisk {
  readonly unlock: RootUnlock;
  /** What makes the initramfs anew; null: nothing does, and the next boot does not know the disk. */
  readonly maker: InitramfsMaker | null;
  /** The disk whose place it takes. */
  readonly replaced?: (array: ArrayPlan) => ContainerPlan;
}

/** The commands after which the next boot opens a new member of the root as it opens the others. */
export function planRecordMember(member: ContainerPlan, { unlock, maker }: Pick<NewDisk, 'unlock' | 'maker'>): readonly Command[] {
  return [
    ...(unlock === 'passphrase' ? planAddPassphrase(member) : []),
    planAddToCrypttab(asUnlocked(member, unlock)),
    ...(maker === null ? [] : [planUpdateInitramfs(maker)]),
  ];
}

/** Gives the step that makes the new disk known to the next boot, and the one whose place it takes unknown. */
export function recordDisk({ unlock, maker, replaced }: NewDisk): Step {
  const put = unlock === 'passphrase' ? 'Give the new disk the passphrase, put it' : 'Put the new disk';
  const inPlace = replaced === undefined ? '' : ' in the old one’s place';
  return typedStep({
    name: 'record-disk',
    title: `${put} into crypttab${inPlace}${maker === null ? '' : ', and make the initramfs anew'}`,
    phase: 'repair',
    skippable: true,
    commands: (array) => [
      ...(replaced === undefined ? [] : [planRemoveFromCrypttab(replaced(array))]),
      ...planRecordMember(spareOf(array), { unlock, maker }),
    ],
  });
}

/** Sees what a boot whose root was mounted degraded has made of the rest of fstab. */
export const seeRest: Step = {
  name: 'see-rest',
  title: 'See that fstab has mounted the rest of the array, too',
  phase: 'repair',
  skippable: false,
  plan: (array) => [waitForLastJobLine, ...typed(lookAt(array).mountPoint)],
  run: async (run) => {
    await waitForLastJob(run);
    const seen = await run.look(lookAt(run.array).mountPoint, (result) =>
      readMounted(run.guest, result) === null
        ? 'The rest of the array is not mounted.'
        : 'With its root mounted degraded the filesystem counts as complete: udev calls it ready, and systemd mounts the rest.',
    );
    const { outcome, evidence } = judgeMount(readMounted(run.guest, seen), run.array.mountPoint);
    run.judge({
      name: 'rest-mounted',
      claim: 'What fstab has of the array besides the root is mounted by the boot itself',
      outcome,
      evidence,
    });
  },
};

/** Gives the step that restarts the machine and judges whether it boots by itself, with its array whole and all chunks of these profiles. */
export function bootAlone(profiles: ChunkProfiles, unlock: RootUnlock, { says, does }: WhileOff = {}): Step {
  return {
    name: 'boot-alone',
    title: 'Restart: it boots by itself, and the array is whole',
    phase: 'repair',
    skippable: false,
    plan: (array) => [
      restartLine(unlock, says?.(array)),
      act(
        `at the login: see that ${array.mountPoint} is mounted, that every chunk has its profile, and compare every file with the manifest that the host wrote`,
      ),
    ],
    run: async (run) => {
      await run.shutdown();
      await does?.(run);
      const { boot, describeRace } = await powerOnRoot(run);
      const seen = await boot;
      const login = judgeLogin(seen, { name: 'boots-alone', claim: 'The machine boots to the login by itself' });
      run.judge({ ...login, evidence: [...login.evidence, ...describeRace(seen)] });
      if (login.outcome !== 'held') return;
      const mounted = await run.look(lookAt(run.array).mountPoint, (result) =>
        readMounted(run.guest, result) === null ? 'Nothing is mounted.' : 'It is mounted.',
      );
      run.judge(judgeMount(readMounted(run.guest, mounted), run.array.mountPoint));
      run.judge(judgeProfiles(await ask(run.ctx, run.guest, lookAt(run.array).filesystemUsage, parseFilesystemUsage), profiles));
      await judgeFilesOnArray(run);
    },
  };
}
