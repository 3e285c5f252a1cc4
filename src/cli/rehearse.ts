import { join } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { makeTypeable } from '../core/facts/fill-in.ts';
import type { WordToFillIn } from '../core/facts/fill-in.ts';
import { factsOf } from '../core/facts/facts.ts';
import type { FactOf } from '../core/facts/facts.ts';
import type { FoundArray } from '../core/facts/found-array.ts';
import { nameOfArray } from '../core/facts/names.ts';
import { chooseArray, chooseLost } from '../core/facts/rehearsal/choose.ts';
import { rehearseArray } from '../core/facts/rehearsal/rehearsed-array.ts';
import type { RehearsedArray, RehearsedMember } from '../core/facts/rehearsal/rehearsed-array.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { findLayoutMistakes } from '../core/layout/layout-mistakes.ts';
import { addToRecord, emptyRecord } from '../core/runbook/rehearsal-record.ts';
import type { RehearsalRecord } from '../core/runbook/rehearsal-record.ts';
import { blank, line, span } from '../report/text/line.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import type { ChosenDrill } from './options/choose-drills.ts';
import { factsOptions, findFacts } from './options/facts-input.ts';
import { choosePartsLike } from './options/parts-like.ts';
import type { PartsLike } from './options/parts-like.ts';
import { kernelName } from './options/kernel-option.ts';
import { jobsOption, machineOptions, outputOption, showOptions } from './options/run-options.ts';
import { seedOption } from './options/seed-option.ts';
import { runChosenDrills } from './run/run-chosen-drills.ts';
import type { RunWishes } from './run/run-chosen-drills.ts';
import { writeRunbookFiles } from './run/runbook-files.ts';

/** Gives the command line of `raidlab rehearse`. */
const rehearseArguments = (cli: Cli) =>
  command(
    'rehearse',
    object({
      ...factsOptions,
      array: optional(
        option('--array', string({ metavar: 'NAME' }), {
          description: message`Which array, by label, UUID or mount point, where there are several.`,
        }),
      ),
      lose: multiple(
        option('--lose', string({ metavar: 'MEMBER' }), {
          description: message`Loses this member only: its devid, mapping or disk. Every one in turn if not given. Can be given more than once.`,
        }),
      ),
      all: option('--all', { description: message`Also runs every other drill that fits such an array.` }),
      plan: option('--plan', { description: message`Prints the commands of the drills without running anything.` }),
      ...showOptions,
      jobs: jobsOption,
      seed: seedOption,
      ...machineOptions(cli),
      kernel: optional(
        option('--kernel', kernelName(cli), {
          description: message`The kernel to rehearse on (default: the nearest to the array’s that can be had).`,
        }),
      ),
      output: outputOption,
    }),
    {
      brief: message`Rehearses on a lab like your array what to do when a disk dies, and writes the runbook.`,
      description: message`The lab has your array in small. Each member is lost, replaced, and the result proved. What held is written to runbook.md and runbook.html in the folder of the run: the commands with your names, what they must print, how long they may take. A rehearsal that does not hold gives no runbook, but the reason. Nothing here touches your disks.`,
    },
  );

/** The parsed command line of `raidlab rehearse`. */
type RehearseCommand = InferValue<ReturnType<typeof rehearseArguments>>;

/** Examples for `raidlab rehearse`. */
const rehearseExamples: readonly Example[] = [
  { words: 'rehearse', does: 'The array of this host; as root, so that everything of it is seen.' },
  { words: 'rehearse facts.json --map facts.map', does: 'Facts that were collected elsewhere; the runbook has their real names.' },
  { words: 'rehearse facts.json --lose 2', does: 'Only the loss of the member with devid 2.' },
  { words: 'rehearse facts.json --plan', does: 'What would be done, without running anything.' },
];

/** What is rehearsed, and on what. */
interface Rehearsal {
  readonly found: FoundArray;
  readonly words: readonly WordToFillIn[];
  readonly host: FactOf<'host'> | undefined;
  readonly rehearsed: RehearsedArray;
  readonly lost: readonly RehearsedMember[];
  readonly kernel: string;
  readonly tools: string | undefined;
}

/** Rehearses the losses of an array, and writes the runbook of those that held. */
async function runRehearseCommand(cli: Cli, asked: RehearseCommand): Promise<ExitCode> {
  const rehearsal = await prepare(cli, asked);
  const records = new Map<RehearsedMember, RehearsalRecord>();
  const drills = await chooseRehearsals(rehearsal, asked.all, records);
  const finish: RunWishes['finish'] = async ({ ctx, hostPath, seed }) => {
    for (const text of rehearsal.rehearsed.differs) ctx.emit({ type: 'remark-made', text });
    const { writeRunbook } = await import('../drills/rehearsal/write-runbook.ts');
    const rehearsals = rehearsal.lost.map((lost) => ({ lost, record: records.get(lost) ?? emptyRecord }));
    const runbook = writeRunbook({ ...rehearsal, seed, rehearsals });
    for (const { lost, why } of runbook.withheld)
      ctx.emit({ type: 'remark-made', text: `No runbook for ${lost}: its rehearsal came out ${why}` });
    if (runbook.chapters.length === 0) return exitCodes.held;
    const files = await writeRunbookFiles(hostPath, runbook);
    ctx.emit({ type: 'remark-made', text: `The runbook: ${files.map((file) => join(hostPath, file)).join(' and ')}` });
    return exitCodes.held;
  };
  if (asked.plan && !asked.json) cli.screen.keep([...rehearsal.rehearsed.differs.map((text) => line(0, [span(text, 'quiet')])), blank]);
  return runChosenDrills(cli, drills, {
    ...asked,
    kernel: rehearsal.kernel,
    tools: rehearsal.tools,
    name: 'rehearsal',
    strict: false,
    keep: false,
    finish,
  });
}

async function prepare(cli: Cli, asked: RehearseCommand): Promise<Rehearsal> {
  const { facts: collected, standIns } = await findFacts(cli, asked);
  const { facts, words } = makeTypeable(collected, standIns);
  const found = chooseArray(facts, asked.array, refuse);
  const { whyNotRehearse } = await import('../core/facts/rehearsal/why-not-rehearse.ts');
  const why = whyNotRehearse(found);
  if (why !== null) refuse(`${nameOfArray(found)} cannot be rehearsed. ${why}`);
  const like = rehearseArray(found);
  const [mistake] = findLayoutMistakes(like.layout);
  if (mistake !== undefined) refuse(`${nameOfArray(found)} cannot be rehearsed. ${mistake.problem}`);
  const lost = chooseLost(found, like.losable, asked.lose, refuse);
  const [host] = factsOf(facts, 'host');
  const parts: PartsLike =
    asked.kernel === undefined ? await choosePartsLike(cli, host) : { kernel: asked.kernel, tools: undefined, differs: [] };
  const rehearsed = { ...like, differs: [...parts.differs, ...like.differs] };
  return { found, words, host, lost, kernel: parts.kernel, tools: asked.tools ?? parts.tools, rehearsed };
}

async function chooseRehearsals(
  { rehearsed, lost }: Rehearsal,
  isAll: boolean,
  records: Map<RehearsedMember, RehearsalRecord>,
): Promise<readonly ChosenDrill[]> {
  const [{ furtherDrills, rehearsedDrillOn }, { stepsOfProcedure }] = await Promise.all([
    import('../drills/rehearsal/rehearsed-drill.ts'),
    import('../drills/procedure.ts'),
  ]);
  const { layout, payloadBytes } = rehearsed;
  const drill = rehearsedDrillOn(rehearsed);
  const steps = stepsOfProcedure(drill);
  const asked = { is: 'file', file: 'the array', layout } as const;
  return [
    ...lost.map((member) => ({
      drill,
      layout,
      payloadBytes,
      skippedSteps: [],
      lostMember: member.number,
      label: `${drill.name}-devid-${String(member.devid)}`,
      listen: (event: Parameters<NonNullable<ChosenDrill['listen']>>[0]) => {
        records.set(member, addToRecord(records.get(member) ?? emptyRecord, event, steps));
      },
    })),
    ...(isAll ? furtherDrills(layout).map((other) => ({ ...other, layout, layoutAsked: asked, skippedSteps: [] })) : []),
  ];
}

function refuse(why: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab rehearse' });
}

/** `raidlab rehearse`. */
export const rehearseCommand = defineCommand({ parser: rehearseArguments, examples: rehearseExamples, run: runRehearseCommand });
