import { fileURLToPath } from 'node:url';

/** Where in a file something went wrong. */
export interface SourcePlace {
  readonly hostPath: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based; null when only the line is known. */
  readonly column: number | null;
  /** The surrounding source with a mark below, as Node shows it; empty when Node shows none. */
  readonly excerpt: string;
}

/**
 * Gives the innermost place in one of several files that an error comes from; undefined when it names none of them. Node's syntax errors
 * name it in their first line, `file:///home/me/a.ts:12`, with the source below; exceptions in the lines of their stack, `at run
 * (file:///home/me/a.ts:12:7)`.
 */
export function findPlace(error: unknown, fileUrls: readonly string[]): SourcePlace | undefined {
  const rows = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
  for (const [index, row] of rows.entries()) {
    const url = fileUrls.find((each) => row.includes(`${each}:`));
    if (url === undefined) continue;
    const [, line = '1', column] = /^:(\d+)(?::(\d+))?/u.exec(row.slice(row.indexOf(url) + url.length)) ?? [];
    const excerpt = row.startsWith(url)
      ? rows.slice(index + 1, rows.findIndex((each, at) => at > index && isMark(each)) + 1).join('\n')
      : '';
    const marked = excerpt === '' ? null : (excerpt.split('\n').at(-1) ?? '').indexOf('^') + 1;
    return { hostPath: fileURLToPath(url), line: Number(line), column: column === undefined ? marked : Number(column), excerpt };
  }
  return undefined;
}

function isMark(row: string): boolean {
  return /^\s*\^+\s*$/u.test(row);
}

/** Gives an error's message, with its name where that says more. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}`;
  return error instanceof SyntaxError || error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
