import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';

/** Keeps the machine of a drill on after its verdict, and says how to get at it, until a signal comes. */
export async function keepMachine(
  cli: Cli,
  ctx: Context,
  machine: { readonly name: string; readonly socketsHostPath: string },
): Promise<void> {
  const hostPath = join(machine.socketsHostPath, machine.name);
  const sockets = (await readdir(hostPath).catch((): string[] => [])).filter((name) => name.endsWith('.sock'));
  const where = sockets.length === 0 ? hostPath : sockets.map((name) => join(hostPath, name)).join(', ');
  ctx.emit({ type: 'remark-made', text: `The machine ${machine.name} stays on until you press Ctrl-C. Its sockets: ${where}` });
  using aborted = whenAborted(ctx.signal);
  await Promise.race([cli.interruption.untilReleased(), aborted.promise]);
}
