/**
 * The one place that makes untrusted text harmless: text from a guest, a file on the array, a log or a layout is shown, but no terminal,
 * CI log or report reader acts on it.
 */

/** Colours: they carry no meaning and are removed. ECMA-48, 8.3.117. */
const colour = /\u001b\[[\d;:]*m/gu;

/**
 * What is invisible but acted upon: controls (C0, DEL, C1), format characters (including those that reverse the direction of writing;
 * joiners of letters and emoji are left), line and paragraph separators, lone surrogates, and what XML cannot contain.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

/** What the runners of Azure Pipelines, TeamCity and, in its older form, GitHub obey anywhere in a line. */
const commandAnywhere = /#(?=#\[|#vso\[|#teamcity\[)/gu;

/** What GitHub's runner obeys at the beginning of a line, after blanks: `::stop-commands::`. Source: actions/runner, ActionCommand.cs. */
const commandAtBegin = /^(\s*):(?=:)/u;

/** Gives a piece of a line in which nothing acts on a terminal or a log; it must not begin a line. Idempotent. */
export function harmlessPiece(text: string): string {
  return text.replaceAll('\t', '  ').replace(colour, '').replace(unseen, codeOf).replace(commandAnywhere, codeOf);
}

/** Gives a whole line in which nothing acts on a terminal or a log. Idempotent. */
export function harmlessLine(line: string): string {
  return harmlessPiece(line).replace(commandAtBegin, (_begin, blanks: string) => `${blanks}${codeOf(':')}`);
}

/** Gives a text of many lines in which nothing but line ends acts on a terminal or a log. Idempotent. */
export function harmlessText(text: string): string {
  return text
    .split('\n')
    .map((line) => harmlessLine(line.replace(/\r+$/u, '')))
    .join('\n');
}

/** Formats a value as JSON, in one line or indented, that is harmless wherever it is printed, and parses to the same value. */
export function harmlessJson(value: unknown, indent?: number): string {
  // A line of JSON begins with a bracket, a quote, a word or a number: untrusted text is only within its strings.
  return JSON.stringify(value, null, indent).replace(unseenInJson, escapeInJson).replace(commandAnywhere, escapeInJson);
}

const unseenInJson = /(?![\u200c\u200d\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

function codeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
}

function escapeInJson(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
