import { object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { float, integer } from '@optique/core/valueparser';
import { defaultDiskSizeBytes } from '../../core/layout/layout.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { diskSize, knownWord, place, size } from '../options/value-parsers.ts';
import { labOption, typedLab } from './lab-option.ts';

/** The size of a LUKS2 header, wiped by default, bytes. */
const headerBytes = 16 * 1024 ** 2;

/** Gives the command line of `raidlab disk`; the shell completes the serials of the lab's disks. */
export function diskArguments(cli: Cli) {
  const disk = argument(
    knownWord('DISK', async () => {
      const [{ requireLab }, { readLabState }] = await Promise.all([
        import('../../lab/place/lab-place.ts'),
        import('../../lab/place/state-file.ts'),
      ]);
      const { disks } = await readLabState(await requireLab(cli.cwdHostPath, typedLab(cli)));
      return disks.map(({ serial, role }) => ({ word: serial, description: role }));
    }),
    { description: message`The disk, by its serial, such as DISK1.` },
  );
  const common = { lab: labOption(cli) };
  const beyond = {
    beyondRedundancy: option('--beyond-redundancy', {
      description: message`Does it even if this may destroy the last good copy of some data.`,
    }),
  };
  return command('disk', or(presence(disk, common, beyond), trouble(disk, common, beyond), whatToDo), {
    brief: message`Pulls, inserts, adds and breaks the disks of a lab.`,
    description: message`Faults are injected below the kernel and the encryption, whether the lab is on or off. They survive a restart; \`raidlab disk restore\` clears them. Rotted data and wiped headers must be repaired in the lab; status lists them until then.`,
  });
}

const whatToDo = { errors: { noMatch: message`Say what to do: ls, pull, insert, add, fail, slow, rot, wipe-header or restore.` } };

type Disk = ReturnType<typeof argument<'async', string>>;
interface Common {
  readonly lab: ReturnType<typeof labOption>;
}
interface Beyond {
  readonly beyondRedundancy: ReturnType<typeof option>;
}

function presence(disk: Disk, common: Common, beyond: Beyond) {
  return or(
    command(
      'ls',
      object({ ...common, action: constant('ls'), json: option('--json', { description: message`Prints one JSON document.` }) }),
      {
        brief: message`Lists the disks: inserted or pulled, and their faults.`,
      },
    ),
    command('pull', object({ ...common, action: constant('pull'), disk, ...beyond }), {
      brief: message`Pulls a disk out of its bay.`,
    }),
    command('insert', object({ ...common, action: constant('insert'), disk }), { brief: message`Puts a pulled disk back.` }),
    command(
      'add',
      object({
        ...common,
        action: constant('add'),
        size: withDefault(
          option('--size', diskSize(['512MiB', '1GiB', '2GiB']), { description: message`Size of the disk; sparse on the host.` }),
          defaultDiskSizeBytes,
        ),
      }),
      { brief: message`Adds a new, blank disk.` },
    ),
    command('restore', object({ ...common, action: constant('restore'), disk: optional(disk) }), {
      brief: message`Clears the faults of one disk, or all, and reinserts it. Reports what it cannot undo: rot and wiped headers.`,
    }),
  );
}

function trouble(disk: Disk, common: Common, beyond: Beyond) {
  return or(
    command(
      'fail',
      object({
        ...common,
        action: constant('fail'),
        disk,
        read: option('--read', { description: message`Reads fail.` }),
        write: option('--write', { description: message`Writes fail.` }),
        all: option('--all', { description: message`Everything fails, flushes included (the default).` }),
        at: optional(option('--at', place, { description: message`Only at this place: 1GiB+64KiB, 1GiB-2GiB, or 1GiB for one block.` })),
        rate: optional(
          option('--rate', float({ metavar: 'P', min: 0.0001, max: 1 }), {
            description: message`Only this share of requests: 0.1 is every tenth.`,
          }),
        ),
        ...beyond,
      }),
      { brief: message`Makes a disk answer requests with errors.` },
    ),
    command(
      'slow',
      object({
        ...common,
        action: constant('slow'),
        disk,
        to: optional(
          option('--to', integer({ metavar: 'MIBPS', min: 1 }), { description: message`Limits the disk to this many MiB per second.` }),
        ),
        latency: optional(
          option('--latency', integer({ metavar: 'MS', min: 1, max: 10_000 }), {
            description: message`Each request takes this many milliseconds, one at a time.`,
          }),
        ),
      }),
      { brief: message`Makes a disk slow.` },
    ),
    command(
      'rot',
      object({
        ...common,
        action: constant('rot'),
        disk,
        bytes: optional(
          option('--bytes', size('SIZE', ['1', '4KiB', '1MiB']), {
            description: message`Corrupts this many bytes, spread over written areas (default: 4096; at most 1 GiB).`,
          }),
        ),
        at: optional(option('--at', place, { description: message`Corrupts all bytes of this place: 1GiB+64KiB.` })),
        ...beyond,
      }),
      { brief: message`Corrupts bytes silently, below the encryption.` },
    ),
    command(
      'wipe-header',
      object({
        ...common,
        action: constant('wipe-header'),
        disk,
        size: withDefault(option('--size', size('SIZE', ['4KiB', '16MiB']), { description: message`How much to overwrite.` }), headerBytes),
        ...beyond,
      }),
      { brief: message`Overwrites the LUKS header at the start of a disk with zeroes.` },
    ),
  );
}

/** The parsed command line of `raidlab disk`. */
export type DiskCommand = InferValue<ReturnType<typeof diskArguments>>;

/** Examples for `raidlab disk`. */
export const diskExamples: readonly Example[] = [
  { words: 'disk ls', does: 'The disks and their faults.' },
  { words: 'disk pull DISK1', does: 'In the lab, look at: btrfs filesystem show, btrfs device stats /storage.' },
  { words: 'disk insert DISK1', does: 'Puts it back.' },
  { words: 'disk add --size 2GiB', does: 'A new disk, to replace another with.' },
  { words: 'disk fail DISK2 --read --rate 0.05', does: 'Every twentieth read of DISK2 fails.' },
  { words: 'disk slow DISK2 --latency 200', does: 'It answers, but each request takes 200 ms.' },
  { words: 'disk rot DISK1 --bytes 1MiB', does: 'Find it in the lab with: btrfs scrub start -B /storage.' },
  { words: 'disk wipe-header DISK1', does: 'Destroys the LUKS header. First, in the lab: cryptsetup luksHeaderBackup.' },
  { words: 'disk restore', does: 'Clears all faults. Rotted data still needs a scrub, a wiped header its backup.' },
];
