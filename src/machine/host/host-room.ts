import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { machineMemory } from '../../core/jobs/plan-jobs.ts';
import type { HostRoom } from '../../core/jobs/plan-jobs.ts';

/** Determines how many machines with that much memory fit on this host; of its cores no more than `allottedCores` are ours. */
export async function measureHostRoom(memoryMiB: number, allottedCores = Infinity): Promise<HostRoom> {
  return {
    cores: Math.min(availableParallelism(), allottedCores),
    availableMemoryBytes: await readAvailableMemory(),
    machineMemoryBytes: machineMemory(memoryMiB),
  };
}

/** Gives the memory available without swapping, bytes: what the host has available, at most a container's limit; 0 when it cannot be read. */
export async function readAvailableMemory(): Promise<number> {
  const hostBytes = parseAvailableMemory(await readFile('/proc/meminfo', 'utf8').catch(() => ''));
  // 0: no limit. File caches count as used in a control group, so its usage does not show what is available.
  const allowedBytes = process.constrainedMemory();
  return allowedBytes === 0 ? hostBytes : Math.min(hostBytes, allowedBytes);
}

/** Gives MemAvailable of /proc/meminfo in bytes, 0 when it is not there. Source: proc_meminfo(5); unlike MemFree it counts what caches would give back. */
export function parseAvailableMemory(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/mu.exec(meminfo)?.[1] ?? 0) * 1024;
}
