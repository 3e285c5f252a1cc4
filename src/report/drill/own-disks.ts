import type { DrillPlan } from '../../core/plan/drill-plan.ts';

/** Something that drills type for the sake of the lab, and what it is worth to somebody who repairs an array of their own. */
interface LabOnly {
  /** The word of a command that gives it away. */
  readonly word: RegExp;
  readonly advice: string;
}

/** In the order in which people would stumble on them. */
const labOnly: readonly LabOnly[] = [
  {
    word: /^--pbkdf-force-iterations$/u,
    advice:
      'Leave out `--pbkdf pbkdf2 --pbkdf-force-iterations 1000`: it saves time on an emulated processor, and is safe only for a random key. A passphrase needs the default, argon2id.',
  },
  {
    word: /^--uuid$/u,
    advice: 'Leave out `--uuid`: `cryptsetup luksUUID DEVICE` prints the UUID of the container, for crypttab.',
  },
  {
    word: /PAYLOAD$/u,
    advice: '`tar … PAYLOAD` writes test files. It is not part of the repair.',
  },
  {
    word: /\/open-storage$/u,
    advice:
      '`/usr/lib/raidlab/open-storage` does what a boot does: it opens what crypttab lists and mounts what fstab lists. By hand: `cryptdisks_start NAME` (or `systemctl start cryptsetup.target`) and `mount --all`.',
  },
];

/** Gives what of some plans is to be typed in another way, or not at all, on disks that are not a drill's; in Markdown. */
export function onOwnDisks(...plans: readonly (DrillPlan | null)[]): readonly string[] {
  const words = plans
    .flatMap((plan) => plan?.steps ?? [])
    .flatMap(({ lines }) => lines)
    .flatMap((line) => (line.kind === 'command' ? line.command.argv : []));
  return labOnly.filter(({ word }) => words.some((each) => word.test(each))).map(({ advice }) => advice);
}
