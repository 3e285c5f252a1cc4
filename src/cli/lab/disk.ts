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

/** The size of a LUKS2 header: what is wiped unless something else is said, bytes. */
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
    { description: message`The disk, by its serial: DISK1.` },
  );
  const common = { command: constant('disk'), lab: labOption(cli) };
  const beyond = {
    beyondRedundancy: option('--beyond-redundancy', {
      description: message`Does it even if it may destroy the last good copy of something.`,
    }),
  };
  return command('disk', or(presence(disk, common, beyond), trouble(disk, common, beyond), whatToDo), {
    brief: message`Pulls, inserts, adds and breaks the disks of a lab, below its kernel, while it runs.`,
    description: message`Does to a disk of a lab what happens to disks. Faults are brought about below the kernel and the encryption, on the running machine or on one that is off; they stay over a restart, and \`raidlab disk restore\` takes them away. What rotted or was wiped is mended in the lab, and remembered until it is.`,
  });
}

const whatToDo = { errors: { noMatch: message`Say what to do: ls, pull, insert, add, fail, slow, rot, wipe-header or restore.` } };

type Disk = ReturnType<typeof argument<'async', string>>;
interface Common {
  readonly command: ReturnType<typeof constant<'disk'>>;
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
        brief: message`Lists the disks: in or out, and what is wrong with them.`,
      },
    ),
    command('pull', object({ ...common, action: constant('pull'), disk, ...beyond }), {
      brief: message`Pulls a disk out, as a hand at the bay does.`,
    }),
    command('insert', object({ ...common, action: constant('insert'), disk }), { brief: message`Puts a pulled disk back.` }),
    command(
      'add',
      object({
        ...common,
        action: constant('add'),
        size: withDefault(
          option('--size', diskSize(['512MiB', '1GiB', '2GiB']), { description: message`Its size, sparse on the host.` }),
          defaultDiskSizeBytes,
        ),
      }),
      { brief: message`Adds a new, blank disk.` },
    ),
    command('restore', object({ ...common, action: constant('restore'), disk: optional(disk) }), {
      brief: message`Takes the faults of a disk away, of all without one named, and puts it back; says what it does not mend: rot and wiped headers.`,
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
        all: option('--all', { description: message`Everything fails, flushes too (what happens unless something is said).` }),
        at: optional(option('--at', place, { description: message`Only there: 1GiB+64KiB, 1GiB-2GiB, or one block at 1GiB.` })),
        rate: optional(
          option('--rate', float({ metavar: 'P', min: 0.0001, max: 1 }), {
            description: message`Only this share of the requests: 0.1 is each tenth.`,
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
        to: optional(option('--to', integer({ metavar: 'MIBPS', min: 1 }), { description: message`To so many MiB a second.` })),
        latency: optional(
          option('--latency', integer({ metavar: 'MS', min: 1, max: 10_000 }), {
            description: message`So many milliseconds for each request, one after the other.`,
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
            description: message`So many bytes, spread over what has been written (default: 4096; at most all of it, and 1 GiB at once).`,
          }),
        ),
        at: optional(option('--at', place, { description: message`All bytes of a place on the disk: 1GiB+64KiB.` })),
        ...beyond,
      }),
      { brief: message`Changes bytes silently, below the encryption.` },
    ),
    command(
      'wipe-header',
      object({
        ...common,
        action: constant('wipe-header'),
        disk,
        size: withDefault(
          option('--size', size('SIZE', ['4KiB', '16MiB']), { description: message`How much from the beginning on.` }),
          headerBytes,
        ),
        ...beyond,
      }),
      { brief: message`Overwrites the beginning of a disk with zeroes: the LUKS header.` },
    ),
  );
}

/** What `raidlab disk` was asked for. */
export type DiskCommand = InferValue<ReturnType<typeof diskArguments>>;

/** Command lines of `raidlab disk` worth typing. */
export const diskExamples: readonly Example[] = [
  { words: 'disk ls', does: 'The disks, and what is wrong with them.' },
  { words: 'disk pull DISK1', does: 'Then in the lab: btrfs filesystem show, btrfs device stats /storage.' },
  { words: 'disk fail DISK2 --read --rate 0.05', does: 'Each twentieth read of it fails.' },
  { words: 'disk slow DISK2 --latency 200', does: 'It answers, but at 200 ms.' },
  { words: 'disk rot DISK1 --bytes 1MiB', does: 'Then: btrfs scrub start -B /storage.' },
  { words: 'disk restore', does: 'All is well again, but for what rotted or was wiped: it says what mends that.' },
];
