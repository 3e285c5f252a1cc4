// An installed system, built from nothing, and booted to its login beside a plain QEMU boot of the same files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InitramfsMaker } from '../src/core/boot/initramfs-maker.ts';
import { createContext } from '../src/machine/context.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../src/machine/cache/pick-evictions.ts';
import { createOverlay } from '../src/machine/files/disk-image.ts';
import type { InstalledSystem } from '../src/machine/image/artefact.ts';
import { ensureSystem } from '../src/machine/image/system/ensure-system.ts';
import { installedRootUuid } from '../src/machine/image/system/installed-root.ts';
import type { MachineSpec } from '../src/machine/machine.ts';
import { findQemu } from '../src/machine/qemu/qemu-program.ts';
import { powerOnInstalled } from '../src/machine/start/start-installed.ts';

const memoryMiB = 1024;
const accelerator = 'tcg';

/** What one build of an installed system, and some boots of it, have taken. */
export interface ImageRun {
  readonly suite: string;
  /** What makes its initramfs. */
  readonly maker: InitramfsMaker;
  readonly buildMs: number;
  readonly oursMs: readonly number[];
  readonly plainMs: readonly number[];
  readonly at: string;
}

const ctx = createContext();

/** Builds an installed system in a cache of its own, and boots it to its login so many times: as raidlab does, and as QEMU does alone. */
export async function measureImage({ suite, maker }: Pick<ImageRun, 'suite' | 'maker'>, rounds: number): Promise<ImageRun> {
  const at = new Date().toISOString();
  // Not below a private home: a user namespace must get into the directories where packages are unpacked.
  using place = mkdtempDisposableSync('/var/tmp/raidlab-bench-');
  chmodSync(place.path, 0o711);
  await using store = await openStore(ctx, {
    ...defaultCacheBound,
    rootHostPath: path.join(place.path, 'cache'),
    temporaryHostPaths: [place.path],
    memoryHostPath: '/dev/shm',
    runtimeHostPath: tmpdir(),
  });
  const startedMs = performance.now();
  const system = await ensureSystem(ctx, store, suite, {}, maker);
  const buildMs = Math.round(performance.now() - startedMs);
  const oursMs: number[] = [];
  const plainMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    oursMs.push(Math.round(await bootOurs(system, path.join(place.path, `ours-${String(round)}`))));
    plainMs.push(Math.round(await bootPlain(system, path.join(place.path, `plain-${String(round)}`))));
  }
  return { suite, maker, buildMs, oursMs, plainMs, at };
}

async function overlay(system: InstalledSystem, directory: string): Promise<string> {
  mkdirSync(directory, { mode: 0o700 });
  const hostPath = path.join(directory, 'system.qcow2');
  await createOverlay(ctx, { hostPath, backingHostPath: system.tools.systemHostPath, backingFormat: 'raw' });
  return hostPath;
}

async function bootOurs({ kernel, tools }: InstalledSystem, directory: string): Promise<number> {
  const systemHostPath = await overlay({ kernel, tools }, directory);
  const places = { systemHostPath, evidenceHostPath: directory, scratchHostPath: directory };
  const shape = {
    name: 'bench',
    qemu: await findQemu(ctx),
    accelerator,
    kernel,
    rootHostPath: null,
    memoryMiB,
    bootTimeoutMs: 120_000,
  } as const;
  const spec: MachineSpec = { ...shape, ...places, disks: [] };
  await using machine = await powerOnInstalled(ctx, spec);
  const { end, afterMs } = await machine.boot;
  if (end !== 'login') throw new Error(`the boot ended at ${String(end)}`);
  return afterMs;
}

/** As one would type it who has the four files. */
async function bootPlain(system: InstalledSystem, directory: string): Promise<number> {
  const disk = await overlay(system, directory);
  const { program } = await findQemu(ctx);
  const { vmlinuzHostPath, initramfsHostPath } = system.kernel;
  const append = `root=UUID=${installedRootUuid} ro console=ttyS0`;
  const words = ['-machine', 'q35', '-accel', accelerator, '-cpu', 'max', '-m', String(memoryMiB), '-nographic', '-nic', 'none'];
  const files = ['-kernel', vmlinuzHostPath, '-initrd', initramfsHostPath, '-append', append, '-drive', `file=${disk},if=virtio`];
  const startedMs = performance.now();
  const child = spawn(program, [...words, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const seen = new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      said = (said + text).slice(-4096);
      if (said.includes(' login: ')) resolve(performance.now() - startedMs);
    });
    child.on('close', (code) => {
      reject(new Error(`QEMU ended with exit ${String(code)}: ${said}`));
    });
  });
  const durationMs = await seen;
  child.kill('SIGKILL');
  await once(child, 'close').catch(() => undefined);
  return durationMs;
}
