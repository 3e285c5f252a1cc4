/**
 * What people and their programs put around a log: mailers' quotes, Markdown, HTML, `grep -n`, `grep -H`, boxes of `docker compose logs`.
 * No kernel line begins like any of it.
 */

const decorations = [
  // A mailer's quote, or the border of a table or box.
  /^\s*(?:>|[|│┃▌]) ?/u,
  // A list item. A `cut here` has more than one dash.
  /^\s*[-*+•‣·]\s+(?=\S)/u,
  /^\s*\d{1,4}[.)]\s+(?=\S)/u,
  // Added or removed in a patch.
  /^[+-](?=\[ *\d|<\d+>)/u,
  // Code.
  /^\s*`{1,3}(?=[^`\s]|\s\S)/u,
  /^\s*<\/?(?:pre|code|p|br|div|td|tr|li|blockquote)(?: [^>]{0,200})?\/?>/u,
  // `grep -n`, `grep -H`, `nl`, `cat -n`, and the container's name in compose.
  /^\s*\d{1,8}[:-](?=\[|<\d|[A-Z][a-z]{2} +\d|\d{4}-\d\d-|kernel:)/u,
  /^\s*\d{1,8}\t/u,
  /^(?:\.{0,2}\/[\w./+@-]{1,300}|[A-Za-z][\w.+@-]{0,200}\.(?:log|txt|dmesg|\d{1,3}))(?:[:-]\d{1,8})?[:-](?=\S)/u,
  /^[\w.-]{1,60} +\| ?(?=\[ *\d|<\d)/u,
];

/** A line that neither begins nor ends like this has no decoration. */
const maybeDecorated = /^\s*[>|│┃▌\-*+•‣·`<\d./]|^[\w.+@-]+(?:[:-]\S| +\|)|[`>|│┃␊]\s*$/u;

/** Decoration may be nested, as deep as people quote. */
const deepest = 12;

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'", '#34': '"', nbsp: ' ' };

/** Removes the decoration of mailers, Markdown, HTML and grep from a line. Pure; a line without any stays the same. */
export function peelDecoration(line: string): string {
  let text = line.replace(/^\uFEFF/u, '').replaceAll('\u00a0', ' ');
  if (text.includes('&')) text = text.replace(/&(lt|gt|amp|quot|apos|#39|#34|nbsp);/gu, (whole, name: string) => entities[name] ?? whole);
  if (!maybeDecorated.test(text)) return text;
  for (let depth = 0; depth < deepest; depth += 1) {
    const mark = decorations.find((form) => form.test(text));
    if (mark === undefined) break;
    text = text.replace(mark, '');
  }
  // CR and LF as symbols, as saved by terminal programs.
  return text.replace(/␍?␊.*$/u, '').replace(/(?:\s*`{1,3}|\s*<\/?(?:br|p|pre|code|td|tr|li)\s*\/?>|\s+[|│┃])+\s*$/u, '');
}
