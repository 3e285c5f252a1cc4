import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '../../core/layout/layout.ts';
import { formatSize } from '../../core/text/size.ts';
import type { EntryKey } from '../cache/entry-name.ts';
import type { EntryWorkshop } from '../cache/ensure-entry.ts';
import type { CacheEntry } from '../cache/entry-record.ts';
import { hashText } from '../cache/file-hash.ts';
import type { OpenStore } from '../cache/open-store.ts';
import type { Context } from '../context.ts';
import { createDiskImage, createOverlay } from '../files/disk-image.ts';
import type { ToolsArtefact } from '../image/artefact.ts';
import type { DiskSpec, Machine, MachineSpec } from '../machine.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import { planQemuCommand } from '../qemu/qemu-command.ts';
import type { SavedMachine } from '../start/saved-machine.ts';
import { forkMachine, startMachine } from '../start/start-machine.ts';
import { copyMemoryFile, createMemoryFile, savedFiles, templateFailure } from './template-files.ts';
import { ensureTemplate } from './template-use.ts';
import type { TemplateUse } from './template-use.ts';

/** Everything that shapes a booted machine before it has disks. */
export interface BootedParts extends Pick<
  MachineSpec,
  'qemu' | 'kernel' | 'memoryMiB' | 'bootTimeoutMs' | 'network' | 'slots' | 'hasShellLine'
> {
  readonly accelerator: Accelerator;
  readonly tools: ToolsArtefact;
}

/** Where templates are kept, how they are used, and what their machines are made from. */
export interface TemplateSource {
  readonly store: OpenStore;
  readonly use: TemplateUse;
  readonly parts: BootedParts;
}

/** A bay with a disk: a template has a blank one there, its forks their own. */
export interface DiskBay {
  readonly serial: string;
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  /** SCSI by default. */
  readonly bus?: Bus;
}

/** A template in the cache. */
export interface Template {
  readonly entry: CacheEntry;
  readonly saved: SavedMachine;
}

/** Raised when a booted machine changes in a way that its command line and images do not show. */
const bootedVersion = 2;

/**
 * Gives the template of a machine that has booted, loaded its modules and waits to be woken, over a bare root. Without `bays` it has no
 * disks. With them it is a fork of the one without, which has found and named blank disks in its bays: nothing has read the disks of its
 * own forks yet. It is made if it is not cached. `evidenceHostPath` is an existing directory for the evidence of the machine it is made
 * with. Rejects as `startMachine` and `ensureEntry` do.
 */
export async function ensureBootedTemplate(
  ctx: Context,
  source: TemplateSource,
  evidenceHostPath: string,
  bays: readonly DiskBay[] = [],
): Promise<Template> {
  const { store, use, parts } = source;
  const key = await planBootedKey(parts, bays);
  const without = bays.length === 0 ? undefined : await ensureBootedTemplate(ctx, source, evidenceHostPath);
  const entry = await ensureTemplate(ctx, store, use, key, async (building, workshop) => {
    await buildBooted(building, source, workshop, { evidenceHostPath, bays, without });
    return { description: describeBooted(parts, bays), packages: {} };
  });
  return { entry, saved: { ...savedFiles(entry.hostPath), serials: bays.map(({ serial }) => serial), root: 'bare' } };
}

/**
 * Gives what identifies the template in the cache: QEMU, its command line without file paths, the images' content, the disks, and under
 * KVM the processor.
 */
export async function planBootedKey(parts: BootedParts, bays: readonly DiskBay[] = []): Promise<EntryKey> {
  const argv = planQemuCommand(specOf(parts, { systemHostPath: 'SYSTEM', evidenceHostPath: 'EVIDENCE', scratchHostPath: 'SCRATCH' }));
  const processor = parts.accelerator === 'kvm' ? describeProcessor(await readFile('/proc/cpuinfo', 'utf8')) : null;
  const { qemu, kernel, tools } = parts;
  const shape = [bootedVersion, qemu.build, argv, kernel.digest, tools.digest, processor, bays];
  const disks = bays.length === 0 ? '' : `, ${bays.map(({ serial }) => serial).join(' ')}`;
  return {
    kind: 'booted',
    digest: await hashText(JSON.stringify(shape)),
    artefact: `template of a booted machine, ${kernel.version}${disks}`,
  };
}

/** Gives the lines of /proc/cpuinfo that a guest under KVM sees, for the first processor. Source: proc_cpuinfo(5). */
export function describeProcessor(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  return first
    .split('\n')
    .filter((line) => /^(?:vendor_id|cpu family|model|stepping|microcode|flags)\b/u.test(line))
    .join('\n');
}

function describeBooted({ kernel, tools, memoryMiB, accelerator }: BootedParts, bays: readonly DiskBay[]): string {
  const disks = bays.length === 0 ? 'no disks' : bays.map(({ serial, sizeBytes }) => `${serial} ${formatSize(sizeBytes)}`).join(' ');
  return `kernel ${kernel.version}, tools of ${tools.suite}, ${String(memoryMiB)} MiB, ${accelerator}, ${disks}`;
}

type Places = Pick<MachineSpec, 'systemHostPath' | 'evidenceHostPath' | 'scratchHostPath'>;

function specOf(parts: BootedParts, places: Places): MachineSpec {
  const { tools, ...shape } = parts;
  return { ...shape, ...places, name: 'booted-template', rootHostPath: tools.rootHostPath, disks: [] };
}

interface BootedBuild {
  readonly evidenceHostPath: string;
  readonly bays: readonly DiskBay[];
  /** What it is forked from; undefined: it is booted. */
  readonly without: Template | undefined;
}

async function buildBooted(ctx: Context, { store, parts }: TemplateSource, workshop: EntryWorkshop, build: BootedBuild): Promise<void> {
  const { entryHostPath, work } = workshop;
  const { memoryHostPath, stateHostPath } = savedFiles(entryHostPath);
  const systemHostPath = join(work.hostPath, 'system.qcow2');
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: parts.tools.systemHostPath, backingFormat: 'raw' });
  // One below the owner's record: there the sweeper looks for a killed raidlab's QEMU.
  const scratchHostPath = join(await work.openOutside(store.runtimeHostPath, 0o700), 'machine');
  await mkdir(scratchHostPath, { mode: 0o700 });
  const spec = specOf(parts, { systemHostPath, evidenceHostPath: build.evidenceHostPath, scratchHostPath });
  try {
    await using machine = await startBare(ctx, spec, memoryHostPath, work.hostPath, build);
    await machine.save(ctx, stateHostPath);
  } catch (error) {
    throw templateFailure(error, memoryHostPath);
  }
}

async function startBare(
  ctx: Context,
  spec: MachineSpec,
  memoryHostPath: string,
  disksHostPath: string,
  { bays, without }: BootedBuild,
): Promise<Machine> {
  if (without === undefined) {
    await createMemoryFile(ctx, memoryHostPath, spec.memoryMiB);
    return startMachine(ctx, spec, { memory: { kind: 'shared-file', hostPath: memoryHostPath }, root: 'bare' });
  }
  await copyMemoryFile(ctx, without.saved.memoryHostPath, memoryHostPath, spec.memoryMiB);
  const disks: DiskSpec[] = [];
  for (const { serial, sizeBytes, readOnly, ...bus } of bays) {
    const hostPath = join(disksHostPath, `${serial}.raw`);
    await createDiskImage(ctx, hostPath, sizeBytes);
    disks.push({ serial, hostPath, format: 'raw', sizeBytes, ...(readOnly ? { readOnly } : {}), ...bus });
  }
  const machine = await forkMachine(ctx, { ...spec, disks }, without.saved, { memoryHostPath, root: 'bare' });
  // udev is at rest before it is saved: a fork must not go on with what was begun for a blank disk.
  await machine.guest.run(ctx, ['udevadm', 'settle']);
  return machine;
}
