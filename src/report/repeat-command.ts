/** Gives the command line that does the same again: what was typed, with the seed that was drawn for it. */
export function repeatCommand(typed: string, seed: string): string {
  return / --seed[ =]/u.test(typed) ? typed : `${typed} --seed ${seed}`;
}
