import { formatCommand } from '../plan/command.ts';
import type { FactOf, Facts } from './facts.ts';
import { disksOf } from './found-array.ts';
import type { FoundArray, FoundDevice, FoundMember } from './found-array.ts';
import { revealNames, unescapeName } from './stand-ins.ts';
import type { StandIns } from './stand-ins.ts';

/** Gives facts with the names that their stand-ins stand for, to be shown to their owner: no document any more. */
export function revealFacts(facts: Facts, standIns: StandIns): Facts {
  const reveal = (name: string): string => revealNames(name, standIns);
  return { ...facts, facts: facts.facts.map((fact) => revealFact(fact, reveal)) };
}

function revealFact<T extends Facts['facts'][number]>(fact: T, reveal: (name: string) => string): T {
  const revealed = Object.entries(fact).map(
    ([field, value]) => [field, identifying.has(field) ? revealValue(value, reveal) : value] as const,
  );
  return { ...fact, ...Object.fromEntries(revealed) };
}

/** The fields whose values may be stand-ins. */
const identifying: ReadonlySet<string> = new Set([
  'uuid',
  'filesystem',
  'luks',
  'serial',
  'label',
  'at',
  'subvolume',
  'subvolumes',
  'mapping',
]);

function revealValue(value: unknown, reveal: (name: string) => string): unknown {
  if (typeof value === 'string') return unescapeName(reveal(value));
  return Array.isArray(value) ? value.map((each: unknown) => revealValue(each, reveal)) : value;
}

/** Gives what an array is called: its label, or its UUID. */
export function nameOfArray({ label, uuid, mounts }: FoundArray): string {
  const [mount] = mounts;
  const name = label ?? uuid;
  return mount === undefined ? name : `${name} on ${mount.at}`;
}

/** Gives the mount point to type in commands. */
export function mountPointOf({ mounts, fstab }: FoundArray): string {
  return mounts[0]?.at ?? fstab[0]?.at ?? 'MOUNT_POINT';
}

/** Gives the stable name of a disk or partition: by-id where it has one. */
export function stableName(device: FoundDevice, layers: readonly FoundDevice[]): string {
  if (device.kind === 'mapping') return `/dev/mapper/${device.mapping ?? device.name}`;
  const disk = device.kind === 'partition' ? layers.find(({ name }) => device.on.includes(name)) : device;
  if (disk?.serial === undefined || disk.linkBefore === undefined) return `/dev/${device.name}`;
  const number = device.kind === 'partition' ? (/\d+$/u.exec(device.name)?.[0] ?? '') : '';
  return `/dev/disk/by-id/${disk.linkBefore}${disk.serial}${number === '' ? '' : `-part${number}`}`;
}

/** Gives what a member is called: `devid 2 (crypt-btrfs2 on ata-…)`. */
export function nameOfMember(member: FoundMember): string {
  const { devid, device, container, layers, isMissing } = member;
  const number = devid === null ? '' : `devid ${String(devid)}`;
  if (device === null) return `${number}${isMissing ? ' (missing)' : ' (its device is not known)'}`;
  const below = container ?? disksOf(member)[0];
  const short = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  const own = short(stableName(device, layers));
  const words = below === undefined || below === device ? own : `${own} on ${short(stableName(below, layers))}`;
  return number === '' ? words : `${number} (${words})`;
}

/** Gives what a device of the array is called, by the kernel's name for it. */
export function nameOfDevice(array: FoundArray, device: string | null): string {
  if (device === null) return 'a missing member';
  const member = array.members.find((each) => each.device?.name === device);
  return member === undefined ? device : nameOfMember(member);
}

/** Gives a command as one types it. */
export function typed(...argv: readonly string[]): string {
  return formatCommand({ argv });
}

/** Gives how a line of fstab names its filesystem. */
export function specOf({ by, filesystem, label, device }: FactOf<'fstab'>): string {
  if (by === 'uuid') return `UUID=${filesystem ?? '?'}`;
  if (by === 'label') return `LABEL=${label ?? '?'}`;
  return device === undefined ? `a device ${by === 'kernel-name' ? 'by letter' : ''}`.trim() : `/dev/${device}`;
}
