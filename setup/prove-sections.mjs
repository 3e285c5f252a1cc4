// The sections about one's own script and one's own monitoring, of docs/own-array.md.
import { wishedFaults } from '../src/core/fault/fault-wish.ts';
import { scriptWords } from '../src/core/prove/script-words.ts';

/** @param {string} text */
const code = (text) => `\`${text}\``;

/** @type {readonly string[]} */
export const proveSections = [
  '## Your own script',
  'You have a script that replaces a disk. Does it? `raidlab prove` builds an array, pulls a disk while it is in service, restarts the machine as a boot does, and runs your script in it, as root. What the script leaves is proved as drills are: every file, the profiles, a scrub, the loss of each disk, a reboot with only crypttab and fstab. Exit codes are those of drills.',
  [
    '```sh',
    'raidlab prove -- ./replace.sh                              # DISK1 is pulled; the spare is DISK3',
    'raidlab prove -- ./replace.sh {devid} {spare}              # words that stand for what they are on the array',
    'raidlab prove --permute -- ./replace.sh {devid} {spare}    # in the cases in which scripts break, with a table',
    'raidlab prove --fault read-errors:DISK2 --no-restart -- ./replace.sh   # a disk that fails, in a running machine',
    'raidlab prove facts.json --map facts.map -- ./replace.sh   # an array like yours, under its names',
    'raidlab prove --layout ./array.yaml --kernel bookworm -- ./replace.sh  # your layout, your kernel',
    '```',
  ].join('\n'),
  'The script is one file that begins with `#!`; it is copied to `/root` in the guest, and nothing with it. If it asks a question, your terminal becomes its terminal: you see what it wrote, your keys go to it, Ctrl-C too, and Ctrl-] leaves it to itself. What you type is not kept; what the script shows is. Where there is no terminal to answer at (a pipe, CI, `--json`), and after Ctrl-], it finds the end of its input, and that is told: for that give it key files (`--key-file`) and `--batch-mode`. The guest has what Debian and the storage tools bring: sh, bash, perl, python3. Its output and exit status are events and evidence. Nothing else writes to the array after the restart: a script for an array in service writes to it itself.',
  [
    '| in an argument | it stands for |',
    '|---|---|',
    ...Object.entries(scriptWords).map(([word, means]) => `| ${code(word)} | ${means} |`),
  ].join('\n'),
  [
    '| `--fault` | what happens |',
    '|---|---|',
    ...Object.entries(wishedFaults).map(
      ([kind, { amount, usual, does }]) =>
        `| ${code(amount === null ? `${kind}:DISK` : `${kind}:DISK:${String(usual)}`)} | ${does}${amount === null ? '' : `; the number is ${amount}`} |`,
    ),
  ].join('\n'),
  'With facts from `raidlab collect` before the `--`, the array is like yours in small (as `rehearse` makes it), and has its names: mappings, LUKS UUIDs and links in /dev/disk/by-id as far as the facts or their map tell them, and is mounted where yours is, where the guest has that place free. The new disk has no name of yours: give it as `{spare}`. What the lab has otherwise is told.',
  'How it ended is the check `script`. Any exit but 0 is broken, and the rest of the proof shows what was left. A script that restarts the machine is not held against it: the machine is turned on again, and what it left is proved. A program that the guest does not have (exit 127), and a script that does not end within `--script-limit`, are inconclusive: they say nothing about storage. A kernel that crashes under it is exit 3.',
  'Names and keys are yours: the proof asks the array for its members, and crypttab for their keys. A container whose key is in no file that crypttab names cannot be opened in a copy, so it is not examined; a member without a container is broken, because the others are encrypted.',
  '`--permute` proves it again with the disks in another order (a script that says `/dev/sdX` then has another disk), with another member lost, with a slightly smaller and a larger spare, and on an array that is nearly full. Each case differs in one thing. Disks that are named by letter are told before anything runs, with their lines.',
  'Two examples: [seed-replace.sh](../examples/prove/seed-replace.sh), the procedure that raidlab grew out of, is broken, for its single chunks; [balanced-replace.sh](../examples/prove/balanced-replace.sh) has the missing step, and holds.',
  '## Your own monitoring',
  'Would your monitoring have told you? `--alarm COMMAND` runs it in the guest of a drill or of `prove`, every three seconds and at the end of each step, from before the fault. It rings when it exits with anything but 0. Terminal, report and `result.json` say when it first rang after the fault, or that it never did; that it rang before anything had happened; and whether it still rings after the repair.',
  [
    '```sh',
    "raidlab drill --alarm 'btrfs device stats --check /storage'   # rings: errors were counted, before anybody noticed",
    "raidlab drill --alarm 'findmnt /storage'                      # rings only after the restart",
    'raidlab new alarm                                             # writes check-btrfs.sh, which looks at all of it',
    "raidlab drill --alarm './check-btrfs.sh /storage'",
    '```',
  ].join('\n'),
  'A script of yours is copied into the guest; other commands must be there. A command is words, without a shell; quotes and backslashes keep blanks, as in `--alarm "\'./my checks/btrfs.sh\' /storage"`. While the drill itself unmounts or closes something, the alarm waits; in `prove` it does not, as on your own machine.',
];
