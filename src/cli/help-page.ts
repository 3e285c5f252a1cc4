import type { DocEntry, DocPage } from '@optique/core/doc';
import { formatMessage } from '@optique/core/message';
import type { Message } from '@optique/core/message';
import { formatUsage, formatUsageTerm } from '@optique/core/usage';
import { blank, line, span } from '../report/text/line.ts';
import type { Line } from '../report/text/line.ts';
import { environmentVariables } from './environment-variables.ts';
import { exitsOf } from './exit-meanings.ts';
import { textWidth } from './terminal/text-width.ts';

/** An example in a help page: a command line and what it does. */
export interface Example {
  /** The words after the program's name. */
  readonly words: string;
  readonly does: string;
}

/** What a help page is made of. */
export interface HelpSource {
  readonly page: DocPage;
  /** How raidlab is called here. */
  readonly program: string;
  /** Undefined for raidlab as a whole. */
  readonly command: string | undefined;
  readonly examples: readonly Example[];
  /** Below {@link narrowest} columns a description goes under its term. */
  readonly columns: number;
}

/** Below this width there is no room for a column of terms. */
const narrowest = 60;

/** Terms longer than this do not widen their column. */
const widestTerm = 28;

/** The parser's description of a command, and ours. */
const parserWords: Readonly<Record<string, string>> = {
  'Generate shell completion script or provide completions.':
    'Prints a script for bash, fish or zsh that completes commands, options and values.',
  'Show help information.': 'Shows the help of a command.',
  'Show version information.': 'Prints the version.',
};

/** The same for its arguments and options, by name. */
const ownWords: Readonly<Record<string, string>> = {
  help: 'Shows the help of a command.',
  completion: 'Prints a completion script for a shell.',
  version: 'Prints the version.',
  '--help': 'Shows this help.',
  '--version': 'Prints the version.',
  SHELL: 'bash, fish or zsh.',
  ARG: 'The words to complete; only the completion script passes these.',
};

/**
 * Gives a help page: usage, what the command takes, examples, exit codes.
 *
 * The parser's own formatter breaks usage inside brackets and lists inside words, so it gives the parts and the layout is ours.
 */
export function helpLines({ page, program, command, examples, columns }: HelpSource): readonly Line[] {
  const entries = page.sections.flatMap((section) => section.entries);
  const width = Math.min(widestTerm, Math.max(...entries.map((entry) => textWidth(termOf(entry)))));
  const table = (rows: readonly Row[], column: number): readonly Line[] => rows.flatMap((row) => rowLines(row, column, columns));
  const variables = command === undefined ? environmentVariables.map(([term, what]): Row => ({ term, what })) : [];
  return [
    ...aboutLines(page),
    blank,
    ...usageLines(page),
    ...page.sections.flatMap((section) => [
      blank,
      // Below a command the parser repeats the title of the command's group.
      ...(section.title === undefined || command !== undefined ? [] : [heading(section.title)]),
      ...table(section.entries.map(rowOf), width),
    ]),
    ...titled(
      'Examples',
      examples.flatMap(({ words, does }) => [
        { ...line(2, `${program} ${words}`, 4), wrap: 'command' as const },
        line(6, [span(does, 'quiet')]),
      ]),
    ),
    ...titled('Environment', table(variables, Math.max(...variables.map(({ term }) => term.length)))),
    ...titled(
      'Exit codes',
      exitsOf(command).map(([code, meaning]) => line(2, `${code.padStart(3)}  ${meaning}`, 7)),
    ),
  ];
}

/** Gives what help and manual page say of an option, argument or command. */
export function describeEntry({ term, description, default: usual, choices }: DocEntry): string {
  const name = term.type === 'option' ? term.names.at(-1) : term.type === 'command' ? term.name : formatUsageTerm(term, {});
  const own = ownWords[name ?? ''];
  return [
    own ?? (description === undefined ? '' : textOf(description)),
    choices === undefined ? '' : `(one of ${textOf(choices)})`,
    usual === undefined ? '' : `(default: ${textOf(usual)})`,
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Gives a message of the parser as plain text in one line. */
export function textOf(message: Message): string {
  return formatMessage(message, { quotes: false }).replace(/\s+/gu, ' ').trim();
}

interface Row {
  readonly term: string;
  readonly what: string;
}

function rowOf(entry: DocEntry): Row {
  return { term: termOf(entry), what: describeEntry(entry) };
}

function termOf({ term }: DocEntry): string {
  return formatUsageTerm(term, { context: 'doc', optionsSeparator: ', ' });
}

function rowLines({ term, what }: Row, column: number, columns: number): readonly Line[] {
  if (columns < narrowest || textWidth(term) > column)
    return [line(2, [span(term, 'strong')], 4), line(columns < narrowest ? 6 : column + 4, what)];
  return [line(2, [span(term.padEnd(column + 2), 'strong'), span(what)], column + 4)];
}

/** The parser gives its own commands one text as both brief and description. */
function aboutLines({ brief, description }: DocPage): readonly Line[] {
  const texts = [brief, description].flatMap((message) => (message === undefined ? [] : [textOf(message)]));
  return texts.length === 0 ? [] : [line(0, [...new Set(texts.map((text) => parserWords[text] ?? text))].join(' '))];
}

/** Each way to call the command is one line, broken only between options. */
function usageLines({ usage }: DocPage): readonly Line[] {
  if (usage === undefined) return [];
  const ways = formatUsage('raidlab', usage, { expandCommands: true }).split('\n');
  return ways.map((way, index) => ({
    ...line(0, [span(index === 0 ? 'Usage: ' : '       ', 'strong'), span(way)], 11),
    wrap: 'usage',
  }));
}

function titled(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [blank, heading(title), ...lines];
}

function heading(title: string): Line {
  return line(0, [span(`${title}:`, 'strong')]);
}
