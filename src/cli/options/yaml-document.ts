import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { YAMLError } from 'yaml';
import type { LocatedMistake, LocatedNode, TextSpan } from '../../core/layout-file/located-node.ts';

/** A YAML document with the place of each value, or what is wrong with it, in the order of the text. */
export type YamlDocument =
  { readonly is: 'document'; readonly root: LocatedNode } | { readonly is: 'no-yaml'; readonly mistakes: readonly LocatedMistake[] };

/** Reads a text as one document of YAML 1.2, core schema, where `no` is a word, not false. */
export function parseYaml(text: string): YamlDocument {
  const tooDeep = findTooDeep(text);
  if (tooDeep !== null) {
    const remedy = 'A layout is a list of fields; docs/layouts.md has an example.';
    return { is: 'no-yaml', mistakes: [{ span: { start: tooDeep, length: 1 }, problem: 'this is nested too deep', remedy }] };
  }
  const document = parseDocument(text, { prettyErrors: false });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { is: 'no-yaml', mistakes: errors.map((error) => mistakeOf(error)) };
  return { is: 'document', root: locate(document.contents, { start: 0, length: text.length }) };
}

/** A layout is two levels deep. */
const deepest = 64;

/** Gives the bracket that is nested too deep, or the `- ` or `? ` behind too many others: YAML parsers recurse as deep as their stack allows. */
function findTooDeep(text: string): number | null {
  const tooManyInLine = new RegExp(`(?:[-?] +){${String(deepest)}}`, 'u').exec(text);
  if (tooManyInLine !== null) return tooManyInLine.index;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if ('[{'.includes(character)) depth += 1;
    else if (']}'.includes(character)) depth -= 1;
    if (depth > deepest) return at;
  }
  return null;
}

/** `within` is the place of a value that is empty and so has no place of its own. */
function locate(node: unknown, within: TextSpan): LocatedNode {
  const span = spanOf(node) ?? within;
  if (isScalar(node)) return locateScalar(node.value, span);
  if (isSeq(node)) return { is: 'list', items: node.items.map((item) => locate(item, span)), span };
  if (isAlias(node))
    return {
      is: 'other',
      what: `the alias *${node.source}`,
      remedy: 'Write the value itself; a text that begins with * stands in quotes.',
      span,
    };
  if (!isMap(node)) return { is: 'scalar', value: null, span };
  const fields = node.items.map((pair) => {
    const key = locate(pair.key, span);
    return { key, value: locate(pair.value, key.span) };
  });
  return { is: 'map', fields, span };
}

function locateScalar(value: unknown, span: TextSpan): LocatedNode {
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain
    ? { is: 'scalar', value: value as string | number | boolean | null, span }
    : { is: 'other', what: 'a value of another type', remedy: 'Write a word or a number.', span };
}

function spanOf(node: unknown): TextSpan | undefined {
  const { range } = (node ?? {}) as { readonly range?: readonly [number, number, number] | null };
  return range === undefined || range === null ? undefined : { start: range[0], length: Math.max(1, range[1] - range[0]) };
}

/** What to do about a YAML parser's complaint, by its code. */
const remedies: Partial<Readonly<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'Indent with blanks: YAML takes no tabs.',
  DUPLICATE_KEY: 'Say it once: take one of the two lines out.',
  MULTIPLE_DOCS: 'A file is one layout: take what follows `---` out.',
  BAD_INDENT: 'Begin the fields of one group in the same column.',
  BLOCK_AS_IMPLICIT_KEY: 'One field a line: is there a second colon, or a line that is too far to the right?',
  MULTILINE_IMPLICIT_KEY: 'A field is `name: value` in one line: is there a colon missing?',
  TAG_RESOLVE_FAILED: 'Take the ! and its word out: values need no tag.',
  BAD_SCALAR_START: 'A text that begins with @, `, % or another sign stands in quotes.',
  BAD_DQ_ESCAPE: 'In double quotes a backslash is written twice.',
  MISSING_CHAR: 'A quote or a bracket that is opened is closed, and a colon is followed by a blank.',
  UNEXPECTED_TOKEN: 'One field a line, as `name: value`; what is behind a value begins with #.',
};

function mistakeOf({ code, message, pos }: YAMLError): LocatedMistake {
  return {
    span: { start: pos[0], length: Math.max(1, pos[1] - pos[0]) },
    problem: `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    remedy: remedies[code] ?? 'docs/layouts.md has an example.',
  };
}
