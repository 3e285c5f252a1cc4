import { describeProfiles, lossesSurvived } from '../layout/profile.ts';
import { describeDamageSince, describeMending } from './describe-damage.ts';
import type { LabState } from './lab-state.ts';

/** Says what is not as `raidlab up` built it, or why the array cannot lose a disk and have it replaced; null when it can. */
export function whyNotAsBuilt({ isProvisioned, layout, disks, faults, boot }: LabState): string | null {
  if (boot !== undefined) return 'it is an installed system, and the simulation turns its array on with raidlab’s own small system';
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
