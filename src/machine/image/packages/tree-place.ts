import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { CacheStore } from '../../cache/store.ts';

/** The size of a Debian tree while it is built: 320 MB measured for the tools of trixie. */
const usualBytes = 1024 * 1024 * 1024;

/** Memory that must remain after that. */
const sparedBytes = 1024 * 1024 * 1024;

/**
 * Gives the directory in which a Debian tree of `neededBytes` is unpacked: the store's in memory (/dev/shm) if there is enough, because dpkg syncs after
 * every package (20 s in memory, 37 s on disk for the tools of trixie); otherwise the first suitable one of the store's temporary
 * directories. Rejects with `host/no-open-directory` when none is suitable.
 */
export async function chooseTreePlace(store: CacheStore, neededBytes = usualBytes): Promise<string> {
  const { memoryHostPath, temporaryHostPaths } = store;
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  if ((await isRoomyMemory(memoryHostPath, mountinfo, neededBytes)) && (await whyUnfit(memoryHostPath, mountinfo)) === undefined)
    return memoryHostPath;
  const unfit: string[] = [];
  for (const hostPath of temporaryHostPaths) {
    const why = await whyUnfit(hostPath, mountinfo);
    if (why === undefined) return hostPath;
    unfit.push(why);
  }
  throw new RaidlabError({ area: 'host', reason: 'no-open-directory', unfit });
}

async function isRoomyMemory(hostPath: string, mountinfo: string, neededBytes: number): Promise<boolean> {
  const status = await statfs(hostPath).catch(() => undefined);
  const memory = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return (
    status !== undefined &&
    status.bavail * status.bsize >= neededBytes &&
    availableBytes(memory) >= neededBytes + sparedBytes &&
    findMount(mountinfo, hostPath)?.type === 'tmpfs'
  );
}

/**
 * Says why a tree cannot be unpacked there; undefined when it can. The user inside a user namespace is not the caller: only directories
 * open to all are open to it.
 */
async function whyUnfit(hostPath: string, mountinfo: string): Promise<string | undefined> {
  const real = await realpath(hostPath).catch(() => undefined);
  if (real === undefined) return `${hostPath} is not there`;
  if (findMount(mountinfo, real)?.options.includes('noexec') === true) return `${hostPath} is mounted noexec`;
  for (let above = real; ; above = path.dirname(above)) {
    if (((await stat(above)).mode & 0o001) === 0) return `${above} is closed to others (${hostPath})`;
    if (above === path.dirname(above)) return undefined;
  }
}

/** Parses the available memory from /proc/meminfo; 0 when it is missing. */
export function availableBytes(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;
}

/** A mount in /proc/self/mountinfo. */
export interface Mount {
  readonly hostPath: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Gives the mount of a path, from /proc/self/mountinfo, see proc_pid_mountinfo(5); undefined when it does not say. */
export function findMount(mountinfo: string, hostPath: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , escaped, options = ''] = before.split(' ');
    if (escaped === undefined) continue;
    const point = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const isAbove = hostPath === point || hostPath.startsWith(point === '/' ? '/' : `${point}/`);
    // Of several mounts in one place the last one is visible.
    if (isAbove && point.length >= (found?.hostPath.length ?? 0))
      found = { hostPath: point, type: after.split(' ')[0] ?? '', options: options.split(',') };
  }
  return found;
}
