import { OutputLines } from '../parsing/output-lines.ts';

/**
 * Parses what `find … -print` printed about files below an absolute path, one per line. Empty output means that nothing was found. A name
 * with a line feed is refused, unless its second line looks like a path.
 */
export function parsePrintedPaths(stdout: string): readonly string[] {
  if (stdout === '') return [];
  const lines = new OutputLines('find', stdout);
  const guestPaths: string[] = [];
  while (!lines.atEnd) guestPaths.push(lines.take('an absolute path', /^(\/.+)$/).text(1));
  return guestPaths;
}
