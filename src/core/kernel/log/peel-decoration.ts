/*
 * What people and their programs put around a log when they send it: quotes of mailers, Markdown, HTML, `grep -n`, `grep -H`, boxes of
 * `docker compose logs`. None of it is ever the beginning of a kernel line.
 */

const decorations = [
  // A mailer's quote, a table's or a box's edge.
  /^\s*(?:>|[|│┃▌]) ?/u,
  // A list. A `cut here` has more than one dash.
  /^\s*[-*+•‣·]\s+(?=\S)/u,
  /^\s*\d{1,4}[.)]\s+(?=\S)/u,
  // A patch adds or removes it.
  /^[+-](?=\[ *\d|<\d+>)/u,
  // Code.
  /^\s*`{1,3}(?=[^`\s]|\s\S)/u,
  /^\s*<\/?(?:pre|code|p|br|div|td|tr|li|blockquote)(?: [^>]{0,200})?\/?>/u,
  // `grep -n`, `grep -H`, `nl`, `cat -n`, and compose's name of the container.
  /^\s*\d{1,8}[:-](?=\[|<\d|[A-Z][a-z]{2} +\d|\d{4}-\d\d-|kernel:)/u,
  /^\s*\d{1,8}\t/u,
  /^(?:\.{0,2}\/[\w./+@-]{1,300}|[A-Za-z][\w.+@-]{0,200}\.(?:log|txt|dmesg|\d{1,3}))(?:[:-]\d{1,8})?[:-](?=\S)/u,
  /^[\w.-]{1,60} +\| ?(?=\[ *\d|<\d)/u,
];

/** A line that neither begins nor ends like this has no marks around it. */
const maybeDecorated = /^\s*[>|│┃▌\-*+•‣·`<\d./]|^[\w.+@-]+(?:[:-]\S| +\|)|[`>|│┃␊]\s*$/u;

/** Marks may stand in one another, as deep as people quote. */
const deepest = 12;

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", '#39': "'", '#34': '"', nbsp: ' ' };

/** Gives a line without the marks of mailers, Markdown, HTML and grep around it. Pure; a line without any comes back as it is. */
export function peelDecoration(line: string): string {
  let text = line.replace(/^\uFEFF/u, '').replaceAll('\u00a0', ' ');
  if (text.includes('&')) text = text.replace(/&(lt|gt|amp|quot|apos|#39|#34|nbsp);/gu, (whole, name: string) => entities[name] ?? whole);
  if (!maybeDecorated.test(text)) return text;
  for (let depth = 0; depth < deepest; depth += 1) {
    const mark = decorations.find((form) => form.test(text));
    if (mark === undefined) break;
    text = text.replace(mark, '');
  }
  // Pictures of CR and LF, as terminal programs save them.
  return text.replace(/␍?␊.*$/u, '').replace(/(?:\s*`{1,3}|\s*<\/?(?:br|p|pre|code|td|tr|li)\s*\/?>|\s+[|│┃])+\s*$/u, '');
}
