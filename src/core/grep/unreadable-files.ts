import { OutputLines } from '../output-lines.ts';

/**
 * Parses what `grep --recursive` complained of on standard error: gives the files whose data the kernel would not give it (EIO).
 * Any other complaint is refused. Nothing said is nothing found: grep reads on behind a file that it cannot read.
 */
export function parseUnreadableFiles(stderr: string): readonly string[] {
  if (stderr === '') return [];
  const lines = new OutputLines('grep', stderr);
  const guestPaths: string[] = [];
  while (!lines.atEnd) guestPaths.push(lines.take('a file and an input/output error', /^grep: (\/.+): Input\/output error$/).text(1));
  return guestPaths;
}
