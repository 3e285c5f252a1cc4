import { describeLayout, diskSizesBytes } from '../layout/layout.ts';
import { lossesSurvived } from '../layout/profile.ts';
import { predictUsableBytes } from '../layout/usable-space.ts';
import { warnOfLayout } from '../layout/layout-mistakes.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { planArray, planCreateArray } from '../plan/array.ts';
import type { Command } from '../plan/command.ts';

/** A lab as `raidlab up` would make it: its array, and the commands that would be typed. A plain value; `raidlab up --plan` prints it. */
export interface LabPlan {
  readonly lab: string;
  /** Whether the array exists already: then nothing would be typed. */
  readonly isProvisioned: boolean;
  /** In words. */
  readonly layout: string;
  /** The most that data and metadata can take together, bytes: predicted from the disks' sizes, their encryption and the profile. */
  readonly usableBytes: number;
  /** How many disks the array can lose, whichever they are. */
  readonly lossesSurvived: number;
  /** The machine, where its kernel decides what it is made of, in words. */
  readonly machine?: readonly string[];
  /** What to know before it is built, a sentence or two each. */
  readonly warnings: readonly string[];
  readonly disks: readonly PlannedDisk[];
  /** What would be typed in the guest, in order. */
  readonly commands: readonly Command[];
}

/** A disk of a planned lab. */
export interface PlannedDisk {
  readonly serial: string;
  readonly sizeBytes: number;
  readonly role: 'member' | 'spare';
}

/** Plans a lab. LUKS UUIDs, which are new for every lab, appear as `UUID-OF-DISK1`, …. */
export function planLab(
  lab: string,
  layout: ArrayLayout,
  { isProvisioned, machine = [] }: Pick<LabPlan, 'isProvisioned' | 'machine'>,
): LabPlan {
  const sizes = diskSizesBytes(layout);
  const serials = sizes.map((_, index) => `DISK${String(index + 1)}`);
  const array = planArray(
    layout,
    serials.map((serial) => `UUID-OF-${serial}`),
  );
  return {
    lab,
    isProvisioned,
    layout: describeLayout(layout),
    usableBytes: predictUsableBytes(layout),
    lossesSurvived: lossesSurvived(layout),
    ...(machine.length === 0 ? {} : { machine }),
    warnings: warnOfLayout(layout),
    disks: serials.map((serial, index) => ({
      serial,
      sizeBytes: sizes[index] ?? 0,
      role: index < layout.memberSizesBytes.length ? 'member' : 'spare',
    })),
    commands: isProvisioned ? [] : planCreateArray(array),
  };
}
