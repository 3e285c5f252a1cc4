/** Gives text as code in a line of Markdown, whatever it holds. Source: CommonMark, 6.1. */
export function inlineCode(text: string): string {
  const longest = longestRun(text);
  if (longest === 0) return `\`${text}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

/** Gives text as a block of code in Markdown, whatever it holds: a fence is longer than any that is in the text. Source: CommonMark, 4.5. */
export function codeBlock(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
}
