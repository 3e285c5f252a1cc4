import { memberStartBytes } from '../layout/layout.ts';
import type { ArrayLayout, Bus } from '../layout/layout.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';

/** One encrypted member as planned: disk, key, container, mapping. Members are numbered from 1. */
export interface ContainerPlan {
  /** `DISK1`. */
  readonly serial: string;
  /** The stable name of the disk in the guest; never a letter, which may change between boots. */
  readonly diskGuestDevice: string;
  /** Of what the container is on: the disk, or its partition. */
  readonly guestDevice: string;
  /** Where that begins on the disk, bytes. */
  readonly startBytes: number;
  /** The keyfile in the guest, mode 0600; its content never leaves the guest. Null: a passphrase, for which cryptsetup asks. */
  readonly keyGuestPath: string | null;
  /** `crypt-btrfs1`. */
  readonly mappingName: string;
  /** `/dev/mapper/crypt-btrfs1`. */
  readonly mappingGuestDevice: string;
  /** The UUID for the LUKS header; crypttab names it. */
  readonly luksUuid: string;
  /** In crypttab, one word each. */
  readonly crypttabOptions: readonly string[];
}

/** The beginning of udev's name for a disk, by bus; the serial follows. Source: 60-persistent-storage.rules of systemd. */
const nameBeginnings: Readonly<Record<Bus, string>> = {
  scsi: 'scsi-0QEMU_QEMU_HARDDISK_',
  virtio: 'virtio-',
  nvme: 'nvme-QEMU_NVMe_Ctrl_',
};

/** Gives the stable name that the disk with the given serial has in the guest. */
export function guestDeviceOf(serial: string, bus: Bus = 'scsi'): string {
  return `/dev/disk/by-id/${nameBeginnings[bus]}${serial}`;
}

/** A keyfile's length in bytes: random, so that no slow key derivation is needed. */
const keyBytes = 128;

/** What a container is on. */
type ContainerPlace = Pick<ArrayLayout, 'bus' | 'partitions'>;

const wholeScsiDisks: ContainerPlace = { bus: 'scsi', partitions: false };

/** Gives the container of the disk with the given 1-based number. */
export function planContainer(number: number, luksUuid: string, layout: ContainerPlace = wholeScsiDisks): ContainerPlan {
  const serial = `DISK${String(number)}`;
  const mappingName = `crypt-btrfs${String(number)}`;
  const diskGuestDevice = guestDeviceOf(serial, layout.bus);
  return {
    serial,
    diskGuestDevice,
    guestDevice: layout.partitions ? `${diskGuestDevice}-part1` : diskGuestDevice,
    startBytes: memberStartBytes(layout),
    keyGuestPath: `/etc/luks/${serial}.key`,
    mappingName,
    mappingGuestDevice: `/dev/mapper/${mappingName}`,
    luksUuid,
    crypttabOptions: ['luks', 'nofail'],
  };
}

/** Gives the device that is a member of the filesystem: the open container, or the disk itself where nothing is encrypted. */
export function memberDeviceOf(
  { encryption }: Pick<ArrayLayout, 'encryption'>,
  { guestDevice, mappingGuestDevice }: ContainerPlan,
): string {
  return encryption === 'none' ? guestDevice : mappingGuestDevice;
}

/** How a container is encrypted. */
export type ContainerFormat = Pick<ArrayLayout, 'encryption' | 'cipher' | 'sectorSize' | 'kdf'>;

/**
 * The commands that give a disk a partition that takes all of it, if the layout has partitions. Signatures of what was there before go:
 * libblkid would see them beside the new ones.
 */
export function planPartition({ diskGuestDevice, guestDevice }: ContainerPlan): readonly Command[] {
  if (guestDevice === diskGuestDevice) return [];
  const sfdisk = ['sfdisk', '--quiet', '--wipe', 'always', '--wipe-partitions', 'always', '--label', 'gpt', diskGuestDevice];
  return [{ argv: sfdisk, stdin: 'type=linux\n' }, command('udevadm', 'settle')];
}

/** The commands that make the partition, if there is one, and a keyfile, and make and open a container as the layout has it. */
export function planCreateContainer(container: ContainerPlan, format: ContainerFormat): readonly Command[] {
  const { keyGuestPath, guestDevice } = container;
  return [
    ...planPartition(container),
    ...(keyGuestPath === null ? [] : planCreateKey(keyGuestPath)),
    command(
      'cryptsetup',
      'luksFormat',
      // Without a keyfile somebody is there to answer.
      ...(keyGuestPath === null ? [] : ['--batch-mode']),
      ...formatWords(format),
      '--uuid',
      container.luksUuid,
      ...kdfWords(format),
      ...keyWords(container),
      guestDevice,
    ),
    planOpenContainer(container),
  ];
}

function planCreateKey(keyGuestPath: string): readonly Command[] {
  return [
    command('install', '-d', '-m', '0700', keyGuestPath.slice(0, keyGuestPath.lastIndexOf('/'))),
    // The empty file is made 0600 before it contains any key byte.
    command('install', '-m', '0600', '/dev/null', keyGuestPath),
    planFillKeyFile(keyGuestPath),
  ];
}

function keyWords({ keyGuestPath }: ContainerPlan): readonly string[] {
  return keyGuestPath === null ? [] : ['--key-file', keyGuestPath];
}

function formatWords({ encryption, cipher, sectorSize }: ContainerFormat): readonly string[] {
  return [
    '--type',
    encryption,
    ...(cipher === null ? [] : ['--cipher', cipher]),
    ...(sectorSize === null ? [] : ['--sector-size', String(sectorSize)]),
  ];
}

/** Source: cryptsetup-luksFormat(8); 1000 is the lowest iteration count it accepts. */
function kdfWords({ kdf }: ContainerFormat): readonly string[] {
  return kdf === 'fast' ? ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'] : [];
}

/** The command that fills a keyfile with random bytes; its previous content is lost. */
export function planFillKey({ serial, keyGuestPath }: ContainerPlan): Command {
  if (keyGuestPath === null) throw new RangeError(`planFillKey: ${serial} has no keyfile`);
  return planFillKeyFile(keyGuestPath);
}

function planFillKeyFile(keyGuestPath: string): Command {
  return command('dd', 'if=/dev/urandom', `of=${keyGuestPath}`, `bs=${String(keyBytes)}`, 'count=1', 'status=none');
}

/** The command that opens a container by its key. */
export function planOpenContainer(container: ContainerPlan): Command {
  return command('cryptsetup', 'open', '--type', 'luks', ...keyWords(container), container.guestDevice, container.mappingName);
}

/** The command that closes a container: its mapping goes. */
export function planCloseContainer({ mappingName }: ContainerPlan): Command {
  return command('cryptsetup', 'close', mappingName);
}

/** The command that describes a mapping and its disk; it exits 4 when there is none. */
export function planMappingStatus({ mappingName }: Pick<ContainerPlan, 'mappingName'>): Command {
  return command('cryptsetup', 'status', mappingName);
}

/** Where the backup of a container's header is kept in the guest: outside the array, and as secret as the keys. */
function headerBackupGuestPath({ serial }: ContainerPlan): string {
  return `/root/luks-headers/${serial}.header`;
}

/** The commands that back a container's header up. */
export function planBackUpHeader(container: ContainerPlan): readonly Command[] {
  return [
    command('install', '-d', '-m', '0700', '/root/luks-headers'),
    command('cryptsetup', 'luksHeaderBackup', '--header-backup-file', headerBackupGuestPath(container), container.guestDevice),
  ];
}

/** The commands that test a header backup with the key, and write it to the disk if it is right. `--batch-mode`: yes, overwrite. */
export function planRestoreHeader(container: ContainerPlan): readonly Command[] {
  const backup = headerBackupGuestPath(container);
  return [
    command('cryptsetup', 'open', '--test-passphrase', '--header', backup, ...keyWords(container), container.guestDevice),
    command('cryptsetup', 'luksHeaderRestore', '--batch-mode', '--header-backup-file', backup, container.guestDevice),
  ];
}

/** The command that prints, as JSON, what a LUKS2 container requires before it can be opened, among much else. */
export function planDumpRequirements({ guestDevice }: ContainerPlan): Command {
  return command('cryptsetup', 'luksDump', '--dump-json-metadata', guestDevice);
}

/** The command that tests whether a container's key fits, without opening it. */
export function planTestKey(container: ContainerPlan): Command {
  return command('cryptsetup', 'open', '--test-passphrase', '--type', 'luks', ...keyWords(container), container.guestDevice);
}

/** The line of a container in /etc/crypttab: by LUKS UUID, so that it survives changing letters; nofail, so that a lost disk does not stop a boot. */
export function crypttabLine({ mappingName, luksUuid, keyGuestPath, crypttabOptions }: ContainerPlan): string {
  return `${mappingName} UUID=${luksUuid} ${keyGuestPath ?? 'none'} ${crypttabOptions.join(',')}`;
}

/** The command that records a container in /etc/crypttab. */
export function planAddToCrypttab(container: ContainerPlan): Command {
  return { argv: ['tee', '-a', '/etc/crypttab'], stdin: `${crypttabLine(container)}\n` };
}

/** The command that removes a container from /etc/crypttab. */
export function planRemoveFromCrypttab({ mappingName }: ContainerPlan): Command {
  return command('sed', '-i', `/^${mappingName.replaceAll(/[.*[\]^$/\\]/gu, '\\$&')}[[:blank:]]/d`, '/etc/crypttab');
}

/** Reads the mapping off the expression that {@link planRemoveFromCrypttab} gives to sed; undefined when it is another one. */
export function mappingRemovedBy(expression: string): string | undefined {
  return /^\/\^(.*)\[\[:blank:\]\]\/d$/u.exec(expression)?.[1]?.replaceAll(/\\(.)/gu, '$1');
}
