import { formatCommand } from '../../core/plan/command.ts';
import { typedWords } from '../../core/text/typed-words.ts';

/**
 * Gives the command line that does the same again: what was typed, quoted for a shell, with the seed that the run had,
 * which may have been drawn for it (`--seed random`).
 */
export function repeatCommand(typed: string, seed: string): string {
  const { words, options: end } = typedWords(typed);
  const quoted = formatCommand({ argv: [seed] });
  const isGiven = words.slice(0, end).some((word) => /^'?--seed(?:$|=)/u.test(word));
  if (!isGiven) return words.toSpliced(end, 0, '--seed', quoted).join(' ');
  return words
    .map((word, at) => {
      if (word === '--seed=random') return `--seed=${quoted}`;
      return word === 'random' && words[at - 1] === '--seed' ? quoted : word;
    })
    .join(' ');
}
