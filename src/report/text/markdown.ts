import { harmlessPiece } from '../../core/text/harmless-text.ts';

/** Formats any text as code in a line of Markdown. Source: CommonMark, 6.1. */
export function inlineCode(text: string): string {
  const longest = longestRun(text);
  if (longest === 0) return `\`${text}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

/** Formats any text as a block of code in Markdown: its fence is longer than any in the text. Source: CommonMark, 4.5. */
export function codeBlock(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Formats any text as prose in a paragraph or a list item of Markdown: nothing in it is markup. It is one line. Source: CommonMark, 2.4. */
export function escapeMarkdown(text: string): string {
  return harmlessPiece(text.replaceAll(/\s+/gu, ' '))
    .replaceAll(/[\\`*_[\]<>&|~]/gu, '\\$&')
    .replace(/^(\d{1,9})([.)])(?= |$)/u, '$1\\$2')
    .replace(/^[-+=#]/u, '\\$&');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
}
