import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../core/failure/failure.ts';
import { lengthOfLimit } from '../core/text/time-limit.ts';
import { fileFailure } from '../machine/cache/file-failure.ts';
import { removeTree } from '../machine/cache/remove-tree.ts';
import type { Context } from '../machine/context.ts';
import { isOwnProcess, isProcessAlive } from '../machine/process/process-identity.ts';
import { askKeeper } from './keeper/ask-keeper.ts';
import type { LabHouse } from './bring-up.ts';
import { findKeeper } from './keeper/keeper-record.ts';
import type { KeeperRecord } from './keeper/keeper-record.ts';
import { forgetLab } from './place/lab-index.ts';
import { withLabLock } from './place/lab-lock.ts';
import type { LabPlace } from './place/lab-place.ts';

/** A keeper ends a moment after its machine. Milliseconds. */
const keeperEndMs = 15_000;
/** Destroying a lab does not wait for a hung keeper. Milliseconds. */
const disposeSilenceMs = 15_000;
const lookMs = 10;

/**
 * Turns a lab off, in order or by a power cut; false when it was off. When this resolves, nothing of it runs or listens. Rejects as its
 * keeper fails.
 */
export async function turnOff(ctx: Context, house: LabHouse, place: LabPlace, op: 'halt' | 'crash'): Promise<boolean> {
  return withLabLock(ctx, place, { create: false }, () => turnOffLocked(ctx, house, place, op));
}

/** The same, when we hold the lab's lock. */
export async function turnOffLocked(ctx: Context, house: LabHouse, place: LabPlace, op: 'halt' | 'crash'): Promise<boolean> {
  const found = await findKeeper(place);
  if (found.is === 'none' || found.is === 'dead') return false;
  const { keeper } = found;
  const { changed } = await askKeeper(ctx, addressOf(house, place, keeper), { op });
  if (found.is === 'alive' && !(await endedWithin(ctx, keeper, keeperEndMs))) await endKeeper(ctx, place, keeper);
  return changed;
}

/** Removes a lab completely, in any state. */
export async function destroyLab(ctx: Context, house: LabHouse, place: LabPlace): Promise<void> {
  await withLabLock(ctx, place, { create: false }, () => destroy(ctx, house, place));
}

async function destroy(ctx: Context, house: LabHouse, place: LabPlace): Promise<void> {
  const found = await findKeeper(place);
  // A record that names another process names no keeper to ask.
  if (found.is === 'alive' && (await isKeeperOf(place, found.keeper))) {
    const { keeper } = found;
    await askKeeper(ctx, { ...addressOf(house, place, keeper), silenceMs: disposeSilenceMs }, { op: 'dispose' }).catch((error: unknown) => {
      if (!(error instanceof RaidlabError) || error.failure.area !== 'lab') throw error;
    });
    if (!(await endedWithin(ctx, keeper, keeperEndMs))) await endKeeper(ctx, place, keeper);
  }
  if (found.is === 'elsewhere') {
    const { pid, hostName } = found.keeper.owner;
    const how = `process ${String(pid)} on ${hostName} keeps it`;
    throw new RaidlabError({ area: 'lab', reason: 'kept-elsewhere', lab: place.name, how });
  }
  await removeLab(ctx, house, place);
}

async function removeLab(ctx: Context, house: LabHouse, place: LabPlace): Promise<void> {
  try {
    await removeTree(ctx, place.hostPath);
    await forgetLab(house.indexHostPath, place);
    await removeIfEmpty(dirname(place.hostPath));
  } catch (error) {
    throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'removing it' });
  }
}

/** The last lab's removal also removes the directory of labs. */
async function removeIfEmpty(labsHostPath: string): Promise<void> {
  const names = await readdir(labsHostPath);
  if (names.some((name) => name !== '.gitignore')) return;
  await rm(join(labsHostPath, '.gitignore'), { force: true });
  await rmdir(labsHostPath);
}

function addressOf({ raidlabVersion }: LabHouse, place: LabPlace, { socketHostPath }: KeeperRecord) {
  return { place, socketHostPath, raidlabVersion };
}

async function endedWithin({ timeFactor }: Context, { owner }: KeeperRecord, timeoutMs: number): Promise<boolean> {
  const sinceMs = performance.now();
  while (await isProcessAlive(owner)) {
    if (performance.now() - sinceMs > lengthOfLimit({ usualMs: timeoutMs, factor: timeFactor.value() })) return false;
    await delay(lookMs);
  }
  return true;
}

/** The kernel ends QEMU with it. */
async function endKeeper(ctx: Context, place: LabPlace, keeper: KeeperRecord): Promise<void> {
  if (await isKeeperOf(place, keeper)) process.kill(keeper.owner.pid, 'SIGKILL');
  await endedWithin(ctx, keeper, keeperEndMs);
}

function isKeeperOf(place: LabPlace, { owner }: KeeperRecord): Promise<boolean> {
  return isOwnProcess(owner, (argv) => argv.includes('keep-lab') && argv.includes(place.hostPath));
}
