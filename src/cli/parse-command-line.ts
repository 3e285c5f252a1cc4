import { resolve } from 'node:path';
import { bash, fish, zsh } from '@optique/core/completion';
import type { ShellCompletion } from '@optique/core/completion';
import { group, or } from '@optique/core/constructs';
import type { DocPage } from '@optique/core/doc';
import { runParserAsync } from '@optique/core/facade';
import { formatMessage, message } from '@optique/core/message';
import { suggestAsync } from '@optique/core/parser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { nearestWord } from '../core/text/nearest-word.ts';
import { layoutLine } from '../report/text/layout-line.ts';
import { auditArguments, auditExamples } from './audit.ts';
import type { AuditCommand } from './audit.ts';
import { cacheArguments, cacheExamples } from './cache.ts';
import type { CacheCommand } from './cache.ts';
import type { Cli } from './cli.ts';
import { collectArguments, collectExamples } from './own-array/collect.ts';
import type { CollectCommand } from './own-array/collect.ts';
import { doctorArguments, doctorExamples } from './doctor.ts';
import type { DoctorCommand } from './doctor.ts';
import { drillArguments, drillExamples } from './drill.ts';
import type { DrillCommand } from './drill.ts';
import { drillsArguments, drillsExamples } from './drills.ts';
import type { DrillsCommand } from './drills.ts';
import { kernelLogArguments, kernelLogExamples } from './kernel-log.ts';
import type { KernelLogCommand } from './kernel-log.ts';
import { kernelsArguments, kernelsExamples } from './kernels.ts';
import type { KernelsCommand } from './kernels.ts';
import { labArguments, labExamples } from './lab/lab-commands.ts';
import type { LabCommand } from './lab/lab-commands.ts';
import { compareArguments, compareExamples } from './campaign/compare.ts';
import type { CompareCommand } from './campaign/compare.ts';
import { resultsArguments, resultsExamples } from './campaign/results.ts';
import type { ResultsCommand } from './campaign/results.ts';
import { matrixArguments, matrixExamples } from './campaign/matrix.ts';
import type { MatrixCommand } from './campaign/matrix.ts';
import { mergeArguments, mergeExamples } from './campaign/merge.ts';
import type { MergeCommand } from './campaign/merge.ts';
import type { Output } from './terminal/output.ts';
import { proveArguments, proveExamples } from './own-array/prove.ts';
import type { ProveCommand } from './own-array/prove.ts';
import { newArguments, newExamples } from './new.ts';
import type { NewCommand } from './new.ts';
import { rehearseArguments, rehearseExamples } from './rehearse.ts';
import type { RehearseCommand } from './rehearse.ts';
import { reportArguments, reportExamples } from './report.ts';
import type { ReportCommand } from './report.ts';
import { helpLines } from './help-page.ts';
import type { Example } from './help-page.ts';

/** Gives the parser of the whole command line; the manual page is made from it, too. */
export const parserFor = (cli: Cli) =>
  or(
    group('Drills', or(drillArguments(cli), drillsArguments, reportArguments, mergeArguments, newArguments, kernelLogArguments)),
    group('Results', or(matrixArguments(cli), resultsArguments, compareArguments)),
    group('Labs', labArguments(cli)),
    group('Your own array', or(auditArguments, rehearseArguments(cli), proveArguments(cli), collectArguments)),
    group('This host', or(doctorArguments, kernelsArguments(cli), cacheArguments(cli))),
  );

/** Examples by command. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  drill: drillExamples,
  drills: drillsExamples,
  report: reportExamples,
  merge: mergeExamples,
  matrix: matrixExamples,
  results: resultsExamples,
  compare: compareExamples,
  new: newExamples,
  doctor: doctorExamples,
  cache: cacheExamples,
  kernels: kernelsExamples,
  'kernel-log': kernelLogExamples,
  audit: auditExamples,
  rehearse: rehearseExamples,
  collect: collectExamples,
  prove: proveExamples,
  ...labExamples,
  completion: [
    { words: 'completion bash > ~/.local/share/bash-completion/completions/raidlab', does: 'Completes in every new bash.' },
    { words: 'completion fish > ~/.config/fish/completions/raidlab.fish', does: 'The same for fish.' },
  ],
};

/** The examples on the first help page. */
const firstExamples = [drillExamples[0], drillExamples[1], drillsExamples[0], doctorExamples[0]].filter((example) => example !== undefined);

/** A parsed command line; `shown`: help, version or completion has been printed. */
export type CommandLine =
  | DrillCommand
  | DrillsCommand
  | ReportCommand
  | MergeCommand
  | MatrixCommand
  | ResultsCommand
  | CompareCommand
  | NewCommand
  | DoctorCommand
  | CacheCommand
  | KernelsCommand
  | KernelLogCommand
  | AuditCommand
  | RehearseCommand
  | CollectCommand
  | ProveCommand
  | LabCommand
  | { readonly command: 'shown'; readonly exitCode: ExitCode };

/** Reads the command line; shows help, version and completions itself. Throws `usage/bad-arguments` with the nearest known word. */
export async function parseCommandLine(cli: Cli): Promise<CommandLine> {
  const { argv, screen } = cli;
  // Without arguments the help page is printed, as an error.
  const isEmpty = argv.length === 0;
  const shown = { command: 'shown', exitCode: isEmpty ? exitCodes.usage : exitCodes.held } as const;
  let refusal: string | undefined;
  const printed: string[] = [];
  // We lay out the help ourselves and drop what the parser prints.
  const pass = () => {
    screen.data(printed.join(''));
    return shown;
  };
  // A checkout's launcher is called by its path, which cannot name a shell function.
  const parsed: CommandLine = await runParserAsync(parserFor(cli), 'raidlab', isEmpty ? ['--help'] : argv, {
    brief: message`Breaks an encrypted btrfs array the way disks break, repairs it, and proves what survived.`,
    help: {
      command: { group: 'Help' },
      option: { names: ['-h', '--help'], group: 'Help' },
      onShow: (_exitCode, page) => {
        showHelp(cli, page, isEmpty ? screen.err : screen.out);
        return shown;
      },
    },
    version: {
      command: { group: 'Help' },
      option: { names: ['-V', '--version'], group: 'Help' },
      value: cli.version,
      onShow: pass,
    },
    completion: { command: { group: 'Help' }, shells: shellsFor(cli.program, cli.cwdHostPath), onShow: pass },
    usageLine: [{ type: 'literal', value: 'COMMAND' }, { type: 'ellipsis' }],
    aboveError: 'none',
    stdout: (text) => {
      printed.push(text.endsWith('\n') ? text : `${text}\n`);
    },
    stderr: () => undefined,
    onError: (_exitCode, error) => {
      refusal = formatMessage(error, { quotes: true });
      return shown;
    },
  });
  if (refusal !== undefined) throw await badArguments(cli, refusal);
  return parsed;
}

/** Shows a help page at the terminal's width. */
function showHelp(cli: Cli, page: DocPage, output: Output): void {
  const words = cli.argv.filter((word) => !word.startsWith('-'));
  const at = words.findIndex((word) => Object.hasOwn(examples, word));
  const [command, subcommand = ''] = at === -1 ? [] : words.slice(at);
  const known = command === undefined ? firstExamples : (examples[command] ?? []);
  const ofSubcommand = known.filter(({ words: typed }) => `${typed} `.startsWith(`${[command, subcommand].join(' ').trim()} `));
  const columns = cli.helpColumns;
  const lines = helpLines({ page, program: cli.program, command, examples: ofSubcommand.length === 0 ? known : ofSubcommand, columns });
  const laidOutFor = { ...output.page(), columns };
  output.write(`${lines.flatMap((line) => layoutLine(line, laidOutFor)).join('\n')}\n`);
}

async function badArguments(cli: Cli, why: string): Promise<RaidlabError> {
  const { argv } = cli;
  const [first = ''] = argv;
  const isCommand = Object.hasOwn(examples, first);
  const text = why.replaceAll('`', '"').replace(/\n+/gu, ' ').trim();
  return new RaidlabError({
    area: 'usage',
    reason: 'bad-arguments',
    message: isCommand ? await withHint(cli, text) : text,
    command: isCommand ? `raidlab ${first}` : 'raidlab',
  });
}

/** Subcommands that people type, and our names for them. */
const meant: Readonly<Record<string, string>> = { push: 'pull' };

/** Adds what was probably meant to a refusal, or the possible choices. */
async function withHint(cli: Cli, text: string): Promise<string> {
  const { argv } = cli;
  const [first = '', second = ''] = argv;
  if (text.includes('but too few arguments')) {
    const words = (await completionsOf(cli, [first, ...argv.slice(1), ''])).filter((word) => !word.startsWith('-'));
    return words.length === 0 ? text : `${text} There ${words.length === 1 ? 'is' : 'are'} ${words.join(', ')}.`;
  }
  const subcommands = second.startsWith('-') ? [] : await completionsOf(cli, [first, '']);
  const hasSubcommand = subcommands.includes(second);
  const subcommand = hasSubcommand ? undefined : (meant[second] ?? nearestWord(second, subcommands));
  // The parser may guess a word of another command.
  if (subcommand !== undefined && subcommands.includes(subcommand))
    return `${text.replace(/ Did you mean .*/u, '')} Did you mean "${subcommand}"?`;
  const known = ['--help', ...(await completionsOf(cli, [first, ...(hasSubcommand ? [second] : []), '--']))];
  const unknown = argv.map((word) => word.split('=')[0] ?? '').find((word) => word.startsWith('--') && !known.includes(word));
  const option = unknown === undefined ? undefined : nearestWord(unknown, known);
  return option === undefined || text.includes('Did you mean') ? text : `${text} Did you mean "${option}"?`;
}

/** Gives the words that a shell would offer instead of the last one. */
async function completionsOf(cli: Cli, words: readonly [string, ...string[]]): Promise<readonly string[]> {
  const suggestions = await suggestAsync(parserFor(cli), words);
  return suggestions.flatMap((suggestion) => (suggestion.kind === 'literal' ? [suggestion.text] : []));
}

/** Completion scripts ask raidlab itself for words, by the launcher's path where it is not in PATH. */
function shellsFor(program: string, cwdHostPath: string): Record<string, ShellCompletion> {
  if (program === 'raidlab') return { bash, fish, zsh };
  const quoted = `'${resolve(cwdHostPath, program).replaceAll("'", "'\\''")}'`;
  const called = (shell: ShellCompletion): ShellCompletion => ({
    ...shell,
    generateScript: (name, args) => shell.generateScript(name, args).replaceAll(`${name} 'completion'`, `${quoted} 'completion'`),
  });
  return { bash: called(bash), fish: called(fish), zsh: called(zsh) };
}
