import { readFile, statfs } from 'node:fs/promises';
import type { CacheStore } from '../cache/store.ts';

/** What a Debian tree takes while it is built: 320 MB seen for the tools of trixie. */
const neededBytes = 1024 * 1024 * 1024;

/** Memory that must be left after that. */
const sparedBytes = 1024 * 1024 * 1024;

/**
 * Gives the directory in which a Debian tree is unpacked: the store's in memory (/dev/shm) when there is enough, because dpkg syncs after every
 * package (20 s in memory, 37 s on disk for the tools of trixie); otherwise the store's temporary directory.
 */
export async function chooseTreePlace(store: CacheStore): Promise<string> {
  const { memoryHostPath } = store;
  const status = await statfs(memoryHostPath).catch(() => undefined);
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const memory = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const isRoomy =
    status !== undefined && status.bavail * status.bsize >= neededBytes && availableBytes(memory) >= neededBytes + sparedBytes;
  return isRoomy && allowsPrograms(mounts, memoryHostPath) ? memoryHostPath : store.temporaryHostPath;
}

/** Gives the memory that is available, from the text of /proc/meminfo; 0 when it does not say. */
export function availableBytes(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;
}

/** Says, from the text of /proc/self/mountinfo, whether a mount point is a tmpfs on which programs may run. Containers often forbid it. */
export function allowsPrograms(mountinfo: string, mountPoint: string): boolean {
  for (const line of mountinfo.split('\n').reverse()) {
    const [before, after] = line.split(' - ');
    const fields = before?.split(' ') ?? [];
    if (fields[4] !== mountPoint) continue;
    return after?.startsWith('tmpfs ') === true && !(fields[5] ?? '').split(',').includes('noexec');
  }
  return false;
}
