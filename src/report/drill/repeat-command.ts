import { formatCommand } from '../../core/plan/command.ts';

/**
 * Gives the command line that does the same again: what was typed, quoted for a shell, with the seed that the run had,
 * which may have been drawn for it (`--seed random`).
 */
export function repeatCommand(typed: string, seed: string): string {
  const words: readonly string[] = typed.match(/(?:'[^']*'|\\.|[^\s'\\])+/gu) ?? [];
  const quoted = formatCommand({ argv: [seed] });
  // What follows `--` is names, whatever it looks like.
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const isGiven = words.slice(0, end).some((word) => /^'?--seed(?:$|=)/u.test(word));
  if (!isGiven) return words.toSpliced(end, 0, '--seed', quoted).join(' ');
  return words
    .map((word, at) => {
      if (word === '--seed=random') return `--seed=${quoted}`;
      return word === 'random' && words[at - 1] === '--seed' ? quoted : word;
    })
    .join(' ');
}
