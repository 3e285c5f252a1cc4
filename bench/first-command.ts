// A machine made with the kit that a drill uses, up to its first command: by a cold boot, or by a fork of a template.
import { readFileSync } from 'node:fs';
import { defaultLayout } from '../src/core/layout/layout.ts';
import { beginDrill } from '../src/drills/begin/begin-drill.ts';
import { openBlankRun } from '../src/drills/begin/blank-run.ts';
import type { Step } from '../src/drills/drill.ts';
import { DrillRun } from '../src/drills/drill-run.ts';
import type { MachineKit } from '../src/drills/begin/machine-kit.ts';
import { prepareKit } from '../src/drills/begin/prepare-kit.ts';
import { replaceMissingDisk } from '../src/drills/catalogue/replace-missing-disk.ts';
import type { DrillRequest } from '../src/drills/drill-request.ts';
import type { OpenStore } from '../src/machine/cache/open-store.ts';
import { openScratch } from '../src/machine/cache/scratch.ts';
import type { Context } from '../src/machine/context.ts';
import { createMachineSlots } from '../src/machine/machine-slots.ts';

/** How a machine comes to be. */
export type Beginning = 'cold boot' | 'fork, booted' | 'fork, array ready';

/** Brings a machine up, runs a command in it, and gives how long that took and what QEMU holds of the memory; `beside` is done while it is there. */
export async function firstCommand(
  ctx: Context,
  store: OpenStore,
  resultsHostPath: string,
  beginning: Beginning,
  beside?: () => Promise<unknown>,
): Promise<{ readonly ms: number; readonly pssKib: number }> {
  await using scratch = await openScratch(ctx, store, 'bench');
  const request: DrillRequest = {
    drill: replaceMissingDisk,
    layout: defaultLayout,
    payloadBytes: replaceMissingDisk.payloadBytes,
    strict: false,
    seed: '1',
    skippedSteps: [],
    kernel: 'trixie',
    tools: 'trixie',
    memoryMiB: 1024,
    accelerator: 'tcg',
    store,
    templates: { mode: beginning === 'cold boot' ? 'cold' : 'fork', renewed: new Set() },
    slots: createMachineSlots(2),
    runHostPath: `${resultsHostPath}/${scratch.hostPath.slice(-8)}`,
    mirrors: {},
  };
  const kit = await prepareKit(ctx, request, store, scratch);
  const blank = beginning === 'fork, array ready' ? undefined : await openDiskless(ctx, request, kit);
  const startedMs = performance.now();
  const build = { run: async (run: DrillRun, step: Step) => step.run(run), restored: () => undefined };
  await using run = blank ?? (await beginDrill(ctx, { kit, store, request }, build));
  if (blank !== undefined) await run.boot();
  await run.guest.run(ctx, ['true']);
  const ms = performance.now() - startedMs;
  const pssKib = proportionalKib(run.machine.pid);
  await beside?.();
  return { ms, pssKib };
}

/** A drill whose machine has no array disks: what the template of the first level is. */
async function openDiskless(ctx: Context, request: DrillRequest, kit: MachineKit): Promise<DrillRun> {
  const { array, payload, disks } = await openBlankRun(ctx, kit, request);
  return new DrillRun(ctx, { drill: request.drill.name, array, kit, disks: { ...disks, disks: [] }, payload, seed: request.seed });
}

/** Gives the proportional set size of a process: pages that several processes share count by their part. Source: proc_pid_smaps(5). */
function proportionalKib(pid: number): number {
  return Number(/^Pss: +(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}
