/**
 * A machine at rest in two files, and how it gets there and back.
 *
 *     running ──stop──► paused ──migrate to file──► saved ──quit
 *                                                     │ migrate-incoming, into a QEMU with the same devices
 *                                                     └──► paused ──cont──► running, as often as one likes
 *
 * The memory is not in the state: QEMU leaves out what is a file already (x-ignore-shared). Sources: QEMU,
 * docs/devel/migration/features and docs/system/vm-templating.
 */
import { RaidlabError } from '../core/failure.ts';
import type { Bus } from '../core/layout.ts';
import type { Context } from './context.ts';
import type { QmpClient } from './qmp/qmp-client.ts';
import type { RootState } from './agent/agent-client.ts';

/** The files of a saved machine, and what a fork must have in common with it. */
export interface SavedMachine {
  /** The memory, as big as the guest's; forks see it privately and leave it as it is. */
  readonly memoryHostPath: string;
  /** The state of processor and devices. */
  readonly stateHostPath: string;
  /** The array disks it had, by bay: a fork begins with exactly these. */
  readonly serials: readonly string[];
  readonly root: RootState;
}

/** Tells whether a machine can be saved with disks on a bus in it: QEMU's NVMe has no state to be saved. Source: hw/nvme/ctrl.c, `.unmigratable = 1`. */
export function canBeSaved(bus: Bus): boolean {
  return bus !== 'nvme';
}

// 0.5 MB of state take 10 ms; a busy disk under the cache may take its time.
const migrationTimeoutMs = 60_000;

/** Saves a paused or running machine whose memory is a shared file; it does not go on. Rejects with `machine/state-not-moved`. */
export async function saveState(ctx: Context, machine: string, qmp: QmpClient, stateHostPath: string): Promise<void> {
  await qmp.execute(ctx, 'stop');
  await allowIgnoringShared(ctx, qmp);
  await untilMigrated(ctx, machine, qmp, 'the machine to be saved', () => qmp.execute(ctx, 'migrate', { uri: `file:${stateHostPath}` }));
}

/** Loads the state of a saved machine into a QEMU that was started for it, and leaves it paused. Rejects with `machine/state-not-moved`. */
export async function loadState(ctx: Context, machine: string, qmp: QmpClient, stateHostPath: string): Promise<void> {
  await allowIgnoringShared(ctx, qmp);
  await untilMigrated(ctx, machine, qmp, 'the saved machine to be loaded', () =>
    qmp.execute(ctx, 'migrate-incoming', { uri: `file:${stateHostPath}`, 'exit-on-error': false }),
  );
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
