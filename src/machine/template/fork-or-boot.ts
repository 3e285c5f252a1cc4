/**
 * How a drill's machine is started: by a fork of the booted template, or by a boot.
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
import type { DiskSpec, Machine, MachineMemory, MachineSpec } from '../machine.ts';
import { startInstalled } from '../start/start-installed.ts';
import { canBeSaved } from '../start/saved-machine.ts';
import { forkMachine, startMachine } from '../start/start-machine.ts';
import { ensureBootedTemplate } from './booted-template.ts';
import type { DiskBay, Template, TemplateSource } from './booted-template.ts';
import { copyMemoryFile, createMemoryFile } from './template-files.ts';

/**
 * Starts a machine and resolves when storage commands can be typed. `memoryHostPath`, if given, does not exist yet and becomes the
 * machine's memory, so that it can be saved.
 */
export type StartMachine = (ctx: Context, spec: MachineSpec, memoryHostPath?: string) => Promise<Machine>;

/** Boots a machine, without any template; an installed system to its login. */
export const boot: StartMachine = async (ctx, spec, memoryHostPath) => {
  if (memoryHostPath !== undefined) await createMemoryFile(ctx, memoryHostPath, spec.memoryMiB);
  const memory: MachineMemory = memoryHostPath === undefined ? { kind: 'own' } : { kind: 'shared-file', hostPath: memoryHostPath };
  return spec.kernel.abilities.root === 'installed' ? startInstalled(ctx, spec, { memory }) : startMachine(ctx, spec, { memory });
};

/** After this many templates that could not be forked there is a cause that another one does not cure. */
const mostRejections = 2;

/** Gives a function that starts machines by forking booted templates, or by booting them if that fails. */
export function createForkOrBoot(source: TemplateSource): StartMachine {
  const templates = new Map<string, Promise<Template>>();
  let rejections = 0;
  return async (ctx, spec, memoryHostPath) => {
    if (rejections >= mostRejections) return boot(ctx, spec, memoryHostPath);
    // A machine that becomes a template itself is made once: its disks are inserted, without a template for that.
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

/** The bays of disks whose sizes are known, in machines that can be saved with them. None if one is not: then all are inserted. */
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

/** Gives a template, or undefined, and says so, if the disk has no room for it: the machine can still boot. */
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
 * Forks a machine; if the template is to blame, gives the result of `otherwise` instead: errors of a machine before its first command,
 * even a crash of its kernel, say nothing about storage. If the context ended, its error is rethrown.
 */
export async function forkOrElse<T>(ctx: Context, fork: () => Promise<T>, otherwise: (why: string) => Promise<T>): Promise<T> {
  try {
    return await fork();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof KernelCrash) && !(error instanceof RaidlabError && error.failure.area === 'machine')) throw error;
    return otherwise(`no machine could be forked from it: ${error.message.replace(/\.$/u, '')}`);
  }
}
