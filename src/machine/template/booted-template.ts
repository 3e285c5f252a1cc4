import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryKey } from '../cache/entry-name.ts';
import type { CacheEntry, EntryWorkshop } from '../cache/ensure-entry.ts';
import { hashText } from '../cache/file-hash.ts';
import type { OpenStore } from '../cache/open-store.ts';
import type { Context } from '../context.ts';
import { createOverlay } from '../disk-image.ts';
import type { ToolsArtefact } from '../image/artefact.ts';
import type { Accelerator, MachineSpec } from '../machine.ts';
import { planQemuCommand } from '../qemu/qemu-command.ts';
import type { SavedMachine } from '../saved-machine.ts';
import { startMachine } from '../start-machine.ts';
import { createMemoryFile, savedFiles, templateFailure } from './template-files.ts';
import { ensureTemplate } from './template-use.ts';
import type { TemplateUse } from './template-use.ts';

/** Everything that shapes a booted machine before it has disks. */
export interface BootedParts extends Pick<MachineSpec, 'qemu' | 'kernel' | 'memoryMiB' | 'bootTimeoutMs'> {
  readonly accelerator: Accelerator;
  readonly tools: ToolsArtefact;
}

/** Where templates are kept, how they are used, and what machines of them are made from. */
export interface TemplateSource {
  readonly store: OpenStore;
  readonly use: TemplateUse;
  readonly parts: BootedParts;
}

/** A template in the cache. */
export interface Template {
  readonly entry: CacheEntry;
  readonly saved: SavedMachine;
}

/** Raised when a booted machine becomes something else without its command line or its images showing it. */
const bootedVersion = 1;

/**
 * Gives the template of a machine that has booted, loaded its modules and waits to be woken: no disks, a bare root. It is
 * made when it is not in the cache. `evidenceHostPath` is an existing directory for the console of the boot that makes it.
 *
 * Rejects as `startMachine` and `ensureEntry` do.
 */
export async function ensureBootedTemplate(ctx: Context, source: TemplateSource, evidenceHostPath: string): Promise<Template> {
  const { store, use, parts } = source;
  const key = await planBootedKey(parts);
  const entry = await ensureTemplate(ctx, store, use, key, async (building, workshop) => {
    await buildBooted(building, store, parts, workshop, evidenceHostPath);
    return { description: describeBooted(parts), packages: {} };
  });
  return { entry, saved: { ...savedFiles(entry.hostPath), serials: [], root: 'bare' } };
}

/** Gives what names the template in the cache: QEMU, its whole command line but for the places of files, what is in the images, and under KVM the processor. */
export async function planBootedKey(parts: BootedParts): Promise<EntryKey> {
  const argv = planQemuCommand(specOf(parts, { systemHostPath: 'SYSTEM', evidenceHostPath: 'EVIDENCE', scratchHostPath: 'SCRATCH' }));
  const processor = parts.accelerator === 'kvm' ? describeProcessor(await readFile('/proc/cpuinfo', 'utf8')) : null;
  const { qemu, kernel, tools } = parts;
  const shape = [bootedVersion, qemu.build, argv, kernel.digest, tools.digest, processor];
  return { kind: 'booted', digest: await hashText(JSON.stringify(shape)), artefact: `template of a booted machine, ${kernel.version}` };
}

/** Gives the lines of /proc/cpuinfo that a guest under KVM is told of, for the first processor. Source: proc_cpuinfo(5). */
export function describeProcessor(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  return first
    .split('\n')
    .filter((line) => /^(?:vendor_id|cpu family|model|stepping|microcode|flags)\b/u.test(line))
    .join('\n');
}

function describeBooted({ kernel, tools, memoryMiB, accelerator }: BootedParts): string {
  return `kernel ${kernel.version}, tools of ${tools.suite}, ${String(memoryMiB)} MiB, ${accelerator}`;
}

type Places = Pick<MachineSpec, 'systemHostPath' | 'evidenceHostPath' | 'scratchHostPath'>;

function specOf(parts: BootedParts, places: Places): MachineSpec {
  const { tools, ...shape } = parts;
  return { ...shape, ...places, name: 'booted-template', rootHostPath: tools.rootHostPath, disks: [] };
}

async function buildBooted(
  ctx: Context,
  store: OpenStore,
  parts: BootedParts,
  { entryHostPath, work }: EntryWorkshop,
  evidenceHostPath: string,
): Promise<void> {
  const saved = savedFiles(entryHostPath);
  await createMemoryFile(ctx, saved.memoryHostPath, parts.memoryMiB);
  const systemHostPath = join(work.hostPath, 'system.qcow2');
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: parts.tools.systemHostPath, backingFormat: 'raw' });
  // One below the owner's record: there the sweeper looks for the QEMU of a killed raidlab.
  const scratchHostPath = join(await work.openOutside(store.runtimeHostPath, 0o700), 'machine');
  await mkdir(scratchHostPath, { mode: 0o700 });
  try {
    await using machine = await startMachine(ctx, specOf(parts, { systemHostPath, evidenceHostPath, scratchHostPath }), {
      memory: { kind: 'shared-file', hostPath: saved.memoryHostPath },
      root: 'bare',
    });
    await machine.save(ctx, saved.stateHostPath);
  } catch (error) {
    throw templateFailure(error, saved.memoryHostPath);
  }
}
