import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { choice, integer, string } from '@optique/core/valueparser';
import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import type { ResultCounts } from '../../core/campaign/counts.ts';
import { jobStates, progressOf } from '../../core/campaign/matrix/attempts.ts';
import type { JobState } from '../../core/campaign/matrix/attempts.ts';
import { mostRounds } from '../../core/campaign/matrix/matrix-fields.ts';
import { countJobs, jobsOf, mostJobs } from '../../core/campaign/matrix/matrix.ts';
import type { Matrix } from '../../core/campaign/matrix/matrix.ts';
import { findRegressions } from '../../core/campaign/regressions.ts';
import { everyResult } from '../../core/campaign/result-filter.ts';
import { exitCodes, mostSevere } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { machinesAtOnce, planJobs } from '../../core/jobs/plan-jobs.ts';
import { runMatrix, settleAttempts } from '../../engine/run-matrix.ts';
import { measureHostRoom } from '../../machine/host/host-room.ts';
import { createMachineSlots } from '../../machine/machine-slots.ts';
import { matrixPlanTable } from '../../report/campaign/matrix-lines.ts';
import { regressionsTable } from '../../report/campaign/tables.ts';
import { resultsOfFolder } from '../bundle/results-of-runs.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { archiveHostPathOf, archiveOption, tableOptions } from '../options/archive-options.ts';
import { kernelName } from '../options/kernel-option.ts';
import { jobsOption, outputOption } from '../options/run-options.ts';
import { slurmOptions, slurmWishesOf, usualJobsInQueue } from '../options/slurm-options.ts';
import { pathWord } from '../options/value-parsers.ts';
import { showTable } from '../run/show-table.ts';
import { refuseFiles } from '../slurm/refuse-files.ts';
import { loadMatrix } from './matrix-wishes.ts';
import { openEngine } from './open-engine.ts';
import { ownMatrix } from './own-matrix.ts';
import { prepareMatrix } from './prepare-jobs.ts';
import { tellMatrix } from './tell-matrix.ts';

/** Gives the command line of `raidlab matrix`. */
const matrixArguments = (cli: Cli) =>
  command(
    'matrix',
    object({
      file: optional(
        argument(pathWord('FILE', 'file'), {
          description: message`A file that says what is run (docs/matrix.md). The options replace what it says.`,
        }),
      ),
      name: optional(
        option('--name', string({ metavar: 'NAME' }), {
          description: message`The name of the matrix in the archive (default: that of the file).`,
        }),
      ),
      drills: multiple(
        option('--drill', string({ metavar: 'NAME' }), {
          description: message`Drills by name or pattern (default: all except demonstrations). Can be given more than once, as the next four.`,
        }),
      ),
      kernels: multiple(option('--kernel', kernelName(cli), { description: message`Kernels, as drill takes them (default: trixie).` })),
      tools: multiple(
        option('--tools', string({ metavar: 'SUITE' }), {
          description: message`Suites of the tools (default: what drill takes for the kernel).`,
        }),
      ),
      layouts: multiple(
        option('--layout', string({ metavar: 'LAYOUT' }), { description: message`Layouts, by name or file (default: each drill’s own).` }),
      ),
      seeds: multiple(option('--seed', string({ metavar: 'SEED' }), { description: message`Seeds of the test data (default: 1).` })),
      twins: optional(
        option('--twins', choice(['no', 'only', 'both'], { metavar: 'WHICH' }), {
          description: message`Whether twins are run: no (the default), only, or both.`,
        }),
      ),
      rounds: optional(
        option('--rounds', integer({ metavar: 'N', min: 1, max: mostRounds }), {
          description: message`How many times each is run (default: 1).`,
        }),
      ),
      plan: option('--plan', { description: message`Shows the jobs and how long they may take, and runs nothing.` }),
      jobs: jobsOption,
      memory: withDefault(
        option('--memory', integer({ metavar: 'MIB', min: 256, max: 65536 }), { description: message`Memory of each machine, MiB.` }),
        1024,
      ),
      ...slurmOptions,
      output: outputOption,
      archive: optional(archiveOption()),
      ...tableOptions,
    }),
    {
      brief: message`Runs drills on many kernels, tools and layouts, many times, and keeps the results.`,
      description: message`Type it again after Ctrl-C, a crash or a power cut: it goes on where it was. Every attempt is kept. A verdict is final; what was interrupted is run again, and, once more, what failed for the machine's sake.`,
    },
  );

/** The parsed command line of `raidlab matrix`. */
type MatrixCommand = InferValue<ReturnType<typeof matrixArguments>>;

/** Examples for `raidlab matrix`. */
const matrixExamples: readonly Example[] = [
  {
    words: "matrix --drill 'replace-*' --kernel bookworm --kernel trixie --rounds 3",
    does: 'These drills on two kernels, three times each.',
  },
  { words: 'matrix nightly.yaml --plan', does: 'How many jobs a file makes, and how long they may take.' },
  { words: 'matrix nightly.yaml', does: 'Runs them, or goes on.' },
  { words: 'matrix nightly.yaml --on slurm --constraint kvm', does: 'The same on the nodes of a Slurm cluster that have this feature.' },
  { words: 'results --regressions --matrix nightly', does: 'What it found, at any time.' },
];

/** Runs a matrix, or goes on with it; gives the most severe exit code of its results. */
async function runMatrixCommand(cli: Cli, asked: MatrixCommand): Promise<ExitCode> {
  const slurm = slurmWishesOf(asked, 'raidlab matrix');
  const matrix = await loadMatrix(asked.file, wishesOf(asked), cli.cwdHostPath);
  if (slurm !== undefined) refuseFiles(cli, matrix, 'raidlab matrix');
  const room = await measureHostRoom(asked.memory, cli.allottedCores);
  const { drills, prepare } = await prepareMatrix(cli, matrix, {
    memoryMiB: asked.memory,
    slots: createMachineSlots(machinesAtOnce(room)),
  });
  const count = countJobs(matrix, drills.size);
  if (count > mostJobs)
    refuse(`${matrix.name} has ${count.toLocaleString('en')} jobs; a matrix has at most ${mostJobs.toLocaleString('en')}.`);
  const jobs = jobsOf(matrix, [...drills.keys()]);
  const { limit, remark } =
    slurm === undefined ? planJobs(room, jobs.length, asked.jobs) : { limit: asked.jobs ?? usualJobsInQueue, remark: null };
  const { openArchive } = await import('../../archive/archive.ts');
  using archive = await openArchive(archiveHostPathOf(cli, asked.archive));
  const known = archive.openJournal(matrix.name);
  if (asked.plan) {
    const states = jobStates(jobs, known.attempts());
    const progress = progressOf(states, limit);
    await showTable(cli, matrixPlanTable(matrix.name, states, progress), { matrix, progress, jobs: states }, asked);
    return exitCodes.held;
  }
  // A job that cannot be prepared is refused before any is run.
  for (const job of jobs) prepare(job);
  await using opened = await openEngine(cli, { slurm, output: asked.output, prepare });
  await using owned = await ownMatrix(matrix.name, known);
  const { journal } = owned;
  const { engine } = opened;
  await opened.takeBack(journal.attempts().flatMap(({ run, end }) => (end === null ? [run] : [])));
  const settled = settleAttempts({ journal, resultIn });
  const told = tellMatrix(cli, { quiet: asked.json, progress: progressOf(jobStates(jobs, journal.attempts()), limit) });
  told.remark([...(remark === null ? [] : [remark]), ...remarksOn(settled)]);
  const states = await runMatrix({ jobs, journal, engine, limit, signal: cli.interruption.signal, ...told.listeners });
  told.end(states);
  const counts = archive.count({ ...everyResult, matrices: [matrix.name] });
  const regressions = findRegressions(counts);
  const judged = counts.reduce((sum, { counts: { good, bad } }) => sum + good + bad, 0);
  await showTable(cli, regressionsTable(regressions, judged), { matrix, jobs: states, regressions }, asked);
  return exitCodeOf(states, counts);
}

/** What is known to be broken is no surprise; what could not be judged is no success. */
function exitCodeOf(states: readonly JobState[], counts: readonly ResultCounts[]): ExitCode {
  const isBad = counts.some(({ counts: { bad }, known }) => bad > known);
  const isUnjudged = states.some(({ end }) => end === 'machine' || end === 'unclear');
  const isOpen = states.some(({ end }) => end === null);
  return mostSevere([
    ...(isOpen ? [exitCodes.interrupted] : []),
    ...(isBad ? [exitCodes.broken] : []),
    ...(isUnjudged ? [exitCodes.inconclusive] : []),
  ]);
}

/** An option that was not given is not in it. */
function wishesOf(asked: MatrixCommand): Partial<Matrix> {
  const { name, drills, kernels, tools, layouts, seeds, twins, rounds } = asked;
  const lists = Object.entries({ drills, kernels, tools, layouts, seeds }).filter(([, words]) => words.length > 0);
  const others = Object.entries({ name, twins, rounds }).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...lists, ...others]) as Partial<Matrix>;
}

/** What the folder of a run says that was killed: its result, if it had one. */
function resultIn(directory: string): ArchivedResult | undefined {
  try {
    const [result] = resultsOfFolder(directory);
    return result?.standing === 'interrupted' ? undefined : result;
  } catch (error) {
    // After a power cut there may be a folder without events, or none.
    if (error instanceof RaidlabError) return undefined;
    throw error;
  }
}

function remarksOn({ found, lost }: { readonly found: number; readonly lost: number }): readonly string[] {
  return [
    ...(found === 0
      ? []
      : [
          `${String(found)} ${found === 1 ? 'job had' : 'jobs had'} ended when raidlab was killed: the result was in the folder of the run.`,
        ]),
    ...(lost === 0
      ? []
      : [`${String(lost)} ${lost === 1 ? 'attempt was' : 'attempts were'} lost when raidlab was killed, and will be run again.`]),
  ];
}

function refuse(message: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab matrix' });
}

/** `raidlab matrix`. */
export const matrixCommand = defineCommand({ parser: matrixArguments, examples: matrixExamples, run: runMatrixCommand });
