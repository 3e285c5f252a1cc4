import { object } from '@optique/core/constructs';
import { dependency } from '@optique/core/dependency';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { integer } from '@optique/core/valueparser';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { chooseDrills } from './options/choose-drills.ts';
import type { ChosenDrill } from './options/choose-drills.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { drillRunOptions } from './options/drill-run-options.ts';
import { bootOption, initramfsOption } from './options/run-options.ts';
import { slurmOptions, slurmWishesOf } from './options/slurm-options.ts';
import { runChosenDrills } from './run/run-chosen-drills.ts';
import type { RunWishes } from './run/run-chosen-drills.ts';
import { refuseFiles } from './slurm/refuse-files.ts';
import { knownWord, shard } from './options/value-parsers.ts';
import type { KnownWord } from './options/value-parsers.ts';

// The drills import nearly everything, so they are loaded only when needed, not when the command line is parsed.
const registry = async () => import('../drills/registry.ts');

const drillName = dependency(
  knownWord('NAME', async () => (await registry()).drills.map((drill) => ({ word: drill.name, description: drill.promise })), {
    type: 'file',
    extensions: ['.ts', '.mts', '.js', '.mjs'],
  }),
);

const stepName = drillName.deriveAsync({
  metavar: 'STEP',
  // An empty name stands for the default drill, which is known only once the drills are loaded.
  defaultValue: () => '',
  factory: (name: string) => knownWord('STEP', async () => stepsThatCanBeLeftOut(name)),
});

async function stepsThatCanBeLeftOut(name: string): Promise<readonly KnownWord[]> {
  const { defaultDrill, findDrill } = await registry();
  const drill = name === '' ? defaultDrill : findDrill(name);
  return drill.steps.filter((step) => step.skippable).map((step) => ({ word: step.name, description: step.title }));
}

const tagName = knownWord('TAG', async () => (await registry()).drillTags.map((word) => ({ word })));

/** Gives the command line of `raidlab drill`. */
const drillArguments = (cli: Cli) =>
  command(
    'drill',
    object({
      names: multiple(
        argument(drillName, {
          description: message`The drills to run: names, patterns ('replace-*') or files of your own (./my-drill.ts). \`raidlab drills\` lists them.`,
        }),
      ),
      all: option('--all', { description: message`Runs every drill except demonstrations, which promise nothing.` }),
      tags: multiple(option('--tag', tagName, { description: message`Only drills with this tag. Can be given more than once.` })),
      twin: option('--twin', {
        description: message`Runs the twin of each drill instead: the drill with a deliberate mistake, which must come out broken.`,
      }),
      withTwin: option('--with-twin', {
        description: message`Runs each drill and its twin; the report lays them side by side.`,
      }),
      strict: option('--strict', { description: message`Counts a skipped drill as inconclusive (exit 2).` }),
      repeat: withDefault(
        option('--repeat', integer({ metavar: 'N', min: 1, max: 1000 }), { description: message`Runs each drill N times.` }),
        1,
      ),
      ...slurmOptions,
      shard: optional(
        option('--shard', shard, {
          description: message`Runs one of N parts of this run, which other machines complete; see merge. With --plan, shows all parts.`,
        }),
      ),
      skipSteps: multiple(
        option('--skip-step', stepName, {
          description: message`Leaves out a step, to show what happens without it. Can be given more than once.`,
        }),
      ),
      ...drillRunOptions(cli),
      initramfs: initramfsOption,
      boot: bootOption,
    }),
    {
      usageLine: [{ type: 'literal', value: '[OPTION…] [NAME…]' }],
      brief: message`Runs drills: builds an array, breaks it, repairs it, proves the result.`,
      description: message`The array is encrypted btrfs on virtual disks in a throw-away machine. It breaks the way disks break, is repaired with the commands an administrator would type, and the drill proves whether every byte and the redundancy survived. A drill that does not apply to a layout, kernel or tool is skipped, with the reason.`,
    },
  );

/** The parsed command line of `raidlab drill`. */
type DrillCommand = InferValue<ReturnType<typeof drillArguments>>;

/** Examples for `raidlab drill`. */
const drillExamples: readonly Example[] = [
  { words: 'drill', does: 'The default drill: loses a disk, replaces it, then loses the other one.' },
  { words: 'drill --skip-step soft-balance', does: 'Leaves out the step most people forget: broken, exit 1.' },
  { words: 'drill --all --twin', does: 'Every drill with its deliberate mistake: each must come out broken.' },
  { words: 'drill --with-twin', does: 'The drill and its deliberate mistake: report.html shows where they part.' },
  { words: 'drill --plan', does: 'Prints the commands, to read or paste.' },
  { words: 'drill --kernel bookworm --tools bookworm', does: 'The same with the kernel and tools of Debian 12.' },
  { words: 'drill --boot systemd', does: 'The reboot of the proof is that of an installed Debian.' },
  { words: 'drill --all --jobs 2', does: 'Every drill, two at a time: a line each, then a table.' },
  { words: "drill 'replace-*' --repeat 5", does: 'All drills with such a name, five times each.' },
  { words: 'drill --all --on slurm --partition storage', does: 'Every drill, each as a job of a Slurm cluster; one report of all.' },
  { words: 'drill --json > events.ndjson', does: 'Events for a program.' },
  { words: 'drill --all --shard 2/5 --reporter bundle=2.bundle', does: 'A fifth of all drills; "raidlab merge" puts the parts together.' },
  {
    words: 'drill --all --reporter junit=report.xml --reporter github',
    does: 'For CI: a JUnit file, GitHub annotations, and the list.',
  },
];

/** Runs drills, or prints their plans; gives the most severe exit code of their verdicts. */
async function runDrillCommand(cli: Cli, asked: DrillCommand): Promise<ExitCode> {
  // Checked before there is a run, so that a bad request leaves nothing behind.
  const slurm = slurmWishesOf(asked, 'raidlab drill');
  if (slurm !== undefined) refuseOnSlurm(cli, asked);
  const chosen = await chooseDrills(asked, cli.cwdHostPath);
  const name = nameOfRun(chosen);
  const drills = Array.from({ length: asked.repeat }, () => chosen).flat();
  if (slurm === undefined) return runChosenDrills(cli, drills, { ...asked, name });
  const elsewhere: RunWishes['elsewhere'] = async (whole, reporters) => {
    const { runDrillsOnSlurm } = await import('./slurm/drills-on-slurm.ts');
    return runDrillsOnSlurm(cli, whole, { ...asked, wishes: slurm, name, reporters });
  };
  return runChosenDrills(cli, drills, { ...asked, name, elsewhere });
}

function refuseOnSlurm(cli: Cli, asked: DrillCommand): void {
  refuseFiles(
    cli,
    { drills: asked.names, kernels: [asked.kernel], layouts: asked.layout === undefined ? [] : [asked.layout] },
    'raidlab drill',
  );
  const apart = (['keep', 'alarm', 'shard'] as const).find((name) => asked[name] !== undefined && asked[name] !== false);
  if (apart === undefined) return;
  const message = `--${apart} is for drills that run here: it does not go together with --on slurm.`;
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab drill' });
}

/** A run is named after its drill, or after how many there are. */
function nameOfRun(chosen: readonly ChosenDrill[]): string {
  const [only, ...others] = new Set(chosen.map(({ drill }) => drill.name));
  return only !== undefined && others.length === 0 ? only : `${String(chosen.length)}-drills`;
}

/** `raidlab drill`. */
export const drillCommand = defineCommand({ parser: drillArguments, examples: drillExamples, run: runDrillCommand });
