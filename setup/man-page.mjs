// The manual page raidlab(1), from the parsers that make `--help`: what is not in them (files, environment) stands here.
import { getDocPageAsync } from '@optique/core/parser';
import { formatUsage, formatUsageTerm } from '@optique/core/usage';
import { exitCodeMeanings, exitCodes } from '../src/core/exit-code.ts';
import { environmentVariables } from '../src/cli/environment-variables.ts';
import { describeEntry, textOf } from '../src/cli/help-page.ts';
import { parserFor } from '../src/cli/commands.ts';
import { examplesOf } from '../src/cli/parse-command-line.ts';

/** When what stands in this file was changed last. */
const changedOn = '2026-11-28';

const files = [
  ['.raidlab/NAME/', 'A lab: its disks, its state, its keys, its logs, its snapshots. Mode 0700.'],
  ['raidlab-results/', 'What runs of drills left: a directory each, and `latest`.'],
  ['~/.cache/raidlab/', 'Kernels, tools and templates of machines. Can be removed at any time.'],
  ['~/.local/state/raidlab/labs/', 'Where your labs are.'],
];

/** @param {import('../src/cli/cli.ts').Cli | { readonly cwdHostPath: string }} cli what parsers ask only when a word is completed */
const parser = await parserFor(/** @type {import('../src/cli/cli.ts').Cli} */ (/** @type {unknown} */ ({ cwdHostPath: '/' })));

/**
 * Gives the manual page.
 *
 * @param {string} version of raidlab
 * @returns {Promise<string>} for man(1), in the macros of man(7)
 */
export async function manPage(version) {
  const commands = [];
  for (const { title = '', entries } of (await pageOf([])).sections) {
    commands.push(`.SH ${title.toUpperCase()}`);
    for (const { term } of entries.filter(isShown)) commands.push(...(await commandSection(nameOf(term))));
  }
  const rows = [
    `.\\" Made from the source by npm run docs. Do not edit.`,
    `.TH RAIDLAB 1 ${changedOn} "raidlab ${version}" "User Commands"`,
    '.SH NAME',
    'raidlab \\- breaks an encrypted btrfs array the way disks break, repairs it, and proves what survived',
    '.SH SYNOPSIS',
    '.B raidlab',
    '.I COMMAND',
    '.RI [ OPTION ]...',
    '.SH DESCRIPTION',
    prose(
      'raidlab builds an encrypted btrfs RAID on virtual disks in a throw-away machine, breaks it, repairs it with the commands an administrator would type, and proves what survived.',
    ),
    '.PP',
    prose(
      'A drill does all of that by itself and ends with a verdict, which is its exit status. A lab is such a machine to work in by hand. Nothing on the host is ever formatted, mounted or mapped.',
    ),
    '.PP',
    prose(
      '`raidlab COMMAND --help` says what stands here of a command. `raidlab completion bash` (also zsh, fish) prints a script with which the shell completes commands, options and names.',
    ),
    ...commands,
    '.SH EXIT STATUS',
    ...Object.entries(exitCodes).flatMap(([name, code]) =>
      item(`.B ${String(code)}`, capital(exitCodeMeanings[/** @type {keyof typeof exitCodes} */ (name)])),
    ),
    ...item('.B 255', 'The connection of raidlab ssh was lost. Otherwise it exits as the command in the lab does.'),
    '.SH ENVIRONMENT',
    ...environmentVariables.flatMap(([name = '', what = '']) => item(`.B ${literal(name)}`, what)),
    '.SH FILES',
    ...files.flatMap(([name = '', what = '']) => item(`.I ${literal(name)}`, what)),
    '.SH SEE ALSO',
    ['btrfs (8)', 'btrfs\\-replace (8)', 'btrfs\\-scrub (8)', 'cryptsetup (8)', 'crypttab (5)', 'qemu\\-system\\-x86_64 (1)', 'ssh (1)']
      .map((page, index, pages) => `.BR ${page}${index === pages.length - 1 ? '' : ' ,'}`)
      .join('\n'),
  ];
  return `${rows.join('\n')}\n`;
}

/**
 * Gives the section of a command, its subcommands in it; the options that all of these have stand once, before them.
 *
 * @param {string} name of the command
 */
async function commandSection(name) {
  const page = await pageOf([name]);
  const entries = (await entriesOf([name])).filter(({ term }) => term.type === 'command');
  const subcommands = await Promise.all(
    entries.map(async ({ term, description }) => ({
      words: [name, nameOf(term)],
      brief: description,
      items: await itemsOf([name, nameOf(term)]),
    })),
  );
  const common =
    subcommands.length < 2 ? [] : (subcommands[0]?.items ?? []).filter((one) => subcommands.every(({ items }) => items.includes(one)));
  return [
    `.SS raidlab ${literal(name)}`,
    ...(subcommands.length === 0 ? [...synopsis([name], page), '.PP'] : []),
    ...told(page.brief),
    ...(page.description === undefined ? [] : ['.PP', ...told(page.description)]),
    ...(subcommands.length === 0 ? await itemsOf([name]) : common),
    ...(
      await Promise.all(
        subcommands.map(({ words, brief, items }) =>
          subcommandRows(
            page,
            words,
            brief,
            items.filter((one) => !common.includes(one)),
          ),
        ),
      )
    ).flat(),
    ...(await exampleRows(name)),
  ];
}

/**
 * @param {import('@optique/core/doc').DocPage} parent the help of the command
 * @param {readonly string[]} words the command and its subcommand
 * @param {import('@optique/core/message').Message | undefined} brief what the command's help says of it
 * @param {readonly string[]} items its options
 */
async function subcommandRows(parent, words, brief, items) {
  const page = await pageOf(words);
  // Without a description of its own a subcommand has that of the command.
  const isOwn = page.description !== undefined && textOf(page.description) !== textOf(parent.description ?? []);
  return ['.PP', ...synopsis(words, page), '.PP', ...told(brief), ...(isOwn ? told(page.description) : []), ...items];
}

/**
 * Gives what a command takes, an item of a few rows each.
 *
 * @param {readonly string[]} words a command and its subcommand
 */
async function itemsOf(words) {
  return (await entriesOf(words))
    .filter(({ term }) => term.type !== 'command')
    .map((entry) => ['.TP', tagOf(entry.term), prose(describeEntry(entry))].join('\n'));
}

/** @param {import('@optique/core/usage').UsageTerm} term that is explained */
function tagOf(term) {
  if (term.type !== 'option') return `.I ${literal(formatUsageTerm(term, {}))}`;
  const names = term.names.map((name) => `\\fB${literal(name)}\\fR`).join(', ');
  return `${names}${term.metavar === undefined ? '' : ` \\fI${literal(term.metavar)}\\fR`}`;
}

/**
 * @param {readonly string[]} words a command and its subcommand
 * @param {import('@optique/core/doc').DocPage} page its help
 */
function synopsis(words, page) {
  const usage = formatUsage('raidlab', page.usage ?? [], {});
  const rest = usage.slice(`raidlab ${words.join(' ')}`.length).trim();
  return [`.B raidlab ${words.map(literal).join(' ')}`, ...(rest === '' ? [] : [guarded(literal(rest))])];
}

/** @param {import('@optique/core/message').Message | undefined} what a command does */
function told(what) {
  return what === undefined ? [] : [prose(textOf(what))];
}

/** @param {string} name of a command */
async function exampleRows(name) {
  return (await examplesOf(name)).flatMap(({ words, does }) => [
    '.PP',
    '.EX',
    guarded(`$ raidlab ${literal(words)}`),
    '.EE',
    '.RS 4',
    prose(does),
    '.RE',
  ]);
}

/**
 * @param {string} tag a macro and its words
 * @param {string} what it is
 */
function item(tag, what) {
  return ['.TP', tag, prose(what)];
}

/** @param {readonly string[]} words a command and its subcommand */
async function pageOf(words) {
  const page = await getDocPageAsync(parser, words);
  if (page === undefined) throw new Error(`man page: there is no help of ${words.join(' ')}`);
  return page;
}

/** @param {readonly string[]} words a command and its subcommand */
async function entriesOf(words) {
  return (await pageOf(words)).sections.flatMap(({ entries }) => entries).filter(isShown);
}

/** @param {import('@optique/core/doc').DocEntry} entry of a help page */
function isShown({ term }) {
  return !('hidden' in term && term.hidden === true);
}

/** @param {import('@optique/core/usage').UsageTerm} term of an entry */
function nameOf(term) {
  return term.type === 'command' ? term.name : '';
}

/** @param {string} text to begin a sentence with */
function capital(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/**
 * Gives words as they are typed: every hyphen is one.
 *
 * @param {string} text for man(7)
 */
function literal(text) {
  return escaped(text).replaceAll('-', '\\-');
}

/**
 * Gives prose, with what stands between backquotes in bold.
 *
 * @param {string} text of a sentence or more
 */
function prose(text) {
  const pieces = text.split('`').map((piece, index) => (index % 2 === 0 ? withOptions(escaped(piece)) : `\\fB${literal(piece)}\\fR`));
  return guarded(pieces.join(''));
}

/** @param {string} text in which the dashes of options are hyphens as they are typed */
function withOptions(text) {
  return text.replace(/(^|[\s(])(-+)(?=[A-Za-z])/gu, (_all, before, dashes) => `${String(before)}${'\\-'.repeat(String(dashes).length)}`);
}

/** @param {string} row that must not be taken for a macro */
function guarded(row) {
  return row.startsWith('.') || row.startsWith("'") ? `\\&${row}` : row;
}

const replacements = {
  '\\': '\\e',
  '…': '...',
  '’': '\\[cq]',
  '×': '\\[mu]',
  '–': '\\[en]',
  '—': '\\[em]',
  "'": '\\[aq]',
  '^': '\\[ha]',
  '~': '\\[ti]',
};

/** @param {string} text that may have what roff gives a meaning to */
function escaped(text) {
  return text.replace(/[\\'^~]|[^\u0020-\u007e]/gu, (character) => {
    const known = /** @type {Readonly<Record<string, string>>} */ (replacements)[character];
    return known ?? `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}
