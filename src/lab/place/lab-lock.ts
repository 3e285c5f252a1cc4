import { mkdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { fileFailure, hasErrorCode } from '../../machine/cache/file-failure.ts';
import type { FilePurpose } from '../../machine/cache/file-failure.ts';
import { tryLockFile } from '../../machine/cache/lock.ts';
import type { Lock } from '../../machine/cache/lock.ts';
import type { Context } from '../../machine/context.ts';
import type { LabPlace } from './lab-place.ts';

const retryMs = 100;
const remarkMs = 500;
// The other command may be building images, which takes minutes.
const defaultTimeoutMs = 15 * 60_000;

/** How a lab is locked. */
export interface LabLockOptions {
  /** Whether a missing directory is made; otherwise there is no lab to lock. */
  readonly create: boolean;
  readonly timeoutMs?: number;
}

/**
 * Does something to a lab while nobody else changes it: of two commands the second waits, and says for whom. Rejects as `work` does, and
 * with `lab/busy`, `lab/no-lab`, `host/not-writable` and `host/disk-full`.
 */
export async function withLabLock<T>(ctx: Context, place: LabPlace, options: LabLockOptions, work: () => Promise<T>): Promise<T> {
  const lock = await lockLab(ctx, place, options);
  try {
    return await work();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

async function lockLab(ctx: Context, place: LabPlace, { create, timeoutMs = defaultTimeoutMs }: LabLockOptions): Promise<Lock> {
  const words = { hostPath: place.hostPath, holds: `the lab ${place.name}` };
  const sinceMs = performance.now();
  let hasSaid = false;
  for (;;) {
    const taken = await takeLock(place, words, create);
    if ('lock' in taken) return taken.lock;
    const waitedMs = performance.now() - sinceMs;
    const limit: TimeLimit = { usualMs: timeoutMs, factor: ctx.timeFactor.value() };
    if (waitedMs > lengthOfLimit(limit))
      throw new RaidlabError({ area: 'lab', reason: 'busy', lab: place.name, pid: taken.pid ?? null, limit });
    if (!hasSaid && waitedMs > remarkMs) {
      hasSaid = true;
      const who = taken.pid === undefined ? 'Another raidlab' : `Another raidlab (process ${String(taken.pid)})`;
      ctx.emit({ type: 'remark-made', text: `${who} is working on the lab ${place.name}: waiting for it.` });
    }
    await delay(retryMs, undefined, { signal: ctx.signal }).catch(() => {
      throw ctx.signal.reason;
    });
  }
}

type Words = Omit<FilePurpose, 'doing'>;

/** The directory is made each time: the lock's last owner may have removed the lab, and the lock with it. */
async function takeLock(place: LabPlace, words: Words, create: boolean): ReturnType<typeof tryLockFile> {
  try {
    if (create) await mkdir(place.hostPath, { recursive: true, mode: 0o700 });
    return await tryLockFile(place.lockHostPath, words);
  } catch (error) {
    if (!create && hasErrorCode(error, 'ENOENT')) {
      throw new RaidlabError({ area: 'lab', reason: 'no-lab', lab: place.name, hostPath: place.hostPath, known: [] });
    }
    throw fileFailure(error, { ...words, doing: 'making its directory' });
  }
}
