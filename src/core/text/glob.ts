/** Tells whether a word is a glob: it has a `*` or a `?`. */
export function isGlob(word: string): boolean {
  return /[*?]/u.test(word);
}

/** Tells whether a whole name matches a glob: `*` is any characters, `?` is one. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob.replace(/[.+^${}()|[\]\\*?]/gu, (character) => ({ '*': '.*', '?': '.' })[character] ?? `\\${character}`);
  return new RegExp(`^${pattern}$`, 'u').test(name);
}
