/**
 * How a disk's bytes are changed beneath a running machine: through QEMU's own block layer, which handles every image format and
 * QEMU's caches.
 *
 *     processor stops ──► device steps aside ──► format node is exported over NBD ──► act ──► and back, step by step
 *
 * The device steps aside because it holds the exclusive right to write; while the processor is stopped, the guest does not notice.
 */
import { join } from 'node:path';
import { steadyContext } from '../context.ts';
import type { Context } from '../context.ts';
import { formatNodeNames } from '../qemu/block-nodes.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import { planDrive } from './fault-chains.ts';

/** A disk of a running machine. */
export interface ExportedDisk {
  readonly serial: string;
  readonly sizeBytes: number;
  /** The node that its device uses; undefined when it has no device because it was pulled. */
  readonly drive: string | undefined;
}

/** Something that is done, and undone when what comes in between is over, successful or not. */
interface Bracket {
  readonly open: (ctx: Context) => Promise<unknown>;
  readonly close: (ctx: Context) => Promise<unknown>;
}

/** Lets `act` write to a disk of a running machine at an NBD URI. */
export async function exportDisk(
  ctx: Context,
  qmp: QmpClient,
  scratchHostPath: string,
  disk: ExportedDisk,
  act: (uri: string) => Promise<void>,
): Promise<void> {
  const { running } = await qmp.execute(ctx, 'query-status');
  const node = formatNodeNames(disk.serial).format;
  const socketHostPath = join(scratchHostPath, 'nbd.sock');
  const uri = `nbd+unix:///${node}?socket=${encodeURIComponent(socketHostPath)}`;
  const brackets = [
    ...(running && disk.drive !== undefined ? [standStill(qmp)] : []),
    ...(disk.drive === undefined ? [] : stepAside(qmp, disk.serial, disk.sizeBytes, disk.drive)),
    serveNode(qmp, node, socketHostPath),
  ];
  await actWithin(ctx, brackets, () => act(uri));
}

function standStill(qmp: QmpClient): Bracket {
  return { open: (ctx) => qmp.execute(ctx, 'stop'), close: (ctx) => qmp.execute(ctx, 'cont') };
}

function stepAside(qmp: QmpClient, serial: string, sizeBytes: number, drive: string): readonly Bracket[] {
  const aside = `${serial}-aside`;
  return [
    {
      open: (ctx) => qmp.execute(ctx, 'blockdev-add', { driver: 'null-co', 'node-name': aside, size: sizeBytes, 'read-zeroes': true }),
      close: (ctx) => qmp.execute(ctx, 'blockdev-del', { 'node-name': aside }),
    },
    {
      open: (ctx) => qmp.execute(ctx, 'qom-set', planDrive(serial, aside)),
      close: (ctx) => qmp.execute(ctx, 'qom-set', planDrive(serial, drive)),
    },
  ];
}

function serveNode(qmp: QmpClient, node: string, socketHostPath: string): Bracket {
  return {
    open: async (ctx) => {
      await qmp.execute(ctx, 'nbd-server-start', { addr: { type: 'unix', data: { path: socketHostPath } } });
      await qmp.execute(ctx, 'block-export-add', { type: 'nbd', id: node, 'node-name': node, writable: true });
    },
    // It ends every export with it, and removes the socket.
    close: (ctx) => qmp.execute(ctx, 'nbd-server-stop'),
  };
}

async function actWithin(ctx: Context, [bracket, ...inner]: readonly Bracket[], act: () => Promise<void>): Promise<void> {
  if (bracket === undefined) {
    await act();
    return;
  }
  try {
    await bracket.open(ctx);
    await actWithin(ctx, inner, act);
  } catch (error) {
    // An interrupted context would not close anything; and the first error is the one that counts.
    await bracket.close(steadyContext(ctx)).catch(() => undefined);
    throw error;
  }
  await bracket.close(steadyContext(ctx));
}
