import type { ShownFilesystem } from '../btrfs/filesystem-show.ts';
import type { Check } from '../verdict/verdict.ts';

/** A member as it must be: its number, and its mapping. */
export interface ExpectedMember {
  readonly devid: number;
  readonly guestDevice: string;
}

/** Judges whether a mounted array consists of exactly the devices that the repair left, each under its number. */
export function judgeMembers(shown: ShownFilesystem, expected: readonly ExpectedMember[]): Check {
  const seen = shown.devices.map(
    ({ devid, guestDevice, missing }) => `devid ${String(devid)}: ${missing ? 'missing' : String(guestDevice)}`,
  );
  const wanted = expected.map(({ devid, guestDevice }) => `devid ${String(devid)}: ${guestDevice}`);
  const held = !shown.someDevicesMissing && seen.toSorted().join('\n') === wanted.toSorted().join('\n');
  return {
    name: 'members',
    claim: `The array consists of the disks that the repair left: ${wanted.join(', ')}`,
    outcome: held ? 'held' : 'broken',
    evidence: [...seen, ...(shown.someDevicesMissing ? ['some devices missing'] : [])],
  };
}
