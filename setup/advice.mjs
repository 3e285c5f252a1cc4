// Advice on replacing a disk of a btrfs mirror, as it is widely given, and what tests each piece: a drill, its twin, or a script.

/**
 * @typedef {{ readonly drill: string } | { readonly twin: string } | { readonly script: string, readonly options?: readonly string[] }} Test
 *
 * @typedef {object} Advice
 * @property {string} advice in the words in which it is given
 * @property {Test} test
 * @property {string} why what the verdict means, in a sentence or two
 */

/** @type {readonly Advice[]} */
export const pieces = [
  {
    advice: 'Replace the disk and scrub. If the scrub finds nothing, you are done.',
    test: { twin: 'replace-missing-disk' },
    why: 'What was written while the disk was missing has one copy, and a scrub checks what exists. When the other disk dies, that is lost.',
  },
  {
    advice: 'After the replace, balance with `-dconvert=raid1,soft -mconvert=raid1,soft`.',
    test: { drill: 'replace-missing-disk' },
    why: 'It gives exactly those chunks their second copy, in seconds, and touches nothing else.',
  },
  {
    advice: 'After the replace, balance everything: `btrfs balance start --full-balance`.',
    test: { script: 'balance-everything.sh' },
    why: 'What is moved gets the better of the profiles that the array has, so it works. But it copies the whole array for what the soft balance does in seconds, with one copy of the new data meanwhile.',
  },
  {
    advice: 'Put `degraded` into fstab: the machine then boots with a dead disk.',
    test: { script: 'degraded-in-fstab.sh', options: ['--mount-option', 'degraded'] },
    why: 'It does, and nobody is told. What is written from then on has one copy, also when the disk was merely late at that boot.',
  },
  {
    advice: 'Do not use replace: add the new disk, then `btrfs device remove missing`.',
    test: { script: 'add-and-remove.sh' },
    why: 'It works, and is the way for a smaller disk (the drill smaller-replacement). Everything that the missing disk had is moved, instead of copied in one go. Look at `btrfs filesystem usage` afterwards: nothing may be single.',
  },
  {
    advice: 'Convert to single first, remove the missing disk, and convert back when you have a new one.',
    test: { script: 'convert-to-single-first.sh' },
    why: 'It ends well if nothing happens on the way: everything is copied twice, and until the second copying ends one disk has the only copy. Replace needs none of it. With the dead disk still listed, before a restart, it stops the filesystem: see the drill convert-with-dead-disk.',
  },
  {
    advice: 'You can mount a degraded mirror read-write only once, so get it right.',
    test: { drill: 'once-only-rw' },
    why: 'That was so until Linux 4.14. It mounts as often as it takes; what is written meanwhile still has one copy.',
  },
  {
    advice: 'A disk that was away: put it back in and scrub.',
    test: { drill: 'stale-disk-returns' },
    why: 'Right for files with checksums, if it is done at once, and the counters are reset afterwards.',
  },
  {
    advice: 'The same for virtual machines and databases without copy on write.',
    test: { twin: 'stale-nodatacow-files' },
    why: 'A file without checksums is old on one disk and new on the other, and a scrub cannot tell which is right. Wipe the disk, and replace it.',
  },
  {
    advice: 'Wipe the old disk before you keep or connect it again.',
    test: { drill: 'replaced-disk-returns' },
    why: 'A replaced disk that comes back takes the place of the new one, silently, because nothing wipes a disk that is missing when it is replaced.',
  },
  {
    advice: 'To be careful, scrub read-only: `btrfs scrub start -Br` exits 0 if all is well.',
    test: { twin: 'silent-corruption' },
    why: 'It exits 0 with thousands of errors, and repairs none of them. Read the summary, and scrub read-write.',
  },
  {
    advice: '`btrfs replace status` says "0 uncorr. read errs": nothing was lost.',
    test: { twin: 'latent-bad-block' },
    why: 'It says so with blocks that neither disk has right. Scrub after the replace, before the old disk is thrown away.',
  },
];

/**
 * Names what tests a piece of advice, as a key of what was recorded.
 *
 * @param {Test} test
 */
export function keyOf(test) {
  if ('script' in test) return test.script;
  return 'twin' in test ? `${test.twin} --twin` : test.drill;
}
