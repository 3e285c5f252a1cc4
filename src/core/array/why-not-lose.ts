import type { BlockGroupUsage, ProfileName } from '../btrfs/filesystem-usage.ts';
import { profileFacts, profiles } from '../layout/profile.ts';
import type { PicturedDevice } from './array-picture.ts';

/**
 * What decides whether an array can lose a device, part of every picture of one: what `filesystem show`, `device stats` and
 * `filesystem usage` say.
 */
export interface ArrayToLoseFrom {
  readonly devices: readonly Pick<PicturedDevice, 'devid' | 'name' | 'guestDevice' | 'serial' | 'isMissing' | 'errors'>[];
  /** Without it, or with chunks of which nobody knows where they lie, they are taken to lie on every device. */
  readonly usage: { readonly blockGroups: readonly Group[] } | null;
}

interface Group {
  readonly profile: ProfileName;
  readonly devices: BlockGroupUsage['devices'];
}

type Device = ArrayToLoseFrom['devices'][number];

/**
 * Says why an array may lose data when it loses one of its devices, in words that complete "…, because "; null when it does not.
 *
 * Every copy counts that may not be good: devices that are missing, whose disk is gone from under them, and that have counted errors,
 * which may be what they missed. `doubtful` are further devids of which that is known, such as a disk that rotted.
 */
export function whyNotLose(array: ArrayToLoseFrom, devid: number, doubtful: ReadonlyMap<number, string> = new Map()): string | null {
  const lost = array.devices.find((device) => device.devid === devid);
  if (lost === undefined) return null;
  const bad = array.devices.flatMap((device) => {
    const why = device === lost ? undefined : (whyBad(device) ?? doubtful.get(device.devid));
    return why === undefined ? [] : [{ device, why }];
  });
  const found = (array.usage?.blockGroups ?? []).flatMap((group) => {
    const devices = devicesOf(group, array.devices);
    const others = bad.filter(({ device }) => devices.includes(device));
    const survives = survivedBy(group.profile);
    return devices.includes(lost) && others.length + 1 > survives ? [{ group, survives, others }] : [];
  });
  const [worst] = found.sort((one, other) => one.survives - other.survives);
  if (worst === undefined) return null;
  const { group, survives, others } = worst;
  const already = others.map(({ device, why }) => `${nameOf(device)} (${why})`).join(', ');
  return `the array has ${group.profile.toLowerCase()} chunks, which survive the loss of ${String(survives)} of its devices${already === '' ? '' : `, and it cannot rely on ${already}`}`;
}

function whyBad({ isMissing, serial, errors }: Device): string | undefined {
  if (isMissing) return 'missing';
  if (serial === null) return 'its disk is gone';
  const counted = Object.entries(errors).map(([counter, value]) => `${counter} ${String(value)}`);
  return counted.length === 0
    ? undefined
    : `${counted.join(', ')}: good again after a scrub that finds nothing and \`btrfs device stats -z\``;
}

function nameOf({ serial, name, devid }: Device): string {
  return serial ?? name ?? `devid ${String(devid)}`;
}

/** The tool does not tell which of the missing devices has chunks: all of them may. */
function devicesOf({ devices }: Group, all: readonly Device[]): readonly Device[] {
  const found = devices.map(({ guestDevice }) =>
    all.filter((device) => (guestDevice === null ? device.isMissing : device.guestDevice === guestDevice)),
  );
  return found.length === 0 || found.some((some) => some.length === 0) ? all : [...new Set(found.flat())];
}

function survivedBy(name: ProfileName): number {
  const known = profiles.find((profile) => profile === name.toLowerCase());
  return known === undefined ? 0 : profileFacts[known].lossesSurvived;
}
