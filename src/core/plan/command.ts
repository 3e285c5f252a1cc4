/** A command that an administrator would type in the guest; a plain value that can be printed or run. */
export interface Command {
  readonly argv: readonly string[];
  /** Its standard input. Never a secret: a plan is printed. */
  readonly stdin?: string;
  /** How long it may take on a host of usual speed, milliseconds; the guest's default when absent. */
  readonly timeoutMs?: number;
}

/** Makes a command from its words. */
export function command(...argv: readonly string[]): Command {
  return { argv };
}

/** Words that need no quoting in a POSIX shell. */
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/u;

/** Gives a command as one would type it in a shell: words quoted where needed, standard input as a here-string. */
export function formatCommand(planned: Command): string {
  const words = planned.argv.map(quoteWord).join(' ');
  return planned.stdin === undefined ? words : `${words} <<< ${quoteWord(planned.stdin.replace(/\n$/u, ''))}`;
}

function quoteWord(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
