/**
 * A machine at rest in one file or two, and how it gets there and back.
 *
 *     running ──stop──► paused ──migrate to file──► saved ──quit            a template
 *                                                     │ └────cont──► running  a snapshot
 *                                                     │ migrate-incoming, into a QEMU with the same devices
 *                                                     └──► paused ──cont──► running, as often as one likes
 *
 * QEMU leaves memory that is a shared file out of the state (x-ignore-shared). All other memory is in it, except pages of
 * zeroes. Sources: QEMU, docs/devel/migration/features and docs/system/vm-templating.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { steadyContext } from '../context.ts';
import type { Context } from '../context.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import type { SnapshotWork } from '../machine.ts';
import type { WakeState } from '../agent/agent-client.ts';

/** A saved machine, and what a machine resumed from it must have in common with it. */
export interface SavedState {
  /** The state of processor and devices, and of memory that is not a shared file. */
  readonly stateHostPath: string;
  /** The memory that is not in the state, of the guest's size; forks view it privately and do not change it. */
  readonly memoryHostPath?: string;
  /** Its array disks, by bay: a fork starts with exactly these. */
  readonly serials: readonly string[];
  readonly root: WakeState;
}

/** A saved machine whose memory is a separate file. */
export interface SavedMachine extends SavedState {
  readonly memoryHostPath: string;
}

/** Tells whether a machine can be saved with disks on a bus: QEMU cannot save the state of its NVMe. Source: hw/nvme/ctrl.c, `.unmigratable = 1`. */
export function canBeSaved(bus: Bus): boolean {
  return bus !== 'nvme';
}

// 0.5 MB of state take 10 ms, a memory of 150 MB 0.2 s; a busy disk under the cache may take its time.
const migrationTimeoutMs = 120_000;

// QEMU limits a migration to 128 MiB/s by default, for networks. Bytes per second.
const unlimitedBandwidth = 2 ** 40;

/** Saves a paused or running machine, which does not resume. Rejects with `machine/state-not-moved`. */
export async function saveState(ctx: Context, machine: string, qmp: QmpClient, stateHostPath: string): Promise<void> {
  await qmp.execute(ctx, 'stop');
  await migrateToFile(ctx, machine, qmp, stateHostPath);
}

/** Saves a running machine and resumes it: see `snapshot` of Machine. */
export async function snapshotState(
  ctx: Context,
  machine: string,
  qmp: QmpClient,
  stateHostPath: string,
  work: SnapshotWork,
): Promise<number> {
  ctx.signal.throwIfAborted();
  // From here on an interrupted context must not leave it paused.
  const steady = steadyContext(ctx);
  const stoppedMs = performance.now();
  await qmp.execute(steady, 'stop');
  try {
    const both = await Promise.allSettled([migrateToFile(ctx, machine, qmp, stateHostPath), work.copyDisks()]);
    for (const one of both) if (one.status === 'rejected') throw one.reason;
  } catch (error) {
    await qmp.execute(steady, 'migrate_cancel').finally(work.discard);
    await goOn(steady, qmp);
    throw error;
  }
  await goOn(steady, qmp);
  return performance.now() - stoppedMs;
}

/** The final states of a migration, see MigrationStatus in qapi/migration.json; absent: there was none. */
const endedMigrations: ReadonlySet<string | undefined> = new Set([undefined, 'none', 'completed', 'failed', 'cancelled']);

/** A migration ends a moment after it says so, and until then `cont` is refused; no event reports that moment (qmp_cont()). */
async function goOn(ctx: Context, qmp: QmpClient): Promise<void> {
  const isOver = async (): Promise<boolean> =>
    endedMigrations.has((await qmp.execute(ctx, 'query-migrate')).status) &&
    (await qmp.execute(ctx, 'query-status')).status !== 'finish-migrate';
  while (!(await isOver())) await delay(1);
  await qmp.execute(ctx, 'cont');
}

/** Loads the state of a saved machine into a QEMU started for it, and leaves it paused. Rejects with `machine/state-not-moved`. */
export async function loadState(ctx: Context, machine: string, qmp: QmpClient, stateHostPath: string): Promise<void> {
  await allowIgnoringShared(ctx, qmp);
  await untilMigrated(ctx, machine, qmp, 'the saved machine to be loaded', () =>
    qmp.execute(ctx, 'migrate-incoming', { uri: `file:${stateHostPath}`, 'exit-on-error': false }),
  );
}

async function migrateToFile(ctx: Context, machine: string, qmp: QmpClient, stateHostPath: string): Promise<void> {
  await allowIgnoringShared(ctx, qmp);
  await qmp.execute(ctx, 'migrate-set-parameters', { 'max-bandwidth': unlimitedBandwidth });
  await untilMigrated(ctx, machine, qmp, 'the machine to be saved', () => qmp.execute(ctx, 'migrate', { uri: `file:${stateHostPath}` }));
}

async function allowIgnoringShared(ctx: Context, qmp: QmpClient): Promise<void> {
  const capabilities = ['events', 'x-ignore-shared'].map((capability) => ({ capability, state: true }));
  await qmp.execute(ctx, 'migrate-set-capabilities', { capabilities });
}

async function untilMigrated(
  ctx: Context,
  machine: string,
  qmp: QmpClient,
  waitingFor: string,
  begin: () => Promise<unknown>,
): Promise<void> {
  using over = qmp.expectEvent('MIGRATION', ({ status }) => status === 'completed' || status === 'failed');
  await begin();
  await over.wait(ctx, waitingFor, migrationTimeoutMs);
  const { status, 'error-desc': said = 'QEMU gave no reason' } = await qmp.execute(ctx, 'query-migrate');
  if (status !== 'completed') throw new RaidlabError({ area: 'machine', reason: 'state-not-moved', machine, waitingFor, said });
}
