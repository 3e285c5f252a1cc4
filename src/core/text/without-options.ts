/** Options that are to be left out of a command line, with their dashes. */
export interface LeftOut {
  /** Those with a value: `--jobs 2`, `--jobs=2`, and of one letter `-j2`. */
  readonly valued: readonly string[];
  readonly flags: readonly string[];
}

/** Gives the words of a command line without some options; what follows `--` are names, whatever they look like. */
export function withoutOptions(argv: readonly string[], { valued, flags }: LeftOut): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const kept: string[] = [];
  for (let index = 0; index < end; index += 1) {
    const word = argv[index] ?? '';
    if (flags.includes(word)) continue;
    if (valued.includes(word)) index += 1;
    else if (!valued.some((name) => isJoined(word, name))) kept.push(word);
  }
  return [...kept, ...argv.slice(end)];
}

function isJoined(word: string, name: string): boolean {
  return name.startsWith('--') ? word.startsWith(`${name}=`) : word.startsWith(name) && word.length > name.length;
}
