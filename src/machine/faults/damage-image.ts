import type { DiskDamage } from '../../core/fault/fault.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';
import type { DiskSpec } from '../machine.ts';
import { parseComparison, planComparison, planDamage } from './damage-commands.ts';

/** What qemu-io opens: an image file, or an export of a running machine. */
export interface DamageTarget {
  readonly format: DiskSpec['format'];
  /** A host path or an NBD URI. */
  readonly location: string;
}

const timeoutMs = 60_000;

/**
 * Damages a disk of a machine that is off. QEMU's lock refuses when it is on; a running machine is damaged by its own `injectFault`.
 * Rejects with `host/command-failed` when the bytes cannot be written and read back.
 */
export async function damageDisk(ctx: Context, disk: DiskSpec, damage: DiskDamage): Promise<void> {
  await damageImage(ctx, { format: disk.format, location: disk.hostPath }, damage);
}

/** Damages anything that qemu-io can open; the bytes are changed, and read back. */
export async function damageImage(ctx: Context, target: DamageTarget, damage: DiskDamage): Promise<void> {
  const comparison = planComparison(damage);
  const { stdout } = comparison.length === 0 ? { stdout: '' } : await runQemuIo(ctx, target, comparison, [0, 1]);
  await runQemuIo(ctx, target, planDamage(damage, parseComparison(stdout)), [0]);
}

function runQemuIo(ctx: Context, { format, location }: DamageTarget, commands: readonly string[], okExitCodes: readonly number[]) {
  const argv = ['qemu-io', '-f', format, location, ...commands.flatMap((command) => ['-c', command])];
  return runHostCommand(ctx, argv, { purpose: 'damage a disk', writesHostPath: location, okExitCodes, timeoutMs });
}
