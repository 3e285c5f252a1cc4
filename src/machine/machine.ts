import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Context } from './context.ts';
import type { Guest } from './guest.ts';
import type { KernelArtefact } from './image/artefact.ts';

/** What emulates the processor. */
export type Accelerator = 'kvm' | 'tcg';

/** An array disk: an image file on the host, a SCSI disk with that serial in the guest. */
export interface DiskSpec {
  /** `DISK1`; the guest finds it as /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1. */
  readonly serial: string;
  readonly hostPath: string;
  readonly format: 'raw' | 'qcow2';
}

/** Everything that shapes a machine before it runs. A restart is a new machine from the same files. */
export interface MachineSpec {
  /** Short, unique in the run, safe in file names: `main`, `leg-1`. */
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly kernel: KernelArtefact;
  /** The tools artefact's read-only erofs root. */
  readonly rootHostPath: string;
  /** The persistent upper layer of the root, qcow2. */
  readonly systemHostPath: string;
  /** A read-only raw file, in the guest /dev/disk/by-id/virtio-payload. */
  readonly payloadHostPath?: string;
  readonly memoryMiB: number;
  /** Disks present at start. */
  readonly disks: readonly DiskSpec[];
  /** Kept evidence goes here (console.log, qmp.ndjson); must exist. */
  readonly evidenceHostPath: string;
  /** Sockets and pid files go here; mode 0700, must exist, removed by whoever made it. */
  readonly scratchHostPath: string;
  /** How long the guest may take from start to a live agent, milliseconds of wall time. */
  readonly bootTimeoutMs: number;
  /** How long the guest agent may take for one reply, milliseconds; 30 000 unless given. */
  readonly agentTimeoutMs?: number;
}

/** A running machine. Dispose it and QEMU is gone, whatever state it was in. */
export interface Machine extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly guest: Guest;
  /** Every console line so far, complete lines only, without line ends. */
  consoleLines(): readonly string[];
  /** Kernel trouble seen on the console so far, warnings included, in order. */
  troubles(): readonly KernelTrouble[];
  /** Calls back for each complete line that the guest writes to /dev/virtio-ports/org.raidlab.journal. Lines are never lost once QEMU has read them. */
  onJournalLine(listener: (line: string) => void): Disposable;
  /** The disks that are in the machine now, by serial. */
  disks(): readonly DiskSpec[];
  /** Hot-pulls a disk, as a hand at the drive bay does; resolves when QEMU has taken it out. */
  pullDisk(ctx: Context, serial: string): Promise<void>;
  /** Puts a disk in (or back), hot; resolves when QEMU has it. The guest's udev may need a moment more. */
  insertDisk(ctx: Context, disk: DiskSpec): Promise<void>;
  /** Orderly shutdown, asked of the guest agent; resolves when QEMU has exited by itself. */
  shutdown(ctx: Context): Promise<void>;
  /** Power cut: QEMU is killed at once. */
  crash(): Promise<void>;
}
