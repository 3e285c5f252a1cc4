import { formatCommand } from '../core/plan/command.ts';

/** Gives the command line that does the same again: what was typed, quoted for a shell, with the seed that was drawn for it. */
export function repeatCommand(typed: string, seed: string): string {
  const words = typed.match(/(?:'[^']*'|\\.|[^\s'\\])+/gu) ?? [];
  const isGiven = words.some((word) => /^'?--seed(?:$|=)/u.test(word));
  return isGiven ? typed : `${typed} ${formatCommand({ argv: ['--seed', seed] })}`;
}
