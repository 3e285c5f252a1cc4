import { resolve } from 'node:path';
import { bash, fish, zsh } from '@optique/core/completion';
import type { ShellCompletion } from '@optique/core/completion';
import type { DocPage } from '@optique/core/doc';
import { runParserAsync } from '@optique/core/facade';
import { formatMessage, message } from '@optique/core/message';
import { suggestAsync } from '@optique/core/parser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { nearestWord } from '../core/text/nearest-word.ts';
import { layoutLine } from '../report/text/layout-line.ts';
import type { Cli } from './cli.ts';
import { commandNames, loadCommand, parserFor } from './commands.ts';
import type { RunCommand } from './define-command.ts';
import { helpLines } from './help-page.ts';
import type { Example } from './help-page.ts';
import type { Output } from './terminal/output.ts';

/** Examples on the first help page: of which commands, and how many. */
const firstExamples = [
  ['drill', 2],
  ['drills', 1],
  ['doctor', 1],
] as const;

/**
 * Reads the command line; gives what is to be run. Shows help, version and completions itself, and gives the exit code. Throws
 * `usage/bad-arguments` with the nearest known word.
 */
export async function parseCommandLine(cli: Cli): Promise<RunCommand | ExitCode> {
  const { argv, screen } = cli;
  // Without arguments the help page is printed, as an error.
  const isEmpty = argv.length === 0;
  const shown = isEmpty ? exitCodes.usage : exitCodes.held;
  let refusal: string | undefined;
  let help: DocPage | undefined;
  const printed: string[] = [];
  // We lay out the help ourselves and drop what the parser prints.
  const pass = () => {
    screen.data(printed.join(''));
    return shown;
  };
  // A checkout's launcher is called by its path, which cannot name a shell function.
  const parsed = await runParserAsync(await parserFor(cli, argv[0]), 'raidlab', isEmpty ? ['--help'] : argv, {
    brief: message`Breaks an encrypted btrfs array the way disks break, repairs it, and proves what survived.`,
    help: {
      command: { group: 'Help' },
      option: { names: ['-h', '--help'], group: 'Help' },
      onShow: (_exitCode, page) => {
        help = page;
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
  if (help !== undefined) await showHelp(cli, help, isEmpty ? screen.err : screen.out);
  return parsed;
}

/** Shows a help page at the terminal's width. */
async function showHelp(cli: Cli, page: DocPage, output: Output): Promise<void> {
  const words = cli.argv.filter((word) => !word.startsWith('-'));
  const at = words.findIndex(isCommandName);
  const [command, subcommand = ''] = at === -1 ? [] : words.slice(at);
  const known = command === undefined ? await examplesOfAll() : await examplesOf(command);
  const ofSubcommand = known.filter(({ words: typed }) => `${typed} `.startsWith(`${[command, subcommand].join(' ').trim()} `));
  const columns = cli.helpColumns;
  const lines = helpLines({ page, program: cli.program, command, examples: ofSubcommand.length === 0 ? known : ofSubcommand, columns });
  const laidOutFor = { ...output.page(), columns };
  output.write(`${lines.flatMap((line) => layoutLine(line, laidOutFor)).join('\n')}\n`);
}

/** `completion` is the parser's own. */
function isCommandName(word: string): boolean {
  return commandNames.includes(word) || word === 'completion';
}

/** Gives the examples of a command. */
export async function examplesOf(command: string): Promise<readonly Example[]> {
  return command === 'completion' ? completionExamples : ((await loadCommand(command))?.examples ?? []);
}

async function examplesOfAll(): Promise<readonly Example[]> {
  return (await Promise.all(firstExamples.map(async ([command, count]) => (await examplesOf(command)).slice(0, count)))).flat();
}

const completionExamples: readonly Example[] = [
  { words: 'completion bash > ~/.local/share/bash-completion/completions/raidlab', does: 'Completes in every new bash.' },
  { words: 'completion fish > ~/.config/fish/completions/raidlab.fish', does: 'The same for fish.' },
];

async function badArguments(cli: Cli, why: string): Promise<RaidlabError> {
  const { argv } = cli;
  const [first = ''] = argv;
  const isCommand = isCommandName(first);
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
  const suggestions = await suggestAsync(await parserFor(cli, words[0]), words);
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
