// `npm run bench:boot -- [SUITE…]`: installed systems, built from nothing, and booted to their login beside a plain QEMU boot of the same
// files: the goals are 4 minutes, and at most 1.3 times as long. Takes about five minutes a suite.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createContext } from '../src/machine/context.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../src/machine/cache/pick-evictions.ts';
import { createOverlay } from '../src/machine/files/disk-image.ts';
import type { InstalledSystem } from '../src/machine/image/artefact.ts';
import { ensureSystem } from '../src/machine/image/system/ensure-system.ts';
import { installedRootUuid } from '../src/machine/image/system/installed-root.ts';
import { installedSuites } from '../src/machine/image/system/system-choice.ts';
import type { MachineSpec } from '../src/machine/machine.ts';
import { findQemu } from '../src/machine/qemu/qemu-program.ts';
import { powerOnInstalled } from '../src/machine/start/start-installed.ts';
import { median, report, seconds } from './measure.ts';

const suites = process.argv.length > 2 ? process.argv.slice(2) : installedSuites;
const rounds = 3;
const memoryMiB = 1024;
const accelerator = 'tcg';
const buildGoalMs = 240_000;
const ratioGoal = 1.3;

const ctx = createContext();
for (const suite of suites) await measureSuite(suite);

async function measureSuite(suite: string): Promise<void> {
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
  const system = await ensureSystem(ctx, store, suite);
  const buildMs = performance.now() - startedMs;
  report(`${suite}: built from nothing`, seconds(buildMs), seconds(buildGoalMs), buildMs <= buildGoalMs);

  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await bootOurs(system, path.join(place.path, `ours-${String(round)}`)));
    plain.push(await bootPlain(system, path.join(place.path, `plain-${String(round)}`)));
  }
  const ratio = median(ours) / median(plain);
  const value = `${seconds(median(ours))}, plain QEMU ${seconds(median(plain))}, ratio ${ratio.toFixed(2)}`;
  report(`${suite}: boot to the login`, value, `ratio ${String(ratioGoal)}`, ratio <= ratioGoal);
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
