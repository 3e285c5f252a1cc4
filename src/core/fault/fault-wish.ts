/**
 * A fault as a person asks for it, on a command line: `disk-pull`, `read-errors:DISK2`, `slow-disk:DISK1:5`. Which bytes it is about is
 * known only when there is an array.
 */

/** The kinds of faults that can be asked for, by the name that events have for them. */
export const wishedFaults = {
  'disk-pull': { amount: null, usual: 0, does: 'the disk is pulled out of the running machine' },
  'read-errors': { amount: 'blocks', usual: 32, does: 'blocks of files on the disk cannot be read' },
  'write-errors': { amount: null, usual: 0, does: 'the disk refuses every write' },
  'all-errors': { amount: null, usual: 0, does: 'the disk answers every request with an error' },
  'slow-disk': { amount: 'requests a second', usual: 5, does: 'the disk answers late' },
  'silent-corruption': { amount: 'blocks', usual: 32, does: 'blocks of files on the disk are changed silently, below the encryption' },
  'header-wipe': { amount: 'MiB', usual: 16, does: 'the beginning of the disk is overwritten with zeroes: the LUKS header' },
} as const;

/** The kind of a fault that can be asked for. */
export type WishedKind = keyof typeof wishedFaults;

/** A fault that was asked for. */
export interface FaultWish {
  readonly kind: WishedKind;
  /** The disk's serial. */
  readonly disk: string;
  /** In the unit of its kind; meaningless where that has none. */
  readonly amount: number;
}

/** The disk that a fault is about unless another is named. */
export const usualDisk = 'DISK1';

const form = /^([a-z-]+)(?::(DISK[1-9]\d{0,2}))?(?::([1-9]\d{0,3}))?$/u;

/** Reads `KIND[:DISK][:AMOUNT]`; undefined when it is none, or has an amount where there is nothing to count. */
export function parseFaultWish(text: string): FaultWish | undefined {
  const [, kind = '', disk = usualDisk, amount] = form.exec(text) ?? [];
  if (!isWishedKind(kind)) return undefined;
  const { amount: unit, usual } = wishedFaults[kind];
  if (amount === undefined) return { kind, disk, amount: usual };
  return unit === null ? undefined : { kind, disk, amount: Number(amount) };
}

function isWishedKind(kind: string): kind is WishedKind {
  return Object.hasOwn(wishedFaults, kind);
}

/** Writes a fault as {@link parseFaultWish} reads it. */
export function formatFaultWish({ kind, disk, amount }: FaultWish): string {
  return wishedFaults[kind].amount === null ? `${kind}:${disk}` : `${kind}:${disk}:${String(amount)}`;
}

/** Describes a fault: `DISK2: 32 blocks of files on the disk cannot be read`. */
export function describeFaultWish({ kind, disk, amount }: FaultWish): string {
  const { amount: unit, does } = wishedFaults[kind];
  return `${disk}: ${does}${unit === null ? '' : ` (${String(amount)} ${unit})`}`;
}
