import { RaidlabError } from '../failure/failure.ts';
import { diskSizesBytes, slotsOfBus } from './layout.ts';
import type { ArrayLayout } from './layout.ts';
import type { LayoutSetting } from './layout-wishes.ts';
import { isMountPoint, pathBelow } from './mount-point.ts';
import { metadataProfileOf, profileFacts } from './profile.ts';
import type { Profile } from './profile.ts';

/** Below this mkfs.btrfs refuses the member behind a LUKS2 header (field notes, 12: 128 MiB disks fail); 256 MiB leaves room to balance, whatever the header. */
const minimumDiskBytes = 256 * 1024 ** 2;

/** What is wrong with a layout as a whole, from a command line or a file. */
export interface LayoutMistake {
  /** The settings that contradict each other; first the one that is most likely wrong. */
  readonly settings: readonly LayoutSetting[];
  /** A sentence. */
  readonly problem: string;
  /** Says what to do about it; `say` writes a setting as it is written there: `--disks 3`, or `disks: 3`. */
  readonly remedy: (say: SaySetting) => string;
}

/** Writes a setting with its value, or its name alone. */
export type SaySetting = (setting: LayoutSetting, value?: string) => string;

/** Gives what is wrong with a layout; empty when such an array is possible. */
export function findLayoutMistakes(layout: ArrayLayout): readonly LayoutMistake[] {
  const [neediest, needed] = neediestProfile(layout);
  const members = layout.memberSizesBytes.length;
  const smallestBytes = Math.min(...diskSizesBytes(layout));
  const mistakes: readonly (LayoutMistake | false)[] = [
    members < needed && {
      settings: ['profile', 'metadataProfile', 'disks'],
      problem: `The profile ${neediest} needs at least ${String(needed)} disks; the layout has ${String(members)}.`,
      remedy: (say) => `Use ${say('disks', String(needed))} or more, or another ${say('profile')}.`,
    },
    smallestBytes < minimumDiskBytes && {
      settings: ['diskSize', 'disks', 'spares'],
      problem: `Disks of ${String(Math.floor(smallestBytes / 1024 ** 2))} MiB are too small: a LUKS2 header takes 16 MiB, and btrfs needs room for its chunks.`,
      remedy: (say) => `Use ${say('diskSize', `${String(minimumDiskBytes / 1024 ** 2)}MiB`)} or more.`,
    },
    ...findBusMistakes(layout),
    ...findEncryptionMistakes(layout),
    ...findOptionMistakes(layout),
    ...findMountPointMistakes(layout),
    ...findSubvolumeMistakes(layout),
  ];
  return mistakes.filter((mistake) => mistake !== false);
}

/** Gives the profile that needs the most disks, and how many. */
function neediestProfile(layout: ArrayLayout): readonly [Profile, number] {
  const wants = (profile: Profile): number => profileFacts[profile].minimumMembers;
  const metadata = metadataProfileOf(layout);
  const neediest = wants(metadata) > wants(layout.profile) ? metadata : layout.profile;
  return [neediest, wants(neediest)];
}

function findBusMistakes(layout: ArrayLayout): readonly (LayoutMistake | false)[] {
  const { bus } = layout;
  const slots = slotsOfBus[bus];
  const disks = diskSizesBytes(layout).length;
  return [
    slots > 0 &&
      disks > slots && {
        settings: ['bus', 'disks', 'spares'],
        problem: `The bus ${bus} has room for ${String(slots)} disks; the layout has ${String(disks)}, spares included.`,
        remedy: (say) => `Use fewer, or ${say('bus', 'scsi')}.`,
      },
  ];
}

function findEncryptionMistakes({ encryption, cipher, sectorSize, kdf }: ArrayLayout): readonly (LayoutMistake | false)[] {
  const isPlain = encryption === 'none';
  const remedy: LayoutMistake['remedy'] = (say) => `Take it out, or use ${say('encryption', 'luks2')}.`;
  return [
    isPlain && cipher !== null && { settings: ['cipher', 'encryption'], problem: 'An array that is not encrypted has no cipher.', remedy },
    isPlain && kdf === 'real' && { settings: ['kdf', 'encryption'], problem: 'An array that is not encrypted derives no key.', remedy },
    encryption !== 'luks2' &&
      sectorSize !== null && {
        settings: ['sectorSize', 'encryption'],
        problem: `Only LUKS2 containers have a sector size: ${isPlain ? 'this array is not encrypted' : 'those of LUKS1 have 512 bytes'}.`,
        remedy,
      },
  ];
}

/** mkfs.btrfs arguments that raidlab gives itself, or that would make another array than described. */
const ownMkfsOption = /^(?:-[dmLbrU]|--(?:data|metadata|label|byte-count|rootdir|uuid)\b)/u;

function findOptionMistakes({ mkfsOptions }: ArrayLayout): readonly (LayoutMistake | false)[] {
  const own = mkfsOptions.find((word) => ownMkfsOption.test(word));
  const [first] = mkfsOptions;
  return [
    own !== undefined && {
      settings: ['mkfsOptions'],
      problem: `The option ${own} of mkfs.btrfs is not allowed: profile, label, size and UUID are set elsewhere.`,
      remedy: (say) => `Take it out; the profile is ${say('profile')}.`,
    },
    first !== undefined &&
      !first.startsWith('-') && {
        settings: ['mkfsOptions'],
        problem: `Options of mkfs.btrfs start with a dash, but the first of these is ${first}.`,
        remedy: (say) => `Write each word by itself: ${say('mkfsOptions', '[--checksum, xxhash]')}.`,
      },
  ];
}

function findMountPointMistakes({ mountPoint, subvolumes }: ArrayLayout): readonly (LayoutMistake | false)[] {
  const [first, ...further] = subvolumes;
  const stray = further.find(({ mountPoint: at }) => at !== mountPoint && pathBelow(at, mountPoint) === undefined);
  return [
    !isMountPoint(mountPoint) && {
      settings: ['mountPoint'],
      problem: `No array can be mounted on ${mountPoint}: it takes an absolute path of letters, digits and . _ + : @ -, where the guest has no files of its own.`,
      remedy: (say) => `Use one such as ${say('mountPoint', '/srv/data')}.`,
    },
    first !== undefined &&
      first.mountPoint !== mountPoint && {
        settings: ['subvolumes', 'mountPoint'],
        problem: `The first subvolume is what is mounted on ${mountPoint}, but ${first.name} has the mount point ${first.mountPoint}.`,
        remedy: (say) => `Start with the one for ${mountPoint}, or use ${say('mountPoint', first.mountPoint)}.`,
      },
    stray !== undefined && {
      settings: ['subvolumes', 'mountPoint'],
      problem: `Subvolumes are mounted below ${mountPoint}, but ${stray.name} has the mount point ${stray.mountPoint}.`,
      remedy: () => `Choose a path below ${mountPoint}.`,
    },
  ];
}

/** Options that say which subvolume is mounted. */
const subvolumeOption = /^subvol(?:id)?=/u;

function findSubvolumeMistakes({ subvolumes, nodatacow, mountOptions }: ArrayLayout): readonly (LayoutMistake | false)[] {
  const twice = firstTwice(subvolumes.map(({ name }) => name)) ?? firstTwice(subvolumes.map(({ mountPoint }) => mountPoint));
  const own = [...mountOptions, ...subvolumes.flatMap(({ options }) => options)].find((option) => subvolumeOption.test(option));
  const name = firstTwice(nodatacow);
  return [
    twice !== undefined && {
      settings: ['subvolumes'],
      problem: `The subvolumes have ${twice} twice.`,
      remedy: () => 'Give each its own name and mount point.',
    },
    own !== undefined && {
      settings: ['mountOptions', 'subvolumes'],
      problem: `The option ${own} is not allowed: the subvolumes say what is mounted.`,
      remedy: (say) => `Take it out, and name the subvolume: ${say('subvolumes')}.`,
    },
    name !== undefined && { settings: ['nodatacow'], problem: `nodatacow has ${name} twice.`, remedy: () => 'Take one out.' },
  ];
}

function firstTwice(words: readonly string[]): string | undefined {
  return words.find((word, index) => words.indexOf(word) !== index);
}

/** Checks a layout from the command line; throws `bad-layout` with a remedy when no such array is possible. */
export function checkLayout(layout: ArrayLayout): void {
  const [first] = findLayoutMistakes(layout);
  if (first === undefined) return;
  throw new RaidlabError({ area: 'usage', reason: 'bad-layout', message: first.problem, remedy: first.remedy(sayOption) });
}

/** Writes a setting as an option of a command line: `--disk-size 1GiB`. */
function sayOption(setting: LayoutSetting, value?: string): string {
  // Options that take one word at a time have singular names.
  const name = `--${setting.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`).replace(/options$/u, 'option')}`;
  return value === undefined ? name : `${name} ${value}`;
}

/** Gives what to know before a layout is built, a sentence or two each. */
export function warnOfLayout(layout: ArrayLayout): readonly string[] {
  const { profile, mountOptions } = layout;
  return [
    ...(profileFacts[profile].parity === 0 ? [] : [warnOfParity(layout)]),
    ...(mountOptions.includes('degraded') ? [degradedInFstab] : []),
  ];
}

/** The consequence of `degraded` in fstab. */
export const degradedInFstab =
  'fstab mounts the array with `degraded`: if one disk is merely late at boot, the array is mounted without it, and new data has one copy.';

function warnOfParity(layout: ArrayLayout): string {
  return `btrfs's ${layout.profile} is for evaluation and testing, not for real data: after a power cut parity and data may not match (the write hole), and losing a disk then destroys good data. Metadata and system chunks are ${metadataProfileOf(layout)}, which has no write hole. Source: btrfs(5), RAID56 STATUS AND RECOMMENDED PRACTICES.`;
}
