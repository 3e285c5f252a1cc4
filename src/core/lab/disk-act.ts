import { isDamage } from '../fault/fault.ts';
import { placesOf } from '../fault/fault.ts';
import type { DiskDamage, Fault, StandingFault } from '../fault/fault.ts';
import { describeFault } from '../fault/describe-fault.ts';
import { judgeFault } from '../fault/judge-fault.ts';
import { RaidlabError } from '../failure/failure.ts';
import { slotsOfBus } from '../layout/layout.ts';
import { memberStartBytes } from '../layout/layout.ts';
import { payloadStartBytes } from '../layout/usable-space.ts';
import type { LabDamage, LabDisk, LabState } from './lab-state.ts';

/** Something done to a disk of a lab, from outside. */
export type DiskAct =
  /** Pulls it out of its bay. */
  | { readonly do: 'pull'; readonly disk: string }
  /** Puts it back. */
  | { readonly do: 'insert'; readonly disk: string }
  /** Adds a new, blank one. */
  | { readonly do: 'add'; readonly sizeBytes: number }
  | { readonly do: 'break'; readonly fault: Fault }
  /** Clears its standing faults and puts it back; for all disks when none is named. Damage remains. */
  | { readonly do: 'restore'; readonly disk: string | null };

/** The effect of an act on a lab's state, and what must be done to a running machine, in this order. */
export interface DiskChange {
  readonly disks: readonly LabDisk[];
  readonly faults: readonly StandingFault[];
  readonly deeds: readonly DiskDeed[];
}

/** One thing to do to the machine or to an image. */
export type DiskDeed =
  | { readonly deed: 'create'; readonly disk: LabDisk }
  | { readonly deed: 'pull'; readonly serial: string }
  | { readonly deed: 'insert'; readonly disk: LabDisk }
  | { readonly deed: 'inject'; readonly fault: Fault }
  | { readonly deed: 'clear'; readonly fault: StandingFault };

/** What an act depends on. */
export type DisksOfLab = Pick<LabState, 'disks' | 'faults' | 'layout'>;

/** When an act is done, ISO 8601, and what is known of the disk that will later tell whether its damage was fixed. */
export type DiskMoment = Pick<LabDamage, 'at' | 'label' | 'lastScrubAtSeconds'>;

/**
 * Plans an act on a lab's disks; nothing to do where the state is already as wanted. Throws `lab/unknown-disk`, `lab/bad-fault` and
 * `lab/no-slot`.
 */
export function planDiskAct(state: DisksOfLab, act: DiskAct, lab: string, moment: DiskMoment): DiskChange {
  const { disks, faults } = state;
  switch (act.do) {
    case 'pull': {
      const disk = requireDisk(disks, act.disk, lab);
      return { disks: changed(disks, { ...disk, isIn: false }), faults, deeds: disk.isIn ? [{ deed: 'pull', serial: disk.serial }] : [] };
    }
    case 'insert': {
      const disk = requireDisk(disks, act.disk, lab);
      const inside = { ...disk, isIn: true };
      return { disks: changed(disks, inside), faults, deeds: disk.isIn ? [] : [{ deed: 'insert', disk: inside }] };
    }
    case 'add': {
      requireSlot(disks, state.layout, lab);
      const disk: LabDisk = { serial: nextSerial(disks), sizeBytes: act.sizeBytes, role: 'added', isIn: true, damage: [] };
      return {
        disks: [...disks, disk],
        faults,
        deeds: [
          { deed: 'create', disk },
          { deed: 'insert', disk },
        ],
      };
    }
    case 'break':
      return planFault(state, act.fault, lab, moment);
    case 'restore': {
      const restored = act.disk === null ? disks : [requireDisk(disks, act.disk, lab)];
      const isRestored = (serial: string): boolean => restored.some((disk) => disk.serial === serial);
      return {
        disks: disks.map((disk) => (isRestored(disk.serial) ? { ...disk, isIn: true } : disk)),
        faults: faults.filter((fault) => !isRestored(fault.disk)),
        deeds: [
          ...faults.filter((fault) => isRestored(fault.disk)).map((fault) => ({ deed: 'clear', fault }) as const),
          ...restored.filter(({ isIn }) => !isIn).map((disk) => ({ deed: 'insert', disk: { ...disk, isIn: true } }) as const),
        ],
      };
    }
  }
}

function planFault({ disks, faults, layout }: DisksOfLab, wanted: Fault, lab: string, moment: DiskMoment): DiskChange {
  const startBytes = memberStartBytes(layout);
  const fault = wanted.kind === 'header-wipe' && startBytes > 0 ? { ...wanted, offsetBytes: startBytes } : wanted;
  const disk = requireDisk(disks, fault.disk, lab);
  const why = judgeOnLayout(fault, layout) ?? judgeFault(fault, disk.sizeBytes);
  if (why !== undefined) throw new RaidlabError({ area: 'lab', reason: 'bad-fault', disk: fault.disk, why });
  const deeds = [{ deed: 'inject', fault }] as const;
  if (isDamage(fault)) {
    const damage = [...disk.damage, planDamage(disk, fault, payloadStartBytes(layout), moment)];
    return { disks: changed(disks, { ...disk, damage }), faults, deeds };
  }
  const text = JSON.stringify(fault);
  if (faults.some((standing) => JSON.stringify(standing) === text)) return { disks, faults, deeds: [] };
  return { disks, faults: [...faults, fault], deeds };
}

/** A lost header names nothing any more: the disk's label before that is known from the damage that took it. */
function planDamage(disk: LabDisk, fault: DiskDamage, payloadBytes: number, moment: DiskMoment): LabDamage {
  const label = moment.label ?? disk.damage.find((earlier) => earlier.label !== undefined)?.label;
  const places = placesOf(fault);
  const header = places.flatMap(({ offsetBytes, lengthBytes }) => {
    const inHeader = Math.min(lengthBytes, payloadBytes - offsetBytes);
    return inHeader > 0 ? [{ offsetBytes, lengthBytes: inHeader }] : [];
  });
  const data = places.some(({ offsetBytes, lengthBytes }) => offsetBytes + lengthBytes > payloadBytes);
  return { what: describeFault(fault), ...moment, ...(label === undefined ? {} : { label }), header, data, open: null };
}

/** Says in a sentence why disks of a layout cannot have a fault; undefined when they can. */
function judgeOnLayout({ kind }: Fault, { encryption }: LabState['layout']): string | undefined {
  if (kind !== 'header-wipe' || encryption !== 'none') return undefined;
  return 'There is no LUKS header on it: the array of this lab is not encrypted.';
}

/** A pulled disk keeps its slot. */
function requireSlot(disks: readonly LabDisk[], { bus }: LabState['layout'], lab: string): void {
  const slots = slotsOfBus[bus];
  if (slots > 0 && disks.length >= slots) throw new RaidlabError({ area: 'lab', reason: 'no-slot', lab, bus, slots });
}

function requireDisk(disks: readonly LabDisk[], serial: string, lab: string): LabDisk {
  const found = disks.find((disk) => disk.serial === serial.toUpperCase());
  if (found !== undefined) return found;
  const known = disks.map((disk) => disk.serial);
  throw new RaidlabError({ area: 'lab', reason: 'unknown-disk', lab, disk: serial, known });
}

function changed(disks: readonly LabDisk[], disk: LabDisk): readonly LabDisk[] {
  return disks.map((other) => (other.serial === disk.serial ? disk : other));
}

function nextSerial(disks: readonly LabDisk[]): string {
  const numbers = disks.map(({ serial }) => Number(/^DISK(\d+)$/u.exec(serial)?.[1] ?? 0));
  return `DISK${String(Math.max(0, ...numbers) + 1)}`;
}
