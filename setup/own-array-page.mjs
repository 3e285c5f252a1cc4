// The page about one's own array, with the closed list of what is read: docs/own-array.md.
import { proveSections } from './prove-sections.mjs';
import { commandSources, fileSources } from '../src/core/facts/sources.ts';

/**
 * Gives the page by its file, as its parts.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function ownArrayPage(note) {
  const who = { anyone: 'every user', root: 'root' };
  const rows = [...commandSources, ...fileSources].map(({ what, reader, tells }) => `| \`${what}\` | ${who[reader]} | ${tells} |`);
  return {
    'docs/own-array.md': [
      '# Your own array',
      note,
      'Is your array redundant today? Does it boot with a dead disk? How large must the next disk be? `raidlab audit` says what is wrong, worst first, each with its evidence, why it matters, and what to type. It only reads; nothing here writes to a disk.',
      [
        '```sh',
        'sudo raidlab audit                                # this host; exit 0 well, 1 something is wrong, 2 too little seen',
        'sudo raidlab audit --json                         # the same for programs',
        '```',
      ].join('\n'),
      'On a server without Node, a shell script collects the facts, and any machine audits them:',
      [
        '```sh',
        'raidlab collect --script > collect.sh             # one file to read before you run it',
        'sudo sh collect.sh facts.map > facts.json         # on the server',
        'raidlab audit facts.json --map facts.map          # anywhere; without the map it shows stand-ins',
        '```',
      ].join('\n'),
      '`raidlab collect` runs this very script, so both give the same document. It needs a POSIX shell, awk, `date` and `id`; btrfs-progs and cryptsetup where they are.',
      ...proveSections,
      '## What a document contains',
      'Sizes, profiles, counters, versions, options: a typed list of facts (`src/core/facts/facts.ts`), and no dump of any output. UUIDs and serials are replaced by stand-ins such as `uuid-1`, always; labels, mount points, subvolumes and mappings, too, unless `--names` is given. What each stands for is in the map, if you ask for one (`--map FILE`, or the argument of the script). Keep it: with it, stand-ins are the same next time. A document in which a UUID or serial stands for itself is refused.',
      'There are no keys, salts, digests, tokens, paths of key files or names of subvolumes without a mount in it; of fstab and crypttab only lines of btrfs and of containers, with the options that are known, others counted. Disks keep their model. What could not be seen is listed, with the command that would tell.',
      '## What is read',
      'This list is closed: a test fails when the script runs another command. As an ordinary user it opens no disk. It never runs `blkid`, `btrfs check` or a repair, and never asks for a key.',
      ['| what | who may read it | it tells |', '|---|---|---|', ...rows].join('\n'),
      '## Rehearse it, and get a runbook',
      '`raidlab rehearse` builds a lab like your array, loses each member in turn, replaces it, and proves the result. What held becomes a runbook: `runbook.md` and `runbook.html` in the folder of the run.',
      [
        '```sh',
        'sudo raidlab rehearse                             # this host',
        'raidlab rehearse facts.json --map facts.map       # facts from elsewhere; without the map stand-ins are words to fill in',
        'raidlab rehearse facts.json --lose 2              # one member: its devid, mapping or disk',
        'raidlab rehearse facts.json --plan                # what would be done',
        '```',
      ].join('\n'),
      'The lab has as many disks, in the same ratio of sizes, with the same profiles, LUKS version, cipher, sector size, mkfs and mount options, quota and subvolumes, and its room is taken up to half as on the array. If the array has chunks of other profiles, the lab gets some as arrays do: a disk was missing, something was written, the disk was replaced, and nobody balanced. The runbook then begins with what to do today, while every disk is there, and the rehearsal did that first. The kernel is the nearest of the Debian releases and of those in the cache; `--kernel` names another. `--all` also runs every other drill that fits.',
      'A runbook has each command with your names, what it must print, how to check it, what it printed in the rehearsal, how long it may take at the real size, and what to do if it says something else. Words in capitals (`NEW-DISK`, `KEY-FILE-OF-DEVID-1`, `SERIAL-2`) are to be filled in: what a document never has, and what was a stand-in. A member whose rehearsal did not hold has no commands in it, but the reason.',
      'What a lab has otherwise than the array is said, in the run and at the end of the runbook. Not rehearsed are arrays without LUKS, with LUKS on some members only, with detached headers, of more than 15 members, with more than one missing, and those whose profiles survive no loss.',
      '## What is not judged',
      'An audit sees what the tools say today. A dead disk behind dm-crypt is only seen by its counters; a rotten block only by a scrub. Copies that are wrong and have no checksum are seen by nobody. Of an array that is locked or not mounted it says so, and exits 2.',
    ],
  };
}
