/**
 * How a machine of a drill comes to be: by a fork of the booted template, or by a boot.
 *
 *     template ──► fork ──► machine
 *        │          └─ it cannot be started ─► template rejected, said so ─► boot ─► machine
 *        └─ made on demand; made anew for the next machine
 */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import { rejectEntry } from '../cache/remove-entry.ts';
import type { Context } from '../context.ts';
import { KernelCrash } from '../kernel-crash.ts';
import type { DiskSpec, Machine, MachineSpec } from '../machine.ts';
import { canBeSaved } from '../start/saved-machine.ts';
import { forkMachine, startMachine } from '../start/start-machine.ts';
import { ensureBootedTemplate } from './booted-template.ts';
import type { DiskBay, Template, TemplateSource } from './booted-template.ts';
import { copyMemoryFile, createMemoryFile } from './template-files.ts';

/**
 * Brings a machine up and resolves when storage commands can be typed. `memoryHostPath`, when given, does not exist yet and
 * becomes the machine's memory, so that it can be saved.
 */
export type StartMachine = (ctx: Context, spec: MachineSpec, memoryHostPath?: string) => Promise<Machine>;

/** Boots a machine, without any template. */
export const boot: StartMachine = async (ctx, spec, memoryHostPath) => {
  if (memoryHostPath === undefined) return startMachine(ctx, spec);
  await createMemoryFile(ctx, memoryHostPath, spec.memoryMiB);
  return startMachine(ctx, spec, { memory: { kind: 'shared-file', hostPath: memoryHostPath } });
};

/** After so many templates from which no machine could be forked there is a reason that another one does not cure. */
const mostRejections = 2;

/** Gives a way to start machines that forks them from booted templates, and boots them where that cannot be done. */
export function createForkOrBoot(source: TemplateSource): StartMachine {
  const templates = new Map<string, Promise<Template>>();
  let rejections = 0;
  return async (ctx, spec, memoryHostPath) => {
    if (rejections >= mostRejections) return boot(ctx, spec, memoryHostPath);
    // What becomes a template itself is made once: its disks are plugged in, and no template of its own is made for that.
    const bays = memoryHostPath === undefined ? baysOf(spec.disks) : [];
    const name = JSON.stringify(bays);
    const template = templates.get(name) ?? ensureWithEvidence(ctx, source, spec, bays);
    templates.set(name, template);
    const found = await unlessDiskFull(ctx, () => template).catch((error: unknown) => {
      templates.delete(name);
      throw error;
    });
    if (found === undefined) {
      rejections = mostRejections;
      return boot(ctx, spec, memoryHostPath);
    }
    return forkOrElse(
      ctx,
      async () => {
        if (memoryHostPath === undefined) return forkMachine(ctx, spec, found.saved);
        await copyMemoryFile(ctx, found.saved.memoryHostPath, memoryHostPath, spec.memoryMiB);
        return forkMachine(ctx, spec, found.saved, { memoryHostPath });
      },
      async (why) => {
        rejections += 1;
        templates.delete(name);
        await rejectEntry(ctx, source.store, found.entry, why);
        if (memoryHostPath !== undefined) await rm(memoryHostPath, { force: true });
        return boot(ctx, spec, memoryHostPath);
      },
    );
  };
}

/** The bays of disks whose sizes are known, in machines that can be saved with them. None where one is not: then all are plugged in. */
function baysOf(disks: readonly DiskSpec[]): readonly DiskBay[] {
  const bays = disks.flatMap(({ serial, sizeBytes, bus = 'scsi', readOnly = false }) =>
    sizeBytes === undefined || !canBeSaved(bus) ? [] : [{ serial, sizeBytes, readOnly, ...(bus === 'scsi' ? {} : { bus }) }],
  );
  return bays.length === disks.length ? bays : [];
}

async function ensureWithEvidence(ctx: Context, source: TemplateSource, spec: MachineSpec, bays: readonly DiskBay[]): Promise<Template> {
  const evidenceHostPath = join(dirname(spec.evidenceHostPath), 'booted-template');
  await mkdir(evidenceHostPath, { recursive: true, mode: 0o700 });
  return ensureBootedTemplate(ctx, source, evidenceHostPath, bays);
}

/** Gives a template, or undefined, and says so, where the disk has no room for it: whoever has no room for templates can still boot. */
export async function unlessDiskFull<T>(ctx: Context, make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof RaidlabError) || error.failure.reason !== 'disk-full') throw error;
    const { hostPath, doing } = error.failure;
    ctx.emit({
      type: 'remark-made',
      text: `No template: no space left on the disk that holds ${hostPath}, ${doing}. The machine boots instead.`,
    });
    return undefined;
  }
}

/**
 * Forks a machine; when the template is to blame, gives what `otherwise` gives instead: whatever goes wrong with a machine
 * before its first command, a crash of its kernel included, says nothing about storage. A context that ended is thrown on.
 */
export async function forkOrElse<T>(ctx: Context, fork: () => Promise<T>, otherwise: (why: string) => Promise<T>): Promise<T> {
  try {
    return await fork();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof KernelCrash) && !(error instanceof RaidlabError && error.failure.area === 'machine')) throw error;
    return otherwise(`no machine could be forked from it: ${error.message}`);
  }
}
