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
      'Leave `--pbkdf pbkdf2 --pbkdf-force-iterations 1000` out: it spares an emulated processor, and is sound for a random key alone. Any passphrase needs the default, argon2id.',
  },
  {
    word: /^--uuid$/u,
    advice: 'Leave `--uuid` out: `cryptsetup luksUUID DEVICE` tells which one the container got, for crypttab.',
  },
  {
    word: /PAYLOAD$/u,
    advice: '`tar … PAYLOAD` writes files whose content raidlab knows. It stands for what people write, and is no part of a repair.',
  },
  {
    word: /\/open-storage$/u,
    advice:
      '`/usr/lib/raidlab/open-storage` stands for the boot: it opens what crypttab lists and mounts what fstab lists. By hand that is `cryptdisks_start NAME` (or `systemctl start cryptsetup.target`) and `mount /storage`.',
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
