import type { Fault, StandingFault } from '../core/fault/fault.ts';
import type { Bus } from '../core/layout/layout.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { UnkeptConsole } from './console/console-watch.ts';
import type { Context } from './context.ts';
import type { Guest } from './guest.ts';
import type { KernelArtefact } from './image/artefact.ts';
import type { Accelerator } from '../core/host/accelerator.ts';
import type { QemuProgram } from './qemu/qemu-program.ts';

/** An array disk: an image file on the host, a disk with that serial in the guest. */
export interface DiskSpec {
  /** `DISK1`; the guest finds it as `guestDeviceOf` has it: /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1. */
  readonly serial: string;
  readonly hostPath: string;
  readonly format: 'raw' | 'qcow2';
  /** The guest can only read it: the payload's archive. */
  readonly readOnly?: true;
  /** Its bus; SCSI by default. */
  readonly bus?: Bus;
  /** Its size in the guest, bytes; if known, a template can have a disk like it in its bay. */
  readonly sizeBytes?: number;
  /** Its bay; by default disks are in consecutive bays from 0 on. */
  readonly bay?: number;
}

/** A disk's bay; the first is 0. */
export interface DiskBayUse {
  readonly serial: string;
  readonly bay: number;
}

/** What a machine's memory is. */
export type MachineMemory =
  /** QEMU's own memory, which ends with it. */
  | { readonly kind: 'own' }
  /** The file is the memory, including what the guest writes. For a machine that becomes a template. */
  | { readonly kind: 'shared-file'; readonly hostPath: string }
  /** A private view of the file, which stays unchanged. For forks: all of them share unmodified pages. */
  | { readonly kind: 'private-file'; readonly hostPath: string };

/** A network with only the host in it, and the host only as far as it is let in. */
export interface MachineNetwork {
  /** The port on the host's loopback that leads to the guest's ssh port; none by default. */
  readonly sshPort?: number;
}

/** Everything that shapes a machine before it runs. A restart is a new machine from the same files. */
export interface MachineSpec {
  /** Short, unique in the run, safe in file names: `main`, `leg-1`. */
  readonly name: string;
  readonly qemu: QemuProgram;
  readonly accelerator: Accelerator;
  readonly kernel: KernelArtefact;
  /** What an installed system's boot loader tells its kernel of the root, a word each; by default that it is on the system's own disk. */
  readonly rootWords?: readonly string[];
  /** As the tools artefact has it. */
  readonly rootHostPath: string | null;
  /** The persistent upper layer of the root, or the whole root. */
  readonly systemHostPath: string;
  /** qcow2 by default. */
  readonly systemFormat?: DiskSpec['format'];
  readonly memoryMiB: number;
  /** How the host reaches it; a machine without this has no network card. */
  readonly network?: MachineNetwork;
  /** How many slots of PCI Express it has for disks, one each; none by default. */
  readonly slots?: number;
  /** A second line, for a person's shell: /dev/hvc0 in the guest, separate from the kernel's serial line. */
  readonly hasShellLine?: true;
  /** Disks present at start. */
  readonly disks: readonly DiskSpec[];
  /** The faults of its disks at start: a restart does not clear them. */
  readonly faults?: readonly StandingFault[];
  /** Kept evidence goes here (console.log, qmp.ndjson); must exist. */
  readonly evidenceHostPath: string;
  /** Sockets and pid files go here; mode 0700, must exist, removed by its creator. */
  readonly scratchHostPath: string;
  /** How long the guest may take from start to a live agent, milliseconds of wall time. */
  readonly bootTimeoutMs: number;
  /** How long the guest agent may take for one reply, milliseconds; 30 000 by default. */
  readonly agentTimeoutMs?: number;
}

/** A person's place at a machine's console. As long as somebody has one, what the console says is not taken for the kernel's words. */
export interface ConsoleSeat extends Disposable {
  readonly type: (bytes: Uint8Array) => void;
}

/** What is done while a machine is paused for saving. */
export interface SnapshotWork {
  /** Copies its disks, which do not change meanwhile. */
  readonly copyDisks: () => Promise<void>;
  /** Cleans up after an error, before the machine resumes: its disks may need the space. */
  readonly discard: () => Promise<void>;
}

/** A running machine. Disposing it ends QEMU, in any state. */
export interface Machine extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly guest: Guest;
  /** The console lines so far, complete lines only, without line ends; after a flood the latest ones. */
  consoleLines(): readonly string[];
  /** Kernel trouble seen on the console so far, including warnings, in order; after a flood the first ones, always including a crash. */
  troubles(): readonly KernelTrouble[];
  /** How much of the console's output is in neither of them. */
  unkept(): UnkeptConsole;
  /** Lets a person type at its console. */
  sitAtConsole(): ConsoleSeat;
  /** Calls back for each complete line that the guest writes to /dev/virtio-ports/org.raidlab.journal. No line is lost while somebody listens. */
  onJournalLine(listener: (line: string) => void): Disposable;
  /** The disks that are in the machine now, by serial. */
  disks(): readonly DiskSpec[];
  /** Their bays. */
  bays(): readonly DiskBayUse[];
  /** Pulls a running machine's disk, as a hand at the drive bay does; resolves when QEMU has removed it. */
  pullDisk(ctx: Context, serial: string): Promise<void>;
  /** Inserts a disk (again) while the machine runs; resolves when QEMU has it. The guest's udev may need a moment more. */
  insertDisk(ctx: Context, disk: DiskSpec): Promise<void>;
  /** The standing faults of its disks, including pulled ones: give them to the next machine with the same disks. */
  faults(): readonly StandingFault[];
  /** Injects a fault, below the guest's kernel; resolves when the next request meets it. */
  injectFault(ctx: Context, fault: Fault): Promise<void>;
  /** Clears a standing fault; resolves when the next request does not meet it. */
  clearFault(ctx: Context, fault: StandingFault): Promise<void>;
  /** Orderly shutdown, asked of the guest agent; resolves when QEMU has exited by itself. */
  shutdown(ctx: Context): Promise<void>;
  /** Power cut: QEMU is killed at once. */
  crash(): Promise<void>;
  /**
   * Saves it with its memory and lets it resume, whatever goes wrong. Gives how long its processor was paused, milliseconds. Rejects with
   * `machine/state-not-moved` and as `work.copyDisks` does.
   */
  snapshot(ctx: Context, stateHostPath: string, work: SnapshotWork): Promise<number>;
  /** Saves it for forks to start from, and ends it. Only for a machine whose memory is a shared file; rejects with `machine/state-not-moved`. */
  save(ctx: Context, stateHostPath: string): Promise<void>;
}
