/** Homes that are nobody's in particular; guests have them, too. */
const commonHomes: ReadonlySet<string> = new Set(['', '/', '/root', '/home', '/tmp', '/nonexistent']);

/**
 * Gives a text in which the home directory of the person is `~`: its name is mostly theirs, and paths of the cache and the results begin
 * with it. The text may be any file's, a character for each byte; so may the path.
 */
export function hidePlaces(text: string, homeHostPath: string): string {
  const home = homeHostPath.replace(/\/+$/u, '');
  return commonHomes.has(home) ? text : text.split(`${home}/`).join('~/').split(`${home}"`).join('~"');
}
