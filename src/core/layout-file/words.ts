import { mountPointPattern } from '../layout/mount-point.ts';
import { pattern } from './kind.ts';

/** One mount option; fstab and `mount -o` take several, separated by commas. */
export const mountOption = pattern(
  'one mount option without blanks, commas, quotes and #',
  '^[^\\s,\'"#]+$',
  'Write each option by itself: [noatime, compress=zstd:3].',
);

/** One name in a directory. */
export const onePart = pattern(
  'a name without blanks, slashes, commas and quotes',
  '^(?!\\.{1,2}$)[^\\s/,\'"#\\\\]{1,100}$',
  'Use letters, digits, dashes and a leading @ or dot.',
);

/** Where the array, or a subvolume of it, is mounted. */
export const mountPoint = pattern(
  'an absolute path of letters, digits and . _ + : @ -, not where the guest has its own files',
  mountPointPattern,
  'Write it like /srv/data.',
);
