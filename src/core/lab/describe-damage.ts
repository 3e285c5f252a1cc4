import type { LabDamage } from './lab-state.ts';

/** Gives what is known of damage since, in words: why it still counts. */
export function describeDamageSince({ header, data, open }: LabDamage): string {
  const words = [...(header.length === 0 ? [] : ['its header is not restored']), ...(data ? [scrubbed[open ?? 'none']] : [])];
  return words.join('; ');
}

const scrubbed: Readonly<Record<'none' | NonNullable<LabDamage['open']>, string>> = {
  none: 'no scrub has looked at it since',
  corrected: 'a scrub says that it corrected what it found, and so does a read-only one: the next one that finds nothing shows it',
  uncorrected: 'a scrub has found errors that it did not correct',
  unchecked: 'a scrub has looked at it; data without checksums was not checked',
};

/** Gives what mends damage, in words. */
export function describeMending({ header, data, open }: LabDamage): string {
  const ways = [
    ...(header.length === 0 ? [] : ['`cryptsetup luksHeaderRestore` from a backup']),
    ...(data && open !== 'unchecked' ? ['`btrfs scrub start -B /storage`, until one finds nothing'] : []),
    ...(data && open === 'unchecked' ? ['writing the disk anew (luksFormat, and a replace)'] : []),
  ];
  return ways.join(' and ');
}
