import type { OsFacts } from './requirements.ts';

/** Parses /etc/os-release, see os-release(5). */
export function parseOsRelease(text: string): OsFacts {
  const value = (key: string): string | null => new RegExp(`^${key}=(["']?)([^"'\n]*)\\1$`, 'mu').exec(text)?.[2] ?? null;
  const orNull = (word: string | null): string | null => (word === '' ? null : word);
  const version = Number.parseInt(value('VERSION_ID') ?? '', 10);
  return {
    id: orNull(value('ID')) ?? 'unknown',
    like: (value('ID_LIKE') ?? '').split(' ').filter((word) => word !== ''),
    name: orNull(value('PRETTY_NAME')) ?? 'an unknown system',
    version: Number.isNaN(version) ? null : version,
    codename: orNull(value('VERSION_CODENAME')),
  };
}
