import { basename, resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { integer, string } from '@optique/core/valueparser';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatFaultWish, parseFaultWish, usualDisk } from '../../core/fault/fault-wish.ts';
import type { FaultWish } from '../../core/fault/fault-wish.ts';
import { makeTypeable } from '../../core/facts/fill-in.ts';
import { nameOfArray } from '../../core/facts/names.ts';
import { chooseArray } from '../../core/facts/rehearsal/choose.ts';
import { describeStrays, rehearseArray } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { whyNotRehearse } from '../../core/facts/rehearsal/why-not-rehearse.ts';
import { namesOfArray } from '../../core/prove/names-of-array.ts';
import type { ArrayNames } from '../../core/prove/names-of-array.ts';
import { checkLayout } from '../../core/layout/layout-mistakes.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { checkPayloadFits } from '../../core/layout/usable-space.ts';
import { permuteCase } from '../../core/prove/proof-case.ts';
import type { ProofCase } from '../../core/prove/proof-case.ts';
import { scriptWords } from '../../core/prove/script-words.ts';
import { warnOfScript } from '../../core/prove/script-warnings.ts';
import type { Script } from '../../drills/prove/script.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';
import { addToCase, permutationLines } from '../../report/permutation-lines.ts';
import type { CaseResult } from '../../report/permutation-lines.ts';
import { blank } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import type { ChosenDrill } from '../options/choose-drills.ts';
import { mostScriptBytes } from '../options/alarm-option.ts';
import { drillRunOptions } from '../options/drill-run-options.ts';
import { factsOptions, findFacts } from '../options/facts-input.ts';
import { resolveLayout } from '../options/layout-options.ts';
import { faultWord, pathWord } from '../options/value-parsers.ts';
import { runChosenDrills } from '../run/run-chosen-drills.ts';
import { personAtTerminal } from './person-at-terminal.ts';

/** Gives the command line of `raidlab prove`. */
const proveArguments = (cli: Cli) =>
  command(
    'prove',
    object({
      words: multiple(
        argument(pathWord('SCRIPT', 'file'), {
          description: message`Your script, and its arguments, after --; before it, facts from "collect": the array is then like yours, with its names. In arguments ${Object.keys(scriptWords).join(', ')} stand for what they are on the array.`,
        }),
      ),
      map: factsOptions.map,
      array: optional(
        option('--array', string({ metavar: 'NAME' }), {
          description: message`Which array of FACTS, by label, UUID or mount point, where there are several.`,
        }),
      ),
      faults: multiple(
        option('--fault', faultWord, {
          description: message`What happens to a disk first: KIND, KIND:DISK or KIND:DISK:AMOUNT (default: disk-pull:${usualDisk}). Can be given more than once.`,
        }),
      ),
      noRestart: option('--no-restart', {
        description: message`Runs the script in the machine as it is after the fault, instead of restarting first.`,
      }),
      permute: option('--permute', {
        description: message`Proves it again with the disks in another order, another member lost, a smaller and a larger spare, and a full array.`,
      }),
      scriptLimit: withDefault(
        option('--script-limit', integer({ metavar: 'SECONDS', min: 1, max: 24 * 3600 }), {
          description: message`How long the script may take, on a host of usual speed; the time that you take to answer it counts, too.`,
        }),
        1200,
      ),
      ...drillRunOptions(cli),
    }),
    {
      usageLine: [{ type: 'literal', value: '[OPTION…] [FACTS] -- SCRIPT [ARG…]' }],
      brief: message`Proves your own replace script: runs it in a lab after a fault, then proves what it left.`,
      description: message`The array is built and filled, a disk is pulled while it is in service, and the machine restarts as a boot does it. Then your script runs in the guest, as root; if it asks something, your terminal is its terminal, and without one it finds the end of its input. Its output and exit status are recorded, and what it leaves is proved as drills are: files, profiles, scrub, every disk lost in turn, a reboot.`,
    },
  );

/** The parsed command line of `raidlab prove`. */
type ProveCommand = InferValue<ReturnType<typeof proveArguments>>;

/** Examples for `raidlab prove`. */
const proveExamples: readonly Example[] = [
  { words: 'prove -- ./replace.sh', does: 'DISK1 is pulled, the machine restarts, the script has the spare: does it hold?' },
  { words: 'prove --permute -- ./replace.sh {devid} {spare}', does: 'Again with other disks, sizes and fill: a table of which held.' },
  { words: 'prove --fault read-errors:DISK2 --no-restart -- ./replace.sh', does: 'A disk that is failing, in a running machine.' },
  { words: 'prove --layout raid1c3 --kernel bookworm -- ./replace.sh', does: 'Another array, another kernel.' },
  { words: 'prove facts.json --map facts.map -- ./replace.sh', does: 'An array like yours, with its mount point, mappings and links.' },
  { words: 'prove --plan -- ./replace.sh', does: 'Prints what would be done.' },
];

/** Proves a script; gives the most severe exit code of its cases. */
async function runProveCommand(cli: Cli, asked: ProveCommand): Promise<ExitCode> {
  const script = { ...(await readScript(cli, asked)), person: isForPeople(asked) && !asked.plan ? personAtTerminal(cli) : null };
  const like = await likeFacts(cli, asked);
  const cases = await chooseCases(cli, asked, like?.layout ?? defaultLayout);
  if (asked.keep && cases.length > 1) refuse('--keep leaves one machine running: it does not go together with --permute.');
  const { proveDrill } = await import('../../drills/prove/prove-drill.ts');
  const results = cases.map(({ when }): CaseResult => ({ when, verdict: null, notHeld: [] }));
  const chosen = cases.map((proofCase, index): ChosenDrill => {
    const drill = proveDrill(script, proofCase, like?.names);
    const payloadBytes = asked.payload ?? like?.payloadBytes ?? drill.payloadBytes;
    checkPayloadFits(drill.layout, payloadBytes);
    const listen: ChosenDrill['listen'] = (event) => {
      const result = results[index];
      if (result !== undefined) results[index] = addToCase(result, event);
    };
    return { drill, layout: drill.layout, payloadBytes, skippedSteps: [], listen };
  });
  const exitCode = await runChosenDrills(cli, chosen, {
    ...asked,
    name: 'prove',
    strict: false,
    remarks: [...(like?.differs ?? []), ...warnOfScript(script.name, script.text, script.args)],
  });
  if (asked.permute && !asked.plan && isForPeople(asked)) cli.screen.keep([blank, ...permutationLines(script.name, results)]);
  return exitCode;
}

/** Whether standard output has the list, and not a document for programs. */
function isForPeople({ json, reporters }: ProveCommand): boolean {
  return !json && reporters.every(({ name, file }) => name === 'list' || file !== undefined);
}

async function readScript(cli: Cli, { scriptLimit }: ProveCommand): Promise<Omit<Script, 'person'>> {
  const end = cli.argv.indexOf('--');
  const typed = end === -1 ? [] : cli.argv.slice(end + 1);
  const [file, ...args] = typed;
  if (file === undefined) refuse('Say what to prove, after --: raidlab prove -- ./replace.sh');
  const name = basename(file);
  if (!/^[\w.+-](?:[\w.+ -]{0,98}[\w.+-])?$/u.test(name) || /^\.{1,2}$/u.test(name))
    refuse(`${file}: letters, digits, dots, dashes, underscores and blanks within make the name of a script.`);
  return { name, text: await readText(cli, file), args, limitMs: scriptLimit * 1000 };
}

async function readText(cli: Cli, file: string): Promise<string> {
  try {
    const text = await readNamedFile(resolve(cli.cwdHostPath, file), mostScriptBytes);
    if (!text.startsWith('#!')) refuse(`${file} does not begin with #! and the program that runs it, such as #!/bin/sh.`);
    return text;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return refuse(`${file} cannot be read: ${error.why}.`);
  }
}

/** A lab like the array of a document of facts. */
interface LikeFacts {
  readonly layout: ArrayLayout;
  readonly names: ArrayNames;
  readonly payloadBytes: number;
  readonly differs: readonly string[];
}

/** What stands before `--` is a document of facts; undefined without one. */
async function likeFacts(cli: Cli, { words, map, array }: ProveCommand): Promise<LikeFacts | undefined> {
  const end = cli.argv.indexOf('--');
  const [file, stray] = words.slice(0, words.length - (end === -1 ? 0 : cli.argv.length - end - 1));
  if (stray !== undefined) refuse(`"${stray}" is before --; the script comes after it: raidlab prove -- ./replace.sh`);
  if (file === undefined) {
    if (map !== undefined || array !== undefined) refuse('--map and --array are about a document of facts: raidlab prove FACTS -- SCRIPT');
    return undefined;
  }
  const collected = await findFacts(cli, { facts: file, map });
  const { facts, words: unknown } = makeTypeable(collected.facts, collected.standIns);
  const found = chooseArray(facts, array, refuse);
  const why = whyNotRehearse(found);
  if (why !== null) refuse(`${nameOfArray(found)} cannot be had in a lab. ${why}`);
  const { layout, payloadBytes, differs, strays } = rehearseArray(found);
  const names = namesOfArray(
    found,
    unknown.map(({ word }) => word),
  );
  const more = strays === null ? [] : [describeStrays(strays.chunks, 'the lab begins without')];
  return { layout, names, payloadBytes, differs: [...differs, ...more] };
}

async function chooseCases(cli: Cli, asked: ProveCommand, base: ArrayLayout): Promise<readonly ProofCase[]> {
  const wished = await resolveLayout(asked, cli.cwdHostPath);
  const layout = wished?.over(base) ?? base;
  checkLayout(layout);
  if (layout.encryption === 'none') refuse('The proof opens LUKS containers, but this layout has none.');
  const usual = parseFaultWish('disk-pull');
  const faults = asked.faults.length === 0 && usual !== undefined ? [usual] : asked.faults;
  checkFaults(faults, layout);
  const first: ProofCase = {
    name: 'as-asked',
    when: 'as it was asked',
    layout,
    faults,
    isReordered: false,
    isFull: false,
    isRestarted: !asked.noRestart,
  };
  return asked.permute ? permuteCase(first) : [first];
}

function checkFaults(faults: readonly FaultWish[], { memberSizesBytes }: ArrayLayout): void {
  const members = memberSizesBytes.map((_, index) => `DISK${String(index + 1)}`);
  const stray = faults.find(({ disk }) => !members.includes(disk));
  if (stray !== undefined) refuse(`${formatFaultWish(stray)}: ${stray.disk} is no member; members are ${members.join(', ')}.`);
  const pulled = faults.filter(({ kind }) => kind === 'disk-pull').map(({ disk }) => disk);
  if (new Set(pulled).size < pulled.length) refuse(`${pulled.join(', ')}: a disk can be pulled once.`);
  const after = faults.find((fault, index) => faults.slice(0, index).some(({ kind, disk }) => kind === 'disk-pull' && disk === fault.disk));
  if (after !== undefined) refuse(`${formatFaultWish(after)}: ${after.disk} has been pulled before.`);
}

function refuse(why: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab prove' });
}

/** `raidlab prove`. */
export const proveCommand = defineCommand({ parser: proveArguments, examples: proveExamples, run: runProveCommand });
