import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { judgeSnapshotHost } from '../../core/lab/snapshot-record.ts';
import type { SnapshotHost } from '../../core/lab/snapshot-record.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { hashText } from '../../machine/cache/file-hash.ts';
import { canFork, oldestForkingVersion } from '../../machine/qemu/qemu-program.ts';
import type { QemuProgram } from '../../machine/qemu/qemu-program.ts';
import { describeProcessor, planBootedKey } from '../../machine/template/booted-template.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { canBeSaved } from '../../machine/start/saved-machine.ts';
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

/** Rejects with `lab/snapshot-differs` if a snapshot's machine cannot resume in one made from these parts. */
export async function requireSameHost({ name, record }: Snapshot, parts: BootedParts): Promise<void> {
  requireSaving(parts.qemu, record.state.layout.bus);
  const why = record.machine === null ? undefined : judgeSnapshotHost(record.machine.host, await describeHost(parts));
  if (why !== undefined) throw new RaidlabError({ area: 'lab', reason: 'snapshot-differs', snapshot: name, why });
}

/** Rejects with `lab/snapshot-unsupported` if QEMU cannot save a running machine, or not with disks on this bus. */
export function requireSaving({ version }: QemuProgram, bus: Bus): void {
  const unsupported = (what: string, otherwise: string): RaidlabError =>
    new RaidlabError({ area: 'lab', reason: 'snapshot-unsupported', what, otherwise });
  if (!canFork(version)) {
    const otherwise = `Install QEMU ${oldestForkingVersion} or newer (on Debian 12 from bookworm-backports)`;
    throw unsupported(`A machine of QEMU ${version}`, otherwise);
  }
  if (!canBeSaved(bus)) throw unsupported('A machine with NVMe disks', 'Create the lab with disks on another bus');
}
