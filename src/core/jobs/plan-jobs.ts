import { formatSize } from '../text/size.ts';

/** What a host can spare for machines. */
export interface HostRoom {
  readonly cores: number;
  /** The memory available without swapping, bytes. */
  readonly availableMemoryBytes: number;
  /** What one machine takes, bytes. */
  readonly machineMemoryBytes: number;
}

/** How many drills run at once. */
export interface JobsPlan {
  readonly limit: number;
  /** Why it is less than requested; null when it is not. */
  readonly remark: string | null;
}

/** What QEMU takes besides its guest's memory, bytes: itself, and the code its emulation has translated. */
const qemuOverheadBytes = 256 * 1024 * 1024;

/** Gives what a machine with that much memory takes of the host's, bytes. */
export function machineMemory(memoryMiB: number): number {
  return memoryMiB * 1024 * 1024 + qemuOverheadBytes;
}

/** Gives how many machines may run at once: one per core, as many as fit into memory, at least one. */
export function machinesAtOnce(room: HostRoom): number {
  return Math.max(1, Math.min(room.cores, Math.floor(room.availableMemoryBytes / room.machineMemoryBytes)));
}

/** Plans how many drills run at once; `asked` is the value of `--jobs`, if given. */
export function planJobs(room: HostRoom, drills: number, asked: number | undefined): JobsPlan {
  const most = machinesAtOnce(room);
  const wanted = Math.min(asked ?? most, drills);
  if (wanted <= most) return { limit: Math.max(1, wanted), remark: null };
  const why =
    most < room.cores
      ? `${formatSize(room.availableMemoryBytes)} of memory are available, and a machine takes ${formatSize(room.machineMemoryBytes)}`
      : `this host has ${String(room.cores)} ${room.cores === 1 ? 'core' : 'cores'}, and machines that share a core disturb each other's timers`;
  return { limit: most, remark: `${String(wanted)} drills at once were asked for, but ${String(most)} will run: ${why}.` };
}
