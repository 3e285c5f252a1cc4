/** The value of each unit in bytes. Storage is counted in powers of 1024 here; a unit without `i` means the same, as in the tools. */
const unitBytes: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * Parses a size as people write it, into bytes: `32MiB`, `32M`, `1.5G`, `1024`. Undefined when it is not one, zero, or not a whole number
 * of bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt])(?:i?b)?|b)?$/iu.exec(text.trim());
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (unitBytes[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** Formats a number of bytes for people, to three digits: `32 MiB`, `1.5 GiB`, `512 B`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // 999.5 would be printed as 1000: the next unit says it in fewer digits.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return `${value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/u, '$1')
    .replace(/\.$/u, '')} ${units[unit] ?? ''}`;
}
