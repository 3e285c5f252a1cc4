import type { LabDamage } from './lab-state.ts';

/** Describes what is known of damage since, in words: why it still counts. */
export function describeDamageSince({ header, data, open }: LabDamage): string {
  const words = [...(header.length === 0 ? [] : ['its header has not been restored']), ...(data ? [scrubbed[open ?? 'none']] : [])];
  return words.join('; ');
}

const scrubbed: Readonly<Record<'none' | NonNullable<LabDamage['open']>, string>> = {
  none: 'not scrubbed since',
  corrected: 'a scrub says it corrected what it found, but so does a read-only one: wait for one that finds nothing',
  uncorrected: 'a scrub has found errors that it did not correct',
  unchecked: 'a scrub has checked it, except data without checksums',
};

/** Says what fixes damage of an array that is mounted there, in words. */
export function describeMending({ header, data, open }: LabDamage, mountPoint: string): string {
  const ways = [
    ...(header.length === 0 ? [] : ['`cryptsetup luksHeaderRestore` from a backup']),
    ...(data && open !== 'unchecked' ? [`\`btrfs scrub start -B ${mountPoint}\`, until one finds nothing`] : []),
    ...(data && open === 'unchecked' ? ['formatting the disk (luksFormat, then a replace)'] : []),
  ];
  return ways.join(' and ');
}
