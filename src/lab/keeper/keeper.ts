/**
 * The keeper of a lab: the process that `raidlab up` leaves behind. It owns the machine as a drill does, so that QEMU dies with
 * it, and does what commands ask of it; it ends when the machine is off.
 */
import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Mirrors } from '../../core/image/mirrors.ts';
import type { ActDone, KeeperAct, KeeperAside } from '../../core/lab/keeper-protocol.ts';
import { removeLeftovers } from '../../machine/cache/leftovers.ts';
import { openStore } from '../../machine/cache/open-store.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import { openScratch } from '../../machine/cache/scratch.ts';
import type { Scratch } from '../../machine/cache/scratch.ts';
import type { CacheStore } from '../../machine/cache/store.ts';
import { steadyContext, whenAborted, withDeadline } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { KeptLab } from './kept-lab.ts';
import { removeKeeperRecord, writeKeeperRecord } from './keeper-record.ts';
import { listenForActs } from './keeper-server.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { requireOwnPlace } from '../place/own-place.ts';
import { settleRestore } from '../snapshot/restore-snapshot.ts';
import { isThere } from '../../machine/files/file-access.ts';

/** What a keeper starts with. */
export interface KeeperOptions {
  readonly place: LabPlace;
  readonly store: CacheStore;
  readonly raidlabVersion: string;
  readonly mirrors: Mirrors;
  /** Resolves when the command that started the keeper has gone, or has its answer. */
  readonly starterGone: Promise<void>;
}

/** How often a keeper checks that its lab still exists, milliseconds. */
const lookMs = 5000;
/** How long a machine's orderly shutdown may take when the keeper is told to end, milliseconds; systemd kills after 90 s. */
const lastShutdownMs = 30_000;

/** Keeps a lab until its machine is off. When the context ends, the machine is shut down in order first. */
export async function runKeeper(ctx: Context, options: KeeperOptions): Promise<void> {
  await using store = await openStore(ctx, options.store);
  await using scratch = await openScratch(ctx, store, `lab-${options.place.name}`);
  try {
    await keep(ctx, options, store, scratch);
  } finally {
    await removeKeeperRecord(options.place);
  }
}

async function keep(ctx: Context, options: KeeperOptions, store: OpenStore, scratch: Scratch): Promise<void> {
  const { place, raidlabVersion, mirrors } = options;
  await requireOwnPlace(place);
  await settleRestore(ctx, place);
  await using lab = new KeptLab({ place, store, scratch, raidlabVersion, mirrors });
  const over = Promise.withResolvers<undefined>();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    over.resolve(undefined);
  };
  void lab.over.then(end);
  let hasBegun = false;
  const perform = async (actCtx: Context, act: Exclude<KeeperAct, KeeperAside>): Promise<ActDone> => {
    hasBegun = true;
    if (isOver)
      throw new RaidlabError({ area: 'lab', reason: 'keeper-ended', lab: place.name, how: 'its machine is off', said: 'it ends' });
    try {
      return await lab.perform(actCtx, act);
    } finally {
      if (!lab.isOn) end();
    }
  };
  const socketHostPath = join(scratch.socketHostPath, 'keeper.sock');
  await using server = await listenForActs(socketHostPath, {
    lab: place.name,
    raidlabVersion,
    timeFactor: ctx.timeFactor,
    perform,
    aside: (asideCtx, act) => lab.aside(asideCtx, act),
  });
  await writeKeeperRecord(place, { socketHostPath: server.socketHostPath, raidlabVersion });
  // The leftovers of killed runs; after the socket is there, because somebody waits for it.
  const swept = removeLeftovers(ctx, store).catch(() => undefined);
  // Removing a lab's directory, perhaps with its project, removes the lab: its machine has no disks any more.
  const look = setInterval(() => {
    void isThere(place.stateHostPath).then((there) => {
      if (!there) end();
    });
  }, lookMs);
  const unasked = options.starterGone.then(() => (hasBegun ? over.promise : undefined));
  using aborted = whenAborted(ctx.signal);
  try {
    await Promise.race([over.promise, unasked, aborted.promise]);
  } catch (error) {
    await shutDownInTime(ctx, lab);
    throw error;
  } finally {
    clearInterval(look);
    await swept;
  }
}

/** The host shuts down, or somebody ended us: the guest's data is written first, if possible. */
async function shutDownInTime(ctx: Context, lab: KeptLab): Promise<void> {
  using limited = withDeadline(steadyContext(ctx), 'the lab to shut down', lastShutdownMs);
  if (lab.isOn) await lab.perform(limited, { op: 'halt' }).catch(() => undefined);
}
