import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openScratch } from '../../src/machine/cache/scratch.ts';
import { openStore } from '../../src/machine/cache/open-store.ts';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../../src/machine/cache/pick-evictions.ts';
import type { Context } from '../../src/machine/context.ts';
import { createDiskImage, createOverlay } from '../../src/machine/files/disk-image.ts';
import { ensureKernel } from '../../src/machine/image/kernel/ensure-kernel.ts';
import { ensureSystem } from '../../src/machine/image/system/ensure-system.ts';
import { ensureTools } from '../../src/machine/image/tools/ensure-tools.ts';
import type { DiskSpec, Machine, MachineSpec } from '../../src/machine/machine.ts';
import { findQemu } from '../../src/machine/qemu/qemu-program.ts';
import { startMachine } from '../../src/machine/start/start-machine.ts';

/** Opens the cache that `./raidlab` uses too, so that tests need not build images of their own. */
export function openUsersStore(ctx: Context): Promise<OpenStore> {
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return openStore(ctx, {
    ...defaultCacheBound,
    rootHostPath: join(cacheHome, 'raidlab'),
    temporaryHostPaths: [process.env.TMPDIR ?? '/tmp', '/var/tmp'],
    memoryHostPath: '/dev/shm',
    runtimeHostPath: process.env.XDG_RUNTIME_DIR ?? '/tmp',
  });
}

/** What a test may want otherwise. */
export interface LiveMachineOptions {
  readonly suite?: string;
  /** A whole Debian, which boots by itself, instead of our own userland. */
  readonly system?: 'installed';
  readonly spec?: Partial<MachineSpec>;
}

/** The files of a machine, removed when disposed; it can be started from them, once at a time. */
export interface MachineFiles extends AsyncDisposable {
  readonly spec: MachineSpec;
  readonly disk: (serial: string) => DiskSpec;
}

/** Makes the files of a machine with two array disks of 256 MiB, DISK1 and DISK2, and the image of a third that is not in it, DISK3. */
export async function openMachineFiles(ctx: Context, options: LiveMachineOptions = {}): Promise<MachineFiles> {
  const store = await openUsersStore(ctx);
  const suite = options.suite ?? 'trixie';
  const { kernel, tools } =
    options.system === 'installed'
      ? await ensureSystem(ctx, store, suite)
      : { kernel: await ensureKernel(ctx, store, { suite }), tools: await ensureTools(ctx, store, { suite }) };
  const scratch = await openScratch(ctx, store, 'test');
  const systemHostPath = join(scratch.hostPath, 'system.qcow2');
  const evidenceHostPath = join(scratch.hostPath, 'evidence');
  await mkdir(evidenceHostPath);
  // As in a drill: one directory a machine, below the one that says whose it is.
  const scratchHostPath = join(scratch.socketHostPath, 'main');
  await mkdir(scratchHostPath, { mode: 0o700 });
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: tools.systemHostPath, backingFormat: 'raw' });
  const disk = (serial: string): DiskSpec => ({ serial, hostPath: join(scratch.hostPath, `${serial}.img`), format: 'raw' });
  for (const serial of ['DISK1', 'DISK2', 'DISK3']) await createDiskImage(ctx, disk(serial).hostPath, 256 * 1024 * 1024);
  const spec: MachineSpec = {
    name: 'main',
    qemu: await findQemu(ctx),
    accelerator: 'tcg',
    kernel,
    rootHostPath: tools.rootHostPath,
    systemHostPath,
    memoryMiB: 768,
    disks: [disk('DISK1'), disk('DISK2')],
    evidenceHostPath,
    scratchHostPath,
    bootTimeoutMs: 120_000,
    ...options.spec,
  };
  const dispose = async (): Promise<void> => {
    await scratch[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  return { spec, disk, [Symbol.asyncDispose]: dispose };
}

/** A machine that runs, with its files. */
export interface LiveMachine extends MachineFiles {
  readonly machine: Machine;
}

/** Makes the files of a machine and starts it. */
export async function openLiveMachine(ctx: Context, options: LiveMachineOptions = {}): Promise<LiveMachine> {
  const files = await openMachineFiles(ctx, options);
  try {
    const machine = await startMachine(ctx, files.spec);
    const dispose = async (): Promise<void> => {
      await machine[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    };
    return { ...files, machine, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}
