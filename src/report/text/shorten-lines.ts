/** Lines of which not all are shown. */
interface ShortenedLines {
  readonly shown: readonly string[];
  /** How many are left out; never 1, because the line that says so takes a line itself. */
  readonly left: number;
}

/** Gives the first `most` of several lines, and the next one if it is the last. */
export function shortenLines(lines: readonly string[], most: number): ShortenedLines {
  const shown = lines.length <= most + 1 ? lines : lines.slice(0, most);
  return { shown, left: lines.length - shown.length };
}

/** Gives a sentence without the quoted output of a program at its end: `it ended: …`. Short ones stay complete. */
export function shortenReason(reason: string): string {
  if (reason.length <= longestReason) return reason;
  const quote = reason.indexOf(': ');
  if (quote > 0 && quote < longestReason) return `${reason.slice(0, quote)}: …`;
  const space = reason.lastIndexOf(' ', longestReason);
  return `${reason.slice(0, space > 0 ? space : longestReason)} …`;
}

/** A reason up to this many characters fits into a header's row on most terminals. */
const longestReason = 80;
