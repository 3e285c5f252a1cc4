/** What only a shell gives a meaning to, outside quotes. */
const forShell = /[$`|&;<>()*?]/u;

/** Why a text is no command without a shell. */
export type BadCommand = 'quote-not-closed' | 'needs-shell';

/**
 * Splits a command into its words as a POSIX shell does: at blanks, unless they are quoted ('...', "...", or a backslash before them).
 * There is no shell, so nothing is expanded, and what would be is refused.
 */
export function splitCommand(text: string): readonly string[] | BadCommand {
  const words: string[] = [];
  let word: string | undefined;
  for (let rest = text; rest !== '';) {
    const [all, blanks, single, double, escaped, plain] =
      /^(?:([ \t\n]+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\n'"\\]+))/u.exec(rest) ?? [];
    if (all === undefined) return 'quote-not-closed';
    // In double quotes two of them still have it.
    if (forShell.test(plain ?? '') || !/^(?:[^\\$`]|\\[^])*$/u.test(double ?? '')) return 'needs-shell';
    if (blanks !== undefined && word !== undefined) words.push(word);
    word =
      blanks === undefined ? `${word ?? ''}${single ?? double?.replaceAll(/\\(["\\$`])/gu, '$1') ?? escaped ?? plain ?? ''}` : undefined;
    rest = rest.slice(all.length);
  }
  return word === undefined ? words : [...words, word];
}
