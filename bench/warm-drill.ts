// `npm run bench:warm`: the default drill with its whole proof, from templates: in boots of its bare kernel, the yardstick of a host;
// against the time that its machines' processors were busy; against guestfish doing the same job without the proof; and where its time goes.
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RecordedEvent } from '../src/core/event.ts';
import { runGuestfish, whyNoGuestfish } from './guestfish.ts';
import { measureRaidlab, median, report, seconds } from './measure.ts';
import { probeBoot } from './probe-boot.ts';

const rounds = Number(process.argv[2] ?? 3);

using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
await drill(); // makes what is missing, warms the caches
const noGuestfish = whyNoGuestfish('tcg');
const runs = [];
const probesMs: number[] = [];
const guestfishMs: number[] = [];
for (let round = 1; round <= rounds; round++) {
  const run = await drill();
  runs.push(run);
  // The middle one of three: it is short, and what it is compared with is not.
  const probes = [];
  for (let probe = 0; probe < 3; probe++) probes.push(await probeBoot(run.events));
  probesMs.push(median(probes));
  const drillTimes = `drill with proof ${seconds(run.wallMs)}, its processors busy ${seconds(run.busyMs)}, all of it ${seconds(run.cpuMs)}`;
  const line = `round ${round}: probe boot ${seconds(median(probes))}, ${drillTimes}`;
  if (noGuestfish === undefined) {
    const { wallMs } = await runGuestfish('1', 'tcg');
    guestfishMs.push(wallMs);
    console.log(`${line}, guestfish ${seconds(wallMs)}`);
  } else console.log(line);
}
const boots = median(runs.map(({ wallMs }, round) => wallMs / (probesMs[round] ?? Number.NaN)));
report('a warm default drill in probe boots', boots.toFixed(1), 'at most 6', boots <= 6);
const wallToBusy = median(runs.map(({ wallMs, busyMs }) => wallMs / busyMs));
report('wall time of a warm default drill to the busy time of its machines', wallToBusy.toFixed(2), 'at most 1.25', wallToBusy <= 1.25);
if (noGuestfish === undefined) {
  const ratio = median(runs.map(({ wallMs }, round) => (guestfishMs[round] ?? Number.NaN) / wallMs));
  report('guestfish without the proof to the drill with it', `${ratio.toFixed(2)} ×`, 'at least 2 ×', ratio >= 2);
} else console.log(`guestfish is left out: ${noGuestfish}`);
printSteps(runs.at(-1)?.events ?? []);

async function drill() {
  const run = await measureRaidlab(directory.path, ['drill']);
  if (run.exitCode !== 0) throw new Error(`the drill ended with exit ${run.exitCode}`);
  return run;
}

/** Prints a table: each step, its wall time, what of it was commands in guests, and the commands that took longest. */
function printSteps(events: readonly RecordedEvent[]): void {
  console.log('\nstep              wall    commands  the longest');
  let commands: { readonly text: string; readonly ms: number }[] = [];
  for (const event of events) {
    if (event.type === 'step-started') commands = [];
    if (event.type === 'command-ended') {
      const [program = '', ...rest] = event.argv;
      commands.push({ text: [path.basename(program), ...rest].join(' ').slice(0, 32), ms: event.durationMs });
    }
    if (event.type !== 'step-ended') continue;
    const longest = commands.toSorted((a, b) => b.ms - a.ms).slice(0, 3);
    const sum = commands.reduce((total, { ms }) => total + ms, 0);
    const columns = [event.step.padEnd(16), seconds(event.durationMs).padStart(7), seconds(sum).padStart(9)];
    console.log(`${columns.join(' ')}  ${longest.map(({ text, ms }) => `${text} ${seconds(ms)}`).join('; ')}`);
  }
}
