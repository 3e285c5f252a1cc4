/** A command line in words. */
export interface TypedWords {
  /** As typed, quotes included. */
  readonly words: readonly string[];
  /** How many of them may be options: what follows `--` is names, whatever it looks like. */
  readonly options: number;
}

/** Splits a command line into words, as a shell would, and leaves their quotes. */
export function typedWords(typed: string): TypedWords {
  const words: readonly string[] = typed.match(/(?:'[^']*'|\\.|[^\s'\\])+/gu) ?? [];
  return { words, options: words.includes('--') ? words.indexOf('--') : words.length };
}
