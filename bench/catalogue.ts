// `npm run bench:catalogue -- [OPTIONS]`: runs the catalogue, drills and twins, by kernel, through raidlab itself, and writes what it
// came to into bench/catalogue-results.json and, as tables, into docs/measurements.md.
//
//   what is missing in the results ──► raidlab drill NAMES… --json, a round at a time ──► results ──► tables between the markers
//
// What is there already is not run again: a bench that was interrupted (Ctrl-C keeps the drills that were over) goes on where it was.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { selectDrills, promisingDrills } from '../src/drills/registry.ts';
import { isOf, missingDrills, readResults, runsOf, writeResults } from './catalogue-results.ts';
import type { Series } from './catalogue-results.ts';
import { catalogueTables } from './catalogue-tables.ts';
import { writeKnownDurations } from './known-durations.ts';
import { measureRaidlab, seconds } from './measure.ts';
import { writeTables } from './write-tables.ts';

const usage = `usage: npm run bench:catalogue -- [OPTIONS]
  --kernels K[/T],…   suites of the kernel, and of the tools where that is another (default: bookworm,trixie,trixie-backports/trixie)
  --drills NAME,…     names and globs (default: all that promise something)
  --twins WHICH       no, only or both (default: both)
  --rounds N          how many runs of each there are to be (default: 3)
  --jobs N            how many at once (default: 1)
  --layout NAME       a named layout instead of the drills' own
  --output DIR        where the evidence goes (default: raidlab-results)
  --anew              forgets the results of what is asked for, and runs it again
  --tables            runs nothing, writes the tables`;

const root = path.resolve(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    kernels: { type: 'string', default: 'bookworm,trixie,trixie-backports/trixie' },
    drills: { type: 'string', default: '' },
    twins: { type: 'string', default: 'both' },
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '1' },
    layout: { type: 'string', default: 'own' },
    output: { type: 'string', default: 'raidlab-results' },
    anew: { type: 'boolean', default: false },
    tables: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !['no', 'only', 'both'].includes(values.twins)) {
  console.log(usage);
  process.exit(values.help ? 0 : 64);
}

const words = values.drills.split(',').filter((word) => word !== '');
const drills = (words.length === 0 ? promisingDrills() : selectDrills(words)).filter((drill) => drill.twin !== null);
const names = drills.map((drill) => drill.name);
const rounds = Number(values.rounds);
const jobs = Number(values.jobs);
const interruption = new AbortController();
// Ctrl-C reaches raidlab, too, which ends its drills and says so: what was over is kept.
process.on('SIGINT', () => {
  interruption.abort();
});

const wanted = values.tables ? [] : seriesAsked();
if (values.anew) forget(wanted);
const exitCodes: number[] = [];
for (const series of wanted) {
  for (let round = 1; round <= rounds && !interruption.signal.aborted; round += 1) await runRound(series, round);
}
await tellTables();
process.exitCode = interruption.signal.aborted ? 130 : exitCodes.every((code) => code === 0) ? 0 : 1;

function seriesAsked(): readonly Series[] {
  const twins = values.twins === 'both' ? [false, true] : [values.twins === 'only'];
  return values.kernels.split(',').flatMap((choice) => {
    const [kernel = '', tools = kernel] = choice.split('/');
    return twins.map((isTwin) => ({ kernel, tools, isTwin, layout: values.layout }));
  });
}

function forget(asked: readonly Series[]): void {
  const { runs, sessions } = readResults();
  const isForgotten = (of: Series): boolean => asked.some((series) => isOf(series, of));
  writeResults({
    v: 1,
    runs: runs.filter((run) => !(isForgotten(run) && names.includes(run.drill))),
    sessions: sessions.filter((session) => !isForgotten(session)),
  });
}

/** Runs the drills that have fewer runs than this round is, each once. */
async function runRound(series: Series, round: number): Promise<void> {
  const missing = missingDrills(readResults(), series, names, round);
  const { kernel, tools, isTwin, layout } = series;
  const what = `${isTwin ? 'twins' : 'drills'} on ${kernel} with tools of ${tools}${layout === 'own' ? '' : `, ${layout}`}, round ${round}`;
  if (missing.length === 0) {
    console.log(`${what}: there already`);
    return;
  }
  console.log(`${what}: ${missing.length} to run`);
  const options = ['--kernel', kernel, '--tools', tools, '--jobs', `${jobs}`, '--output', path.resolve(root, values.output)];
  const more = [...(isTwin ? ['--twin'] : []), ...(layout === 'own' ? [] : ['--layout', layout])];
  const at = new Date().toISOString();
  const { events, exitCode, wallMs } = await measureRaidlab(root, ['drill', ...missing, ...options, ...more]);
  const found = runsOf(series, events);
  const { runs, sessions } = readResults();
  const sumMs = found.reduce((sum, run) => sum + (run.durationMs ?? 0), 0);
  // Part of a round, as after an interruption, says nothing about the time of a whole one.
  const isWhole = found.length === names.length && words.length === 0;
  const session = { ...series, drills: found.length, jobs, wallMs: Math.round(wallMs), sumMs, exitCode, at };
  writeResults({ v: 1, runs: [...runs, ...found], sessions: isWhole ? [...sessions, session] : sessions });
  for (const run of found) console.log(`  ${run.outcome.padEnd(12)} ${seconds(run.durationMs ?? 0).padStart(8)}  ${run.drill}`);
  console.log(`  took ${seconds(wallMs)}, exit ${exitCode}`);
  exitCodes.push(exitCode);
}

async function tellTables(): Promise<void> {
  const results = readResults();
  if (results.runs.length === 0) return;
  const names = promisingDrills().map((drill) => drill.name);
  await writeTables('bench:catalogue', 'The catalogue', catalogueTables(results, names));
  await writeKnownDurations(results.runs);
}
