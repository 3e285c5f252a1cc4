/**
 * Gives the key file of each mapping in a crypttab(5), by the mapping's name; mappings whose passphrase is typed are left out. Anybody may
 * have written the file: a line that is no entry says nothing, as at a boot.
 */
export function keyFilesOf(crypttab: string): ReadonlyMap<string, string> {
  const entries = crypttab
    .split('\n')
    .map((row) => row.trim().split(/\s+/u))
    .filter(([mapping = '']) => mapping !== '' && !mapping.startsWith('#'));
  return new Map(entries.flatMap(([mapping = '', , key = 'none']) => (key === 'none' || key === '-' ? [] : [[mapping, key] as const])));
}
