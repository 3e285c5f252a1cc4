import { payloadSerial } from '../../core/payload/payload-serial.ts';
import type { StandingFault } from '../../core/fault/fault.ts';
import type { DiskSpec } from '../../machine/machine.ts';
import type { MachineDisks } from '../begin/machine-kit.ts';

/**
 * The disks of a drill's machine, in it or pulled, on or off. A pulled disk keeps its content and its faults.
 */
export class DiskBays {
  #disks: MachineDisks;
  /** The serials in the order of their bays: a disk goes back where it was. */
  #bays: readonly string[];
  readonly #outside: DiskSpec[] = [];

  /** Starts with the disks that are in. */
  constructor(disks: MachineDisks) {
    this.#disks = disks;
    this.#bays = disks.disks.map((disk) => disk.serial);
  }

  /** The files of the machine: its system disk, the disks that are in it, and their faults. */
  get inside(): MachineDisks {
    const { faults = [], ...files } = this.#disks;
    const serials = files.disks.map((disk) => disk.serial);
    return { ...files, faults: faults.filter((fault) => serials.includes(fault.disk)) };
  }

  /** All disks in the order of their bays, and which are in. */
  get all(): readonly { readonly serial: string; readonly isIn: boolean }[] {
    return this.#bays.map((serial) => ({ serial, isIn: this.#disks.disks.some((disk) => disk.serial === serial) }));
  }

  /** Takes a disk out; throws when it is not in. */
  takeOut(serial: string): void {
    const disk = this.#disks.disks.find((each) => each.serial === serial);
    if (disk === undefined) throw new Error(`the disk ${serial} is not in the machine`);
    this.#outside.push(disk);
    this.#disks = { ...this.#disks, disks: this.#disks.disks.filter((each) => each !== disk) };
  }

  /** Puts a disk back that was taken out, and gives it; throws when it is not out. */
  putBack(serial: string): DiskSpec {
    const index = this.#outside.findIndex((disk) => disk.serial === serial);
    const [disk] = index === -1 ? [] : this.#outside.splice(index, 1);
    if (disk === undefined) throw new Error(`the disk ${serial} is not outside the machine`);
    const inside = [...this.#disks.disks, disk];
    this.#disks = { ...this.#disks, disks: this.#bays.flatMap((bay) => inside.filter((each) => each.serial === bay)) };
    return disk;
  }

  /** Turns the order of the bays round, but for the payload's, which is the last one. Only while the machine is off. */
  reverse(): void {
    this.#bays = payloadLast(this.#bays.toReversed(), (serial) => serial);
    this.#disks = { ...this.#disks, disks: payloadLast(this.#disks.disks.toReversed(), ({ serial }) => serial) };
  }

  /** Records the faults of a machine's disks, including pulled ones. */
  noteFaults(faults: readonly StandingFault[]): void {
    this.#disks = { ...this.#disks, faults };
  }
}

function payloadLast<Disk>(disks: readonly Disk[], serialOf: (disk: Disk) => string): readonly Disk[] {
  const isPayload = (disk: Disk): boolean => serialOf(disk) === payloadSerial;
  return [...disks.filter((disk) => !isPayload(disk)), ...disks.filter(isPayload)];
}
