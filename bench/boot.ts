// `npm run bench:boot -- [OPTIONS]`: boots installed systems without a disk, with a late one, after a repair, through raidlab itself, and
// writes what came of it into bench/boot-results.json and, as tables, into docs/boot.md.
//
//   what is missing in the results ──► raidlab drill NAME --json, one or some at a time ──► results ──► tables between the markers
//
// What is there already is not run again: a bench that was interrupted goes on where it was. A case takes two to four minutes under TCG.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { initramfsMakers } from '../src/core/boot/initramfs-maker.ts';
import type { InitramfsMaker } from '../src/core/boot/initramfs-maker.ts';
import type { RecordedEvent } from '../src/core/event.ts';
import type { Encryption } from '../src/core/layout/layout.ts';
import { whyNotOnParts } from '../src/drills/applicability.ts';
import { drillFor } from '../src/drills/drill-for.ts';
import { sideBySide } from '../src/drills/proof/side-by-side.ts';
import { promisingDrills, selectDrills } from '../src/drills/registry.ts';
import { installedSuites } from '../src/machine/image/system/system-choice.ts';
import { measureImage } from './boot-image.ts';
import { bootRunsOf, isSameCase, readBootResults, writeBootResults } from './boot-results.ts';
import type { BootCase, BootRun } from './boot-results.ts';
import { bootTables } from './boot-tables.ts';
import { measureRaidlab, seconds } from './measure.ts';

interface MissingRun extends BootCase {
  /** Counted from 1. */
  readonly round: number;
}

const root = path.resolve(import.meta.dirname, '..');
const imageRounds = 3;

const usage = `usage: npm run bench:boot -- [OPTIONS]
  --suites S,…        installed systems (default: ${installedSuites.join(',')})
  --makers M,…        what makes their initramfs (default: ${initramfsMakers.join(',')})
  --encryption E,…    luks2 or none, where a drill runs on it (default: luks2,none)
  --drills NAME,…     names and globs (default: all that boot an installed system, and replace-missing-disk --boot systemd)
  --twins WHICH       no, only or both (default: both)
  --rounds N          how many runs of each there are to be (default: 3)
  --jobs N            how many at a time (default: 1)
  --images            builds each system from nothing, too, and measures its boot beside a plain QEMU boot of the same files
  --output DIR        where the evidence goes (default: raidlab-results)
  --anew              forgets the results of what is asked for, and runs it again
  --add RUN           takes the results of a run that is there (raidlab-results/RUN), and writes the tables; can be given more than once
  --tables            runs nothing, writes the tables`;

const { values } = parseArgs({
  options: {
    suites: { type: 'string', default: installedSuites.join(',') },
    makers: { type: 'string', default: initramfsMakers.join(',') },
    encryption: { type: 'string', default: 'luks2,none' },
    drills: { type: 'string', default: '' },
    twins: { type: 'string', default: 'both' },
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '1' },
    images: { type: 'boolean', default: false },
    output: { type: 'string', default: 'raidlab-results' },
    anew: { type: 'boolean', default: false },
    add: { type: 'string', multiple: true, default: [] },
    tables: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const listOf = (text: string): readonly string[] => text.split(',').filter((word) => word !== '');
const suites = listOf(values.suites);
const makers = initramfsMakers.filter((maker) => listOf(values.makers).includes(maker));
const areNumbers = [values.rounds, values.jobs].every((word) => /^[1-9][0-9]?$/u.test(word));
if (values.help || !areNumbers || !['no', 'only', 'both'].includes(values.twins) || makers.length !== listOf(values.makers).length) {
  console.log(usage);
  process.exit(values.help ? 0 : 64);
}

const rounds = Number(values.rounds);
/** A drill on raidlab's own small system is booted by an installed one in its proof. */
const everyDrill = promisingDrills().filter((drill) => drill.system === 'installed' || drill.name === 'replace-missing-disk');
const drills = values.drills === '' ? everyDrill : selectDrills(listOf(values.drills));
const interruption = new AbortController();
// Ctrl-C reaches raidlab, too, which ends its drill and says so: what was over is kept.
process.on('SIGINT', () => {
  interruption.abort();
});

const runsNothing = values.tables || values.add.length > 0;
const cases = runsNothing ? [] : casesAsked();
for (const directory of values.add) addRun(directory);
if (values.anew) {
  const { runs, images } = readBootResults();
  writeBootResults({ v: 1, runs: runs.filter((run) => !cases.some((asked) => isSameCase(asked, run))), images });
}
const exitCodes: number[] = [];
if (values.images && !runsNothing) for (const suite of suites) for (const maker of makers) await measureSystem(suite, maker);
const missing = missingRuns();
if (!runsNothing) console.log(`${missing.length} runs are missing`);
await sideBySide(
  missing.map((run) => () => runCase(run)),
  Number(values.jobs),
);
await writeTables(
  bootTables(
    readBootResults(),
    everyDrill.map(({ name }) => name),
  ),
);
process.exitCode = interruption.signal.aborted ? 130 : exitCodes.every((code) => code === 0) ? 0 : 1;

function casesAsked(): readonly BootCase[] {
  const twins = values.twins === 'both' ? [false, true] : [values.twins === 'only'];
  const encryptions = (['luks2', 'none'] as const).filter((encryption) => listOf(values.encryption).includes(encryption));
  return suites.flatMap((suite) =>
    makers.flatMap((maker) =>
      drills
        .map((drill) => drillFor(drill, maker))
        .filter(({ initramfs = maker }) => initramfs === maker)
        .flatMap((drill) =>
          encryptions
            .filter((encryption: Encryption) => whyNotOnParts(drill, { ...drill.layout, encryption }) === null)
            .flatMap((encryption) => twins.map((isTwin) => ({ suite, maker, encryption, drill: drill.name, isTwin }))),
        ),
    ),
  );
}

/** Adds what a run came to, or says it anew. */
function addRun(directory: string): void {
  const lines = readFileSync(path.resolve(directory, 'events.ndjson'), 'utf8').trimEnd().split('\n');
  const found = bootRunsOf(lines.map((line) => JSON.parse(line) as RecordedEvent));
  const { runs, images } = readBootResults();
  const isTold = (known: BootRun): boolean => found.some((run) => isSameCase(known, run) && known.at === run.at);
  writeBootResults({ v: 1, runs: [...runs.filter((known) => !isTold(known)), ...found], images });
}

async function measureSystem(suite: string, maker: InitramfsMaker): Promise<void> {
  if (readBootResults().images.some((image) => image.suite === suite && image.maker === maker) && !values.anew) return;
  const measured = await measureImage({ suite, maker }, imageRounds);
  const { runs, images } = readBootResults();
  writeBootResults({ v: 1, runs, images: [...images.filter((image) => image.suite !== suite || image.maker !== maker), measured] });
  console.log(`${suite}, ${maker}: built in ${seconds(measured.buildMs)}`);
}

/** Gives what is still to be run, round by round. What could not be judged is told, and is still to be run. */
function missingRuns(): readonly MissingRun[] {
  const judged = readBootResults().runs.filter(({ verdict }) => verdict !== 'inconclusive');
  const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
  return numbers.flatMap((round) =>
    cases.filter((asked) => judged.filter((run) => isSameCase(asked, run)).length < round).map((asked) => ({ ...asked, round })),
  );
}

async function runCase(asked: MissingRun): Promise<void> {
  if (interruption.signal.aborted) return;
  const { suite, maker, encryption, drill, isTwin, round } = asked;
  const isInstalled = everyDrill.some(({ name, system }) => name === drill && system === 'installed');
  const words = [
    ...['drill', drill, '--kernel', suite, '--output', path.resolve(root, values.output)],
    ...(isInstalled ? [] : ['--boot', 'systemd']),
    ...(maker === initramfsMakers[0] ? [] : ['--initramfs', maker]),
    ...(encryption === 'luks2' ? [] : ['--encryption', encryption]),
    ...(isTwin ? ['--twin'] : []),
  ];
  const { events, exitCode, wallMs } = await measureRaidlab(root, words);
  exitCodes.push(exitCode);
  const run = bootRunsOf(events).find((each) => isSameCase(asked, each));
  const what = `${isTwin ? `twin of ${drill}` : drill}, ${suite}, ${maker}, ${encryption}, round ${round}`;
  console.log(`${what}: ${run?.outcome ?? 'no result'}, took ${seconds(wallMs)}, exit ${exitCode}`);
  if (run === undefined) return;
  const { runs, images } = readBootResults();
  writeBootResults({ v: 1, runs: [...runs, run], images });
}

/** Writes the tables between the markers of docs/boot.md. */
async function writeTables(tables: string): Promise<void> {
  const hostPath = path.join(root, 'docs/boot.md');
  const [begin, end] = ['begin', 'end'].map((word) => `<!-- Made by \`npm run bench:boot\`: ${word} -->`) as [string, string];
  const [before, rest = ''] = readFileSync(hostPath, 'utf8').split(begin);
  const after = rest.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${hostPath} has no place for the tables`);
  const text = `${before}${begin}\n\n${tables}\n\n${end}${after}`;
  writeFileSync(hostPath, await prettier.format(text, { ...(await prettier.resolveConfig(hostPath)), filepath: hostPath }));
}
