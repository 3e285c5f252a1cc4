/**
 * The sweeper: removes what a killed raidlab left behind. Run once at the start of every run.
 *
 * A directory goes when its owner is dead, or, where the owner cannot be judged (another container or host shares the
 * cache, or the record is not there), when nothing in it has changed for a day.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { count, fields, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';
import type { Context } from '../context.ts';
import { isOwnProcess, isProcessAlive } from '../process/process-identity.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { namesIn, unlinkIfThere } from './names-in.ts';
import { outsideNamePattern, ownerFileName } from './owned-directory.ts';
import { currentOwner, isAbandoned, readOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { removeTree } from './remove-tree.ts';
import { areaHostPath } from './store.ts';
import type { CacheStore } from './store.ts';

const strangerAgeMs = 24 * 60 * 60 * 1000;

/**
 * Removes scratch, half-built entries, locks, holds and stamps whose owners are dead, and kills the QEMU processes recorded there, if
 * their start times match. Emits `leftover-removed` for each.
 */
export async function removeLeftovers(ctx: Context, store: CacheStore): Promise<void> {
  const self = await currentOwner();
  for (const area of ['work', 'tmp'] as const) {
    for (const name of await namesIn(areaHostPath(store, area))) {
      ctx.signal.throwIfAborted();
      await sweepDirectory(
        ctx,
        path.join(areaHostPath(store, area), name),
        self,
        area === 'work' ? 'scratch of a machine' : 'half-built cache entry',
      );
    }
  }
  for (const parent of new Set([store.memoryHostPath, ...store.temporaryHostPaths, store.runtimeHostPath]))
    await sweepOutside(ctx, parent, self);
  for (const [area, what] of [
    ['locks', 'lock'],
    ['holds', 'hold on a cache entry'],
  ] as const) {
    for (const name of await namesIn(areaHostPath(store, area)))
      await sweepFile(ctx, path.join(areaHostPath(store, area), name), self, what);
  }
  const entries = new Set(await namesIn(store.rootHostPath));
  for (const name of await namesIn(areaHostPath(store, 'stamps'))) {
    if (!entries.has(path.parse(name).name)) await unlinkIfThere(path.join(areaHostPath(store, 'stamps'), name));
  }
}

/** What a cache's records no longer show because someone removed the cache. */
async function sweepOutside(ctx: Context, parentHostPath: string, self: Owner): Promise<void> {
  for (const name of await namesIn(parentHostPath)) {
    ctx.signal.throwIfAborted();
    const hostPath = path.join(parentHostPath, name);
    if (await isOurs(hostPath)) await sweepDirectory(ctx, hostPath, self, 'temporary directory');
  }
}

async function sweepDirectory(ctx: Context, hostPath: string, self: Owner, what: string): Promise<void> {
  const owner = await readOwner(path.join(hostPath, ownerFileName));
  if (!(await isAbandoned(hostPath, owner, self, strangerAgeMs))) return;
  const outside: string[] = [];
  for (const outsideHostPath of owner?.outsideHostPaths ?? []) {
    if (await isOurs(outsideHostPath)) outside.push(outsideHostPath);
  }
  for (const place of [hostPath, ...outside]) {
    for (const qemu of await recordedQemus(place)) await endProcess(ctx, qemu);
  }
  for (const place of [...outside, hostPath]) {
    await removeTree(ctx, place);
    ctx.emit({ type: 'leftover-removed', what, hostPath: place });
  }
}

async function sweepFile(ctx: Context, hostPath: string, self: Owner, what: string): Promise<void> {
  if (!(await isAbandoned(hostPath, await readOwner(hostPath), self, strangerAgeMs))) return;
  await unlinkIfThere(hostPath);
  ctx.emit({ type: 'leftover-removed', what, hostPath });
}

/** A path in a record is removed only if it has our name, is a directory and not a link, and belongs to us. */
async function isOurs(hostPath: string): Promise<boolean> {
  if (!path.isAbsolute(hostPath) || !outsideNamePattern.test(path.basename(hostPath))) return false;
  const status = await lstat(hostPath).catch(() => undefined);
  return status?.isDirectory() === true && status.uid === process.getuid?.();
}

/** Finds `qemu.json` in a directory and one level below. */
async function recordedQemus(hostPath: string): Promise<readonly ProcessIdentity[]> {
  const below = (await readdir(hostPath, { withFileTypes: true }).catch(() => [])).filter((item) => item.isDirectory());
  const found: ProcessIdentity[] = [];
  for (const directory of [hostPath, ...below.map((item) => path.join(hostPath, item.name))]) {
    const identity = tryJson(identityShape, await readFile(path.join(directory, 'qemu.json'), 'utf8').catch(() => ''));
    if (identity !== undefined) found.push(identity);
  }
  return found;
}

const identityShape: Shape<ProcessIdentity> = fields({ pid: count(2), startTime: text, bootId: text });

async function endProcess(ctx: Context, identity: ProcessIdentity): Promise<void> {
  if (!(await isOwnProcess(identity, ([program = '']) => path.basename(program).includes('qemu-system-')))) return;
  process.kill(identity.pid, 'SIGKILL');
  ctx.emit({ type: 'leftover-removed', what: 'QEMU process', hostPath: `/proc/${String(identity.pid)}` });
  for (let left = 250 * ctx.timeFactor.value(); left > 0 && (await isProcessAlive(identity)); left -= 1) await delay(20);
}
