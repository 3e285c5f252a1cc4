/** Compares versions by their first two numbers, epoch left out: `1:10.0.2+ds` is at least `8.2`. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^\d+:/u, '').split(/\D/u).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
