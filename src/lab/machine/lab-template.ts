/**
 * A lab's array, built in advance: a machine with a network card and a layout's array, saved while it runs. A new lab is a fork of it
 * with copies of its disks. Labs of one template share a LUKS key and a filesystem UUID, as a drill's forks do. They never meet: a disk
 * of one lab does not get into another, and neither holds secrets.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fitLayout } from '../../core/layout/fit-layout.ts';
import { diskSizesBytes } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { planArray, planCreateArray } from '../../core/plan/array.ts';
import { formatCommand } from '../../core/plan/command.ts';
import type { CacheEntry } from '../../machine/cache/entry-record.ts';
import type { EntryWorkshop } from '../../machine/cache/ensure-entry.ts';
import { hashText } from '../../machine/cache/file-hash.ts';
import type { Context } from '../../machine/context.ts';
import { mkfsPartsOf } from '../../machine/image/tools/tools-for-kernel.ts';
import type { DiskSpec } from '../../machine/machine.ts';
import type { SavedMachine } from '../../machine/start/saved-machine.ts';
import { planBootedKey } from '../../machine/template/booted-template.ts';
import type { TemplateSource } from '../../machine/template/booted-template.ts';
import { createForkOrBoot } from '../../machine/template/fork-or-boot.ts';
import { savedFiles, templateFailure } from '../../machine/template/template-files.ts';
import { ensureTemplate } from '../../machine/template/template-use.ts';
import { typeCommand } from '../../storage/type-command.ts';
import { createLabDisks } from '../disks/lab-disks.ts';
import { diskFileName, systemFileName } from '../place/lab-place.ts';

/** A built array at rest, where new labs start. */
export interface LabTemplate {
  readonly entry: CacheEntry;
  readonly saved: SavedMachine;
  /** The directory with the images of its disks and of its system disk. */
  readonly disksHostPath: string;
  /** Of all disks of the layout, members first. */
  readonly luksUuids: readonly string[];
}

/** Raised when the same layout makes a different array. */
const labTemplateVersion = 1;

const machineName = 'lab-template';

/** Gives the serials of a layout's disks, in the order of their bays. */
export function serialsOf(layout: ArrayLayout): readonly string[] {
  return diskSizesBytes(layout).map((_sizeBytes, index) => `DISK${String(index + 1)}`);
}

/** Gives new LUKS UUIDs for the disks of a layout. */
export function drawLuksUuids(layout: ArrayLayout): readonly string[] {
  return diskSizesBytes(layout).map(() => randomUUID());
}

/**
 * Gives the template of a layout's array; it is made if it is not cached. `evidenceHostPath` is an existing directory for the evidence of
 * the machines it is made with. Rejects as `ensureEntry` and `typeCommand` do.
 */
export async function ensureLabTemplate(
  ctx: Context,
  source: TemplateSource,
  asked: ArrayLayout,
  evidenceHostPath: string,
): Promise<LabTemplate> {
  const layout = fitLayout(asked, mkfsPartsOf(source.parts));
  const placeholders = diskSizesBytes(layout).map((_sizeBytes, index) => `UUID-${String(index)}`);
  const typed = planCreateArray(planArray(layout, placeholders)).map(formatCommand);
  const booted = await planBootedKey(source.parts);
  const key = {
    kind: 'lab',
    digest: await hashText(JSON.stringify([labTemplateVersion, booted.digest, layout, typed])),
    artefact: 'template of a lab',
  };
  const entry = await ensureTemplate(ctx, source.store, source.use, key, async (building, workshop) => {
    const luksUuids = await buildLabTemplate(building, source, layout, { workshop, evidenceHostPath });
    return { description: `the array of a lab, ${source.parts.kernel.version}`, packages: {}, facts: { luksUuids } };
  });
  // Written by the builder above and complete: the cache has compared its hash.
  const { luksUuids } = entry.record.facts as unknown as { readonly luksUuids: readonly string[] };
  return {
    entry,
    saved: { ...savedFiles(entry.hostPath), serials: serialsOf(layout), root: 'joined' },
    disksHostPath: entry.hostPath,
    luksUuids,
  };
}

async function buildLabTemplate(
  ctx: Context,
  source: TemplateSource,
  layout: ArrayLayout,
  { workshop, evidenceHostPath }: { readonly workshop: EntryWorkshop; readonly evidenceHostPath: string },
): Promise<readonly string[]> {
  const { parts, store } = source;
  const { entryHostPath, work } = workshop;
  const { memoryHostPath, stateHostPath } = savedFiles(entryHostPath);
  const luksUuids = drawLuksUuids(layout);
  const sizes = diskSizesBytes(layout);
  const sized = serialsOf(layout).map((serial, index) => ({ serial, sizeBytes: sizes[index] ?? 0 }));
  await createLabDisks(ctx, entryHostPath, sized, parts.tools.systemHostPath);
  const disks: readonly DiskSpec[] = sized.map(({ serial, sizeBytes }) => ({
    serial,
    sizeBytes,
    hostPath: join(entryHostPath, diskFileName(serial)),
    format: 'raw',
    bus: layout.bus,
  }));
  const scratchHostPath = await work.openOutside(store.runtimeHostPath, 0o700);
  const { tools, ...shape } = parts;
  const spec = {
    ...shape,
    name: machineName,
    rootHostPath: tools.rootHostPath,
    systemHostPath: join(entryHostPath, systemFileName),
    systemFormat: 'raw',
    disks,
    evidenceHostPath,
    scratchHostPath,
  } as const;
  try {
    await using machine = await createForkOrBoot(source)(ctx, spec, memoryHostPath);
    for (const planned of planCreateArray(planArray(layout, luksUuids))) await typeCommand(ctx, machine.guest, planned);
    await machine.save(ctx, stateHostPath);
  } catch (error) {
    throw templateFailure(error, memoryHostPath);
  }
  return luksUuids;
}
