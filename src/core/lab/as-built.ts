import type { Unworkable } from '../array/why-not-workable.ts';
import { describeProfiles, lossesSurvived } from '../layout/profile.ts';
import { describeDamageSince, describeMending } from './describe-damage.ts';
import type { LabState } from './lab-state.ts';

const remedy = '`raidlab destroy` and `raidlab up` recreate it in seconds; `raidlab up --lab NAME` creates another one.';
const installed: Unworkable = {
  why: 'it is an installed system, and the simulation would turn its array on with raidlab’s own small system instead',
  remedy:
    'Type it by hand: `raidlab disk pull DISK1`, `raidlab reload`, then in `raidlab ssh` what `raidlab drill replace-missing-disk --plan` prints from "Mount degraded" on. `raidlab drill replace-missing-disk --boot systemd` does all of it in a machine of its own, and proves it.',
};

/**
 * Says what is not as `raidlab up` built it, or why the array of a lab cannot lose a disk and have it replaced, and what to do instead;
 * null when it can.
 */
export function whyNotAsBuilt(state: LabState): Unworkable | null {
  if (state.boot !== undefined) return installed;
  const why = whyNotLikeNew(state);
  return why === null ? null : { why, remedy };
}

function whyNotLikeNew({ isProvisioned, layout, disks, faults }: LabState): string | null {
  if (!isProvisioned) return 'its array has not been built (`raidlab provision`)';
  const out = disks.find(({ isIn }) => !isIn);
  if (out !== undefined) return `${out.serial} has been pulled`;
  const added = disks.find(({ role }) => role === 'added');
  if (added !== undefined) return `${added.serial} was added to it`;
  const [fault] = faults;
  if (fault !== undefined) return `${fault.disk} has a fault already`;
  for (const { serial, damage } of disks) {
    const [first] = damage;
    if (first !== undefined)
      return `${serial} is damaged (${first.what}), and ${describeDamageSince(first)}. What fixes it: ${describeMending(first, layout.mountPoint)}`;
  }
  if (lossesSurvived(layout) === 0) return `its profile, ${describeProfiles(layout)}, survives no loss`;
  if (layout.encryption === 'none') return 'it has no LUKS containers, which the procedure opens';
  return layout.spareSizesBytes.length === 0 ? 'it has no spare' : null;
}
