/** What is to be known of each command of a procedure: what it prints, how to check it, how long it takes, what else it may say. */
import type { Command } from '../plan/command.ts';
import { formatCommand } from '../plan/command.ts';
import { mappingRemovedBy } from '../plan/container.ts';
import { plain, prose } from './prose.ts';
import type { Prose } from './prose.ts';
import type { Otherwise, RunbookCommand } from './runbook.ts';

/** What kind of command it is; the same kind in a lab and on a real array. */
export type CommandKind = keyof typeof guides;

/** What a guide knows of the array. */
export interface GuideFacts {
  readonly mountPoint: string;
  /** Chunks on the lost member, and on the member that has most, bytes; null when they are not known. */
  readonly lostBytes: number | null;
  readonly mostBytes: number | null;
  readonly bytesPerSecond: number;
  readonly lost: string;
}

type Guide = (command: Command, facts: GuideFacts) => Omit<RunbookCommand, 'command' | 'rehearsed'>;

const nothing = plain('Nothing.');
const atOnce = { isRefusalExpected: false, takes: null } as const;

function otherwise(says: Prose, then: Prose): Otherwise {
  return { says, then };
}

const notThere = otherwise(
  prose`${'does not exist or access denied'}`,
  prose`Stop: the name is wrong, or the disk is not there. ${'lsblk -o NAME,SERIAL,SIZE'} shows what is.`,
);
const wrongKey = otherwise(
  prose`${'No key available with this passphrase'}`,
  plain('The key is not this container’s: try the one that crypttab names. The data is not in danger.'),
);

const guides = {
  'open-container': ({ argv }) => ({
    ...atOnce,
    prints: nothing,
    check: prose`${formatCommand({ argv: ['cryptsetup', 'status', argv.at(-1) ?? ''] })} says ${'is active'}.`,
    otherwise: [
      otherwise(prose`${'already exists'}, or ${'is still in use'}`, plain('It is open already, as crypttab has it after a boot. Go on.')),
      notThere,
      wrongKey,
    ],
  }),
  'scan-devices': () => ({ ...atOnce, prints: prose`${'Scanning for Btrfs filesystems'}, or more about it.`, check: null, otherwise: [] }),
  'mount-as-fstab': (_command, { mountPoint, lost }) => ({
    isRefusalExpected: true,
    takes: null,
    prints: prose`A refusal: ${'wrong fs type, bad option, bad superblock'}, or ${'No such file or directory'}. btrfs does not start without a member unless it is told to.`,
    check: prose`${'dmesg | tail'} says ${'devid … is missing'}. It must be ${lost}, and no other.`,
    otherwise: [
      otherwise(
        plain('it mounts'),
        prose`Either no member is missing (${formatCommand({ argv: ['btrfs', 'filesystem', 'show', mountPoint] })}): stop, this is another trouble. Or fstab has ${'degraded'}: take it out, type ${formatCommand({ argv: ['umount', mountPoint] })}, and go on.`,
      ),
      otherwise(
        prose`${'already mounted'}`,
        prose`It was never away. Stop what uses it, and type ${formatCommand({ argv: ['umount', mountPoint] })} first.`,
      ),
      otherwise(plain('the kernel names another devid, or two'), plain('Stop. More is missing than this runbook is for.')),
    ],
  }),
  'mount-degraded': (_command, { mountPoint }) => ({
    ...atOnce,
    prints: nothing,
    check: prose`${formatCommand({ argv: ['findmnt', '--output', 'SOURCE,OPTIONS', mountPoint] })} shows ${'rw'} and ${'degraded'}.`,
    otherwise: [
      otherwise(
        prose`${'too many missing devices'}, or it is ${'ro'}`,
        plain(
          'Stop: chunks with one copy were on the lost disk, or a second member is missing. Copy away what can be read before anything else.',
        ),
      ),
    ],
  }),
  'make-key-directory': () => ({ ...atOnce, prints: nothing, check: null, otherwise: [] }),
  'make-key-file': ({ argv }) => ({
    ...atOnce,
    prints: nothing,
    check: prose`${formatCommand({ argv: ['stat', '--format=%a %s', argv.at(-1) ?? ''] })} prints ${'600 0'}.`,
    otherwise: [
      otherwise(
        plain('the file was there before'),
        plain('It is empty now. Was it the key of another container, get it back from its backup before you go on.'),
      ),
    ],
  }),
  'fill-key-file': () => ({ ...atOnce, prints: nothing, check: null, otherwise: [] }),
  'partition-disk': () => ({ ...atOnce, prints: nothing, check: null, otherwise: [notThere] }),
  'wait-for-udev': () => ({ ...atOnce, prints: nothing, check: null, otherwise: [] }),
  'format-container': ({ argv }) => ({
    ...atOnce,
    takes: 10,
    prints: nothing,
    check: prose`${formatCommand({ argv: ['cryptsetup', 'isLuks', '--verbose', argv.at(-1) ?? ''] })} says ${'Command successful'}.`,
    otherwise: [
      notThere,
      otherwise(prose`${'Cannot format device … in use'}`, plain('Stop: something uses that disk. It is not the new one.')),
    ],
  }),
  'replace-member': (_command, { mountPoint, lostBytes, bytesPerSecond }) => ({
    isRefusalExpected: false,
    takes: lostBytes === null ? plain('As long as it takes to write what was on the lost disk.') : lostBytes / bytesPerSecond,
    prints: prose`Nothing, when it ends. Meanwhile, in another terminal, ${formatCommand({ argv: ['btrfs', 'replace', 'status', mountPoint] })} shows how far it is.`,
    check: prose`${formatCommand({ argv: ['btrfs', 'replace', 'status', '-1', mountPoint] })} says ${'finished'} and ${'0 uncorr. read errs'}.`,
    otherwise: [
      otherwise(
        prose`${'target device smaller than source device'}`,
        plain('The new disk is too small by a little: see how many sectors it takes.'),
      ),
      otherwise(
        prose`${'uncorr. read errs'} that are not 0`,
        prose`The replace went on, and that much could not be read. ${'dmesg'} names the files; get them from the backup.`,
      ),
      otherwise(
        plain('the machine goes down in the middle'),
        plain('It goes on by itself after the next mount with all members open. Do not start it again.'),
      ),
    ],
  }),
  'remove-crypttab-line': ({ argv }) => ({
    ...atOnce,
    prints: nothing,
    check: prose`${'cat /etc/crypttab'} has no line any more that begins with ${mappingIn(argv)}.`,
    otherwise: [],
  }),
  'add-crypttab-line': () => ({
    ...atOnce,
    prints: plain('The line itself.'),
    check: prose`${'tail -1 /etc/crypttab'} shows it once. Has the removed line had more options, write them here, too.`,
    otherwise: [],
  }),
  'look-at-usage': () => ({
    ...atOnce,
    prints: prose`All profiles with their sizes. Lines with ${'single'} are what was written while a disk was missing: they have one copy.`,
    check: null,
    otherwise: [],
  }),
  'convert-chunks': (_command, { mountPoint, bytesPerSecond }) => ({
    isRefusalExpected: false,
    takes: prose`As much as was written while the disk was missing: about ${`${String(Math.ceil((10 * 1024 ** 3 * 2) / bytesPerSecond))} s`} for 10 GiB.`,
    prints: prose`${'Done, had to relocate N out of M chunks'}. N may be 0.`,
    check: prose`${formatCommand({ argv: ['btrfs', 'filesystem', 'usage', mountPoint] })} shows no profile but the wanted ones, and no missing device.`,
    otherwise: [
      otherwise(
        prose`${'No space left on device'}`,
        prose`Make room, then type it again: delete what is not needed, then ${formatCommand({ argv: ['btrfs', 'balance', 'start', '-dusage=50', mountPoint] })}.`,
      ),
    ],
  }),
  scrub: (_command, { mostBytes, bytesPerSecond }) => ({
    isRefusalExpected: false,
    takes: mostBytes === null ? plain('As long as it takes to read the fullest disk.') : mostBytes / bytesPerSecond,
    prints: prose`A summary with ${'Error summary: no errors found'}. Its exit status says nothing.`,
    check: null,
    otherwise: [
      otherwise(prose`${'csum='} or ${'verify='} with ${'Corrected'}`, plain('It was mended. Type it again: it must find nothing.')),
      otherwise(prose`${'Uncorrectable'}`, prose`Those files are damaged: ${'dmesg'} names them. Get them from the backup.`),
    ],
  }),
  'check-counters': ({ argv }) => ({
    ...atOnce,
    prints: prose`Five counters for each member, all 0; its exit status (${'echo $?'}) is 0.`,
    check: null,
    otherwise: [
      otherwise(
        plain('a counter is not 0'),
        prose`It may be from before. Write it down, set all to 0 with ${formatCommand({ argv: ['btrfs', 'device', 'stats', '-z', argv.at(-1) ?? ''] })}, and look again tomorrow.`,
      ),
    ],
  }),
  unmount: (_command, { mountPoint }) => ({
    ...atOnce,
    prints: nothing,
    check: null,
    otherwise: [
      otherwise(
        prose`${'target is busy'}`,
        prose`Stop what uses it (${formatCommand({ argv: ['fuser', '--verbose', '--mount', mountPoint] })} names it), or leave this and the next command to the next restart.`,
      ),
    ],
  }),
  'mount-again': (_command, { mountPoint }) => ({
    ...atOnce,
    prints: nothing,
    check: prose`${formatCommand({ argv: ['findmnt', '--output', 'SOURCE,OPTIONS', mountPoint] })} shows ${'rw'}, and not ${'degraded'}. ${'mount --all'} mounts what else fstab has of it.`,
    otherwise: [otherwise(plain('it does not mount'), plain('A member is missing or not open: see the crypttab lines above.'))],
  }),
} as const satisfies Readonly<Record<string, Guide>>;

/** How the words of a command begin, the longest first. */
const beginnings: readonly (readonly [string, CommandKind])[] = [
  ['cryptsetup open', 'open-container'],
  ['cryptsetup luksFormat', 'format-container'],
  ['btrfs device scan', 'scan-devices'],
  ['btrfs device stats -c', 'check-counters'],
  ['btrfs replace start', 'replace-member'],
  ['btrfs balance start', 'convert-chunks'],
  ['btrfs filesystem usage', 'look-at-usage'],
  ['btrfs scrub start', 'scrub'],
  ['mount -t btrfs', 'mount-degraded'],
  ['install -d', 'make-key-directory'],
  ['install -m', 'make-key-file'],
  ['dd if=/dev/urandom', 'fill-key-file'],
  ['sfdisk', 'partition-disk'],
  ['udevadm settle', 'wait-for-udev'],
  ['sed -i', 'remove-crypttab-line'],
  ['tee -a /etc/crypttab', 'add-crypttab-line'],
  ['umount', 'unmount'],
  ['mount', 'mount-as-fstab'],
];

/** Gives the kind of a command; undefined for one that no runbook has a word for. */
export function kindOfCommand(argv: readonly string[]): CommandKind | undefined {
  const words = argv.join(' ');
  return beginnings.find(([beginning]) => words === beginning || words.startsWith(`${beginning} `))?.[1];
}

/** Gives what is to be known of a command. Throws a RangeError for one that nothing is known of: a procedure may not have it. */
export function guideFor(
  command: Command,
  facts: GuideFacts,
  kind = kindOfCommand(command.argv),
): Omit<RunbookCommand, 'command' | 'rehearsed'> {
  if (kind === undefined) throw new RangeError(`there is no guide for ${formatCommand(command)}`);
  return guides[kind](command, facts);
}

/** Reads the mapping off the expression that removes its line. */
function mappingIn(argv: readonly string[]): string {
  const mapping = mappingRemovedBy(argv[2] ?? '');
  if (mapping === undefined) throw new RangeError(`no mapping is removed from crypttab by ${argv.join(' ')}`);
  return mapping;
}
