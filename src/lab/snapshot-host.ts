import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../core/failure.ts';
import { judgeSnapshotHost } from '../core/lab/snapshot-record.ts';
import type { SnapshotHost } from '../core/lab/snapshot-record.ts';
import type { Bus } from '../core/layout.ts';
import { hashText } from '../machine/cache/file-hash.ts';
import { canBeSaved } from '../machine/saved-machine.ts';
import { canFork, oldestForkingVersion } from '../machine/qemu/qemu-program.ts';
import type { QemuProgram } from '../machine/qemu/qemu-program.ts';
import { describeProcessor, planBootedKey } from '../machine/template/booted-template.ts';
import type { BootedParts } from '../machine/template/booted-template.ts';
import type { Snapshot } from './snapshots.ts';

/** Gives what a machine made from these parts can be restored into. */
export async function describeHost(parts: BootedParts): Promise<SnapshotHost> {
  const { qemu, accelerator, kernel, tools, memoryMiB } = parts;
  return {
    qemu: qemu.build,
    accelerator,
    processor: accelerator === 'kvm' ? await hashText(describeProcessor(await readFile('/proc/cpuinfo', 'utf8'))) : null,
    kernel: { version: kernel.version, digest: kernel.digest },
    tools: { description: tools.description, digest: tools.digest },
    memoryMiB,
    board: (await planBootedKey(parts)).digest,
  };
}

/** Rejects with `lab/snapshot-differs` a snapshot whose machine cannot go on in one that is made from these parts. */
export async function requireSameHost({ name, record }: Snapshot, parts: BootedParts): Promise<void> {
  requireSaving(parts.qemu);
  const why = record.machine === null ? undefined : judgeSnapshotHost(record.machine.host, await describeHost(parts));
  if (why !== undefined) throw new RaidlabError({ area: 'lab', reason: 'snapshot-differs', snapshot: name, why });
}

/** Throws `lab/snapshot-bus` for a machine with disks that cannot be saved while it runs. */
export function requireSavableBus(bus: Bus): void {
  if (!canBeSaved(bus)) throw new RaidlabError({ area: 'lab', reason: 'snapshot-bus', bus });
}

/** Rejects with `lab/snapshot-unsupported` a QEMU that cannot save a machine that runs. */
export function requireSaving({ version }: QemuProgram): void {
  if (canFork(version)) return;
  throw new RaidlabError({ area: 'lab', reason: 'snapshot-unsupported', found: version, needed: oldestForkingVersion });
}
