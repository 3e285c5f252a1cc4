import { UnknownOutput } from '../parsing/unknown-output.ts';

/** A version of a package in an archive, as `apt-cache madison` lists it. */
export interface MadisonEntry {
  readonly package: string;
  readonly version: string;
  /** The directory below dists/: `trixie`, `bookworm-security`. */
  readonly distribution: string;
}

/** Parses the output of `apt-cache madison`: binary packages, in its order. Throws {@link UnknownOutput}. */
export function parseMadison(text: string): readonly MadisonEntry[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new UnknownOutput('apt-cache madison', 'a newline at the end', lines.at(-1) ?? '', lines.length);
  const entries: MadisonEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const match = /^ *(\S+) \| +(\S+) \| \S+ (\S+?)\/\S+ (?:\S+ Packages|Sources)$/u.exec(line);
    if (match === null) throw new UnknownOutput('apt-cache madison', 'PACKAGE | VERSION | ARCHIVE', line, index + 1);
    const [, name = '', version = '', distribution = ''] = match;
    if (line.endsWith(' Packages')) entries.push({ package: name, version, distribution });
  }
  return entries;
}
