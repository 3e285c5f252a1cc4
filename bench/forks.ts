// `npm run bench:forks`: from nothing to the first guest command, by a cold boot and by forks of both templates; and what a
// second fork adds to the memory.
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { storeOf } from '../src/cli/make-cli.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { createContext } from '../src/machine/context.ts';
import { firstCommand } from './first-command.ts';
import type { Beginning } from './first-command.ts';
import { median, report } from './measure.ts';

const rounds = Number(process.argv[2] ?? 7);
const ctx = createContext();

using results = mkdtempDisposableSync(`${tmpdir()}/raidlab-bench-`);
await using store = await openStore(ctx, storeOf(process.env));
const first = async (beginning: Beginning, beside?: () => Promise<unknown>) => firstCommand(ctx, store, results.path, beginning, beside);

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
