import type { Fault, StandingFault } from '../core/fault/fault.ts';
import type { Bus } from '../core/layout/layout.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { UnkeptConsole } from './console/console-watch.ts';
import type { Context } from './context.ts';
import type { Guest } from './guest.ts';
import type { KernelArtefact } from './image/artefact.ts';
import type { Accelerator, QemuProgram } from './qemu/qemu-program.ts';

/** An array disk: an image file on the host, a disk with that serial in the guest. */
export interface DiskSpec {
  /** `DISK1`; the guest finds it as `guestDeviceOf` has it: /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1. */
  readonly serial: string;
  readonly hostPath: string;
  readonly format: 'raw' | 'qcow2';
  /** The guest can only read it: the payload's archive. */
  readonly readOnly?: true;
  /** What it hangs on; SCSI unless given. */
  readonly bus?: Bus;
  /** What the guest sees of it, bytes; where it is known, a template can have a disk like it in its bay. */
  readonly sizeBytes?: number;
  /** Which bay it sits in; unless given, one disk after the other in those from 0 on. */
  readonly bay?: number;
}

/** Which bay a disk sits in; the first is 0. */
export interface DiskBayUse {
  readonly serial: string;
  readonly bay: number;
}

/** What a machine's memory is. */
export type MachineMemory =
  /** Memory of QEMU's own, gone with it. */
  | { readonly kind: 'own' }
  /** The file is the memory: what the guest writes is in it. For a machine that becomes a template. */
  | { readonly kind: 'shared-file'; readonly hostPath: string }
  /** A private view of the file, which stays as it is. For forks: pages that nobody has written are shared by all of them. */
  | { readonly kind: 'private-file'; readonly hostPath: string };

/** A network with nobody in it but the host, and the host only as far as it is let in. */
export interface MachineNetwork {
  /** The port on the host's loopback behind which the guest's ssh port is; none is opened unless given. */
  readonly sshPort?: number;
}

/** Everything that shapes a machine before it runs. A restart is a new machine from the same files. */
export interface MachineSpec {
  /** Short, unique in the run, safe in file names: `main`, `leg-1`. */
  readonly name: string;
  readonly qemu: QemuProgram;
  readonly accelerator: Accelerator;
  readonly kernel: KernelArtefact;
  /** The tools artefact's read-only erofs root. */
  readonly rootHostPath: string;
  /** The persistent upper layer of the root. */
  readonly systemHostPath: string;
  /** qcow2 unless given. */
  readonly systemFormat?: DiskSpec['format'];
  readonly memoryMiB: number;
  /** How the host reaches it; a machine without has no network card. */
  readonly network?: MachineNetwork;
  /** How many slots of PCI Express it has for disks that hang on it, each for one; none unless given. */
  readonly slots?: number;
  /** A second line, for a person's shell: /dev/hvc0 in the guest, beside the serial line that the kernel has for itself. */
  readonly hasShellLine?: true;
  /** Disks present at start. */
  readonly disks: readonly DiskSpec[];
  /** What their disks have already: a fault does not go away with a restart. */
  readonly faults?: readonly StandingFault[];
  /** Kept evidence goes here (console.log, qmp.ndjson); must exist. */
  readonly evidenceHostPath: string;
  /** Sockets and pid files go here; mode 0700, must exist, removed by whoever made it. */
  readonly scratchHostPath: string;
  /** How long the guest may take from start to a live agent, milliseconds of wall time. */
  readonly bootTimeoutMs: number;
  /** How long the guest agent may take for one reply, milliseconds; 30 000 unless given. */
  readonly agentTimeoutMs?: number;
}

/** What is done while a machine stands still to be saved. */
export interface SnapshotWork {
  /** Copies its disks, which nothing changes meanwhile. */
  readonly copyDisks: () => Promise<void>;
  /** Takes away what there is when something went wrong, before it goes on: its disks may need the room. */
  readonly discard: () => Promise<void>;
}

/** A running machine. Dispose it and QEMU is gone, whatever state it was in. */
export interface Machine extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly guest: Guest;
  /** The console lines so far, complete lines only, without line ends; of a flood the end of it. */
  consoleLines(): readonly string[];
  /** Kernel trouble seen on the console so far, warnings included, in order; of a flood the beginning, and a crash in any case. */
  troubles(): readonly KernelTrouble[];
  /** How much of what the console said is in neither of them. */
  unkept(): UnkeptConsole;
  /** Calls back for each complete line that the guest writes to /dev/virtio-ports/org.raidlab.journal. No line is lost while somebody listens. */
  onJournalLine(listener: (line: string) => void): Disposable;
  /** The disks that are in the machine now, by serial. */
  disks(): readonly DiskSpec[];
  /** The bays that they sit in. */
  bays(): readonly DiskBayUse[];
  /** Hot-pulls a disk, as a hand at the drive bay does; resolves when QEMU has taken it out. */
  pullDisk(ctx: Context, serial: string): Promise<void>;
  /** Puts a disk in (or back), hot; resolves when QEMU has it. The guest's udev may need a moment more. */
  insertDisk(ctx: Context, disk: DiskSpec): Promise<void>;
  /** The standing faults of its disks, pulled ones included: give them to the machine that is started with the same disks. */
  faults(): readonly StandingFault[];
  /** Brings a fault about, below the guest's kernel; resolves when the next request meets it. */
  injectFault(ctx: Context, fault: Fault): Promise<void>;
  /** Takes a standing fault away; resolves when the next request does not meet it. */
  clearFault(ctx: Context, fault: StandingFault): Promise<void>;
  /** Orderly shutdown, asked of the guest agent; resolves when QEMU has exited by itself. */
  shutdown(ctx: Context): Promise<void>;
  /** Power cut: QEMU is killed at once. */
  crash(): Promise<void>;
  /**
   * Saves it, its memory too, and lets it go on, whatever goes wrong. Gives how long its processor stood, milliseconds. Rejects with
   * `machine/state-not-moved` and as `work.copyDisks` does.
   */
  snapshot(ctx: Context, stateHostPath: string, work: SnapshotWork): Promise<number>;
  /** Saves it, for forks to begin there, and ends it. Only a machine whose memory is a shared file; rejects with `machine/state-not-moved`. */
  save(ctx: Context, stateHostPath: string): Promise<void>;
}
