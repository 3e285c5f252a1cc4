// `npm run bench:forks`: from nothing to the first guest command, by a cold boot and by forks of both templates; and what a
// second fork adds to the memory. All with the kit that a drill uses.
import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defaultLayout } from '../src/core/layout.ts';
import { beginDrill } from '../src/drills/begin-drill.ts';
import { openBlankRun } from '../src/drills/blank-run.ts';
import type { Step } from '../src/drills/drill.ts';
import { DrillRun } from '../src/drills/drill-run.ts';
import type { MachineKit } from '../src/drills/machine-kit.ts';
import { prepareKit } from '../src/drills/prepare-kit.ts';
import { replaceMissingDisk } from '../src/drills/catalogue/replace-missing-disk.ts';
import type { DrillRequest } from '../src/drills/run-drill.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { openScratch } from '../src/machine/cache/scratch.ts';
import { createContext } from '../src/machine/context.ts';
import { createMachineSlots } from '../src/machine/machine-slots.ts';
import { storeOf } from '../src/cli/make-cli.ts';
import { median, report } from './measure.ts';

const rounds = Number(process.argv[2] ?? 7);
const ctx = createContext();

using results = mkdtempDisposableSync(`${tmpdir()}/raidlab-bench-`);
await using store = await openStore(ctx, storeOf(process.env));

type Beginning = 'cold boot' | 'fork, booted' | 'fork, array ready';

/** Brings a machine up, runs a command in it, and gives how long that took and what QEMU holds of the memory. */
async function first(beginning: Beginning, beside?: () => Promise<unknown>): Promise<{ readonly ms: number; readonly pssKib: number }> {
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
    runHostPath: `${results.path}/${scratch.hostPath.slice(-8)}`,
    mirrors: {},
  };
  const kit = await prepareKit(ctx, request, store, scratch);
  const blank = beginning === 'fork, array ready' ? undefined : await openDiskless(request, kit);
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
async function openDiskless(request: DrillRequest, kit: MachineKit): Promise<DrillRun> {
  const { array, payload, disks } = await openBlankRun(ctx, kit, request);
  return new DrillRun(ctx, { drill: request.drill.name, array, kit, disks: { ...disks, disks: [] }, payload, seed: request.seed });
}

/** Gives the proportional set size of a process: pages that several processes share count by their part. Source: proc_pid_smaps(5). */
function proportionalKib(pid: number): number {
  return Number(/^Pss: +(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

// What is missing is made, and what is on the disk is read, before anything is measured.
for (const beginning of ['fork, booted', 'fork, array ready'] as const) await first(beginning);

const times = new Map<Beginning, number[]>();
for (let round = 0; round < rounds; round++) {
  for (const beginning of ['cold boot', 'fork, booted', 'fork, array ready'] as const) {
    // A boot takes long enough to be measured less often.
    if (beginning === 'cold boot' && round >= 3) continue;
    const { ms } = await first(beginning);
    times.set(beginning, [...(times.get(beginning) ?? []), ms]);
  }
}
const medianOf = (beginning: Beginning): number => median(times.get(beginning) ?? []);
for (const [beginning, all] of times)
  console.log(`${beginning}: first command after ${medianOf(beginning).toFixed(0)} ms (median of ${all.length})`);
for (const beginning of ['fork, booted', 'fork, array ready'] as const) {
  const ratio = medianOf('cold boot') / medianOf(beginning);
  report(`cold boot to ${beginning}`, `${ratio.toFixed(1)} ×`, 'at least 25 ×', ratio >= 25);
}

const booted = await first('cold boot');
let second = { ms: 0, pssKib: Number.NaN };
const alone = await first('fork, array ready', async () => {
  second = await first('fork, array ready');
});
const mebibytes = (kib: number): string => `${(kib / 1024).toFixed(0)} MiB`;
console.log(
  `memory (PSS) at the first command: a boot ${mebibytes(booted.pssKib)}, a fork alone ${mebibytes(alone.pssKib)}, a second fork beside it ${mebibytes(second.pssKib)}`,
);
report(
  'second fork to the first',
  `${((100 * second.pssKib) / alone.pssKib).toFixed(0)} %`,
  'under 35 %',
  second.pssKib < 0.35 * alone.pssKib,
);
