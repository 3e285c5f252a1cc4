import type { ByteRange, StandingFault } from '../fault/fault.ts';
import { JsonReader } from '../parsing/json-reader.ts';
import { buses, defaultLayout, encryptions, sectorSizes } from '../layout/layout.ts';
import { profiles } from '../layout/profile.ts';
import type { ArrayLayout, Subvolume } from '../layout/layout.ts';

/** The version of a lab's `state.json`; raised when a field changes meaning or goes away. */
export const labStateVersion = 1;

/** What a disk was put into the lab for. It stays that, whatever becomes of the disk: what it is used as is btrfs's to say. */
const diskRoles = ['member', 'spare', 'added'] as const;

/** A disk of a lab: its image is in the lab's directory, named for its serial. */
export interface LabDisk {
  readonly serial: string;
  readonly sizeBytes: number;
  readonly role: (typeof diskRoles)[number];
  /** False when it was pulled: it is kept, and can be inserted again. */
  readonly isIn: boolean;
  /** What was changed on it behind everybody's back, and is not known to be fixed. */
  readonly damage: readonly LabDamage[];
}

/** What a scrub that has looked at damage could not settle. */
const openQuestions = ['corrected', 'uncorrected', 'unchecked'] as const;

/** Bytes of a disk that were changed behind everybody's back: as much of them as may still be as they were left. */
export interface LabDamage {
  /** In words. */
  readonly what: string;
  /** ISO 8601. */
  readonly at: string;
  /** The label that the disk had (see `parseDiskLabel`): another one is on a disk that was rewritten. Missing where it had none, or nobody looked. */
  readonly label?: string;
  /** When the last scrub of its device had begun by then, seconds since the epoch; null: there was none. Missing where it is not known. */
  readonly lastScrubAtSeconds?: number | null;
  /** Places in the header of the container. */
  readonly header: readonly ByteRange[];
  /** Whether it is behind the header, too: what a scrub can look at. */
  readonly data: boolean;
  /**
   * What the last scrub that has looked at it left open: it says that it corrected what it found; it could not correct all of it;
   * it could not check data without checksums. Null: none has looked at it.
   */
  readonly open: (typeof openQuestions)[number] | null;
}

/**
 * How a lab's machine is, as far as it was written down: `on` may since have become untrue, which the keeper's absence tells.
 *
 *     off ──up──► on ──halt, crash──► off
 *                  └──it ended by itself──► died ──up──► on
 */
export type LabLife =
  | { readonly state: 'off'; readonly how: 'new' | 'halt' | 'crash'; readonly at: string }
  | { readonly state: 'on'; readonly at: string; readonly machine: LabMachineFacts }
  | { readonly state: 'died'; readonly at: string; readonly why: string; readonly lastConsoleLines: readonly string[] };

/** What a lab's machine is while it is on. */
export interface LabMachineFacts {
  /** As `uname -r`. */
  readonly kernelVersion: string;
  /** For people: `trixie (btrfs-progs 6.14, cryptsetup 2.7.5)`. */
  readonly tools: string;
  readonly accelerator: 'kvm' | 'tcg';
  readonly qemuVersion: string;
}

/** A lab as its directory has it: what it is made from, its disks, and how its machine is. */
export interface LabState {
  readonly v: typeof labStateVersion;
  /** The raidlab that wrote it last. */
  readonly raidlabVersion: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly layout: ArrayLayout;
  /** One LUKS UUID for each disk of the layout, members first. */
  readonly luksUuids: readonly string[];
  readonly kernel: string;
  readonly tools: string;
  readonly memoryMiB: number;
  /** What was asked for; null: chosen by a boot probe. */
  readonly accelerator: 'kvm' | 'tcg' | null;
  /** Where ssh is reached on the host's loopback; null until it was on for the first time. */
  readonly sshPort: number | null;
  /** Whether the person chose the port: then no other will do. */
  readonly isSshPortAsked: boolean;
  /** Whether the array of the layout has been built. */
  readonly isProvisioned: boolean;
  readonly disks: readonly LabDisk[];
  /** The standing faults of its disks, pulled ones included. */
  readonly faults: readonly StandingFault[];
  readonly life: LabLife;
}

/** Gives the text of a `state.json`. */
export function formatLabState(state: LabState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

/** What a `state.json` says: a lab, or that another version of raidlab wrote it, or what is wrong with it. */
export type ReadLabState =
  | { readonly is: 'lab'; readonly state: LabState }
  | { readonly is: 'newer'; readonly version: number }
  | { readonly is: 'damaged'; readonly why: string };

/** Reads the text of a `state.json`. */
export function parseLabState(text: string): ReadLabState {
  try {
    const document = JsonReader.parse(text);
    const version = document.field('v').count(1);
    if (version > labStateVersion) return { is: 'newer', version };
    return { is: 'lab', state: readLabStateOf(document) };
  } catch (error) {
    return { is: 'damaged', why: (error as Error).message };
  }
}

/** Reads the fields of a lab's state from a document that has them; throws BadJson. */
export function readLabStateOf(document: JsonReader): LabState {
  const disks = document.field('disks').list(readDisk);
  return {
    v: labStateVersion,
    raidlabVersion: document.field('raidlabVersion').text(),
    madeAt: document.field('madeAt').text(),
    layout: readLayout(document.field('layout')),
    luksUuids: document.field('luksUuids').list((uuid) => uuid.matching(uuidShape, 'a UUID')),
    kernel: document.field('kernel').text(),
    tools: document.field('tools').text(),
    memoryMiB: document.field('memoryMiB').count(1),
    accelerator: document.field('accelerator').orNull((value) => value.oneOf(['kvm', 'tcg'])),
    sshPort: document.field('sshPort').orNull((value) => value.count(1, 65_535)),
    isSshPortAsked: document.field('isSshPortAsked').flag(),
    isProvisioned: document.field('isProvisioned').flag(),
    disks,
    faults: document.field('faults').list((fault) =>
      readFault(
        fault,
        disks.map(({ serial }) => serial),
      ),
    ),
    life: readLife(document.field('life')),
  };
}

const uuidShape = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;

/** Reads a disk's serial, which is part of file names and of arguments of QEMU; throws BadJson. */
export function readSerial(value: JsonReader): string {
  return value.matching(/^DISK[1-9]\d{0,3}$/u, 'a serial such as DISK1');
}

function readDisk(disk: JsonReader): LabDisk {
  return {
    serial: readSerial(disk.field('serial')),
    sizeBytes: disk.field('sizeBytes').count(1),
    role: disk.field('role').oneOf(diskRoles),
    isIn: disk.field('isIn').flag(),
    damage: disk.field('damage').list(readDamage),
  };
}

function readDamage(damage: JsonReader): LabDamage {
  const { header, data } = damage.field('header').isMissing ? unknownParts : readParts(damage);
  const label = damage.field('label');
  const lastScrubAtSeconds = damage.field('lastScrubAtSeconds');
  const open = damage.field('open');
  return {
    what: damage.field('what').text(),
    at: damage.field('at').text(),
    ...(label.isMissing ? {} : { label: label.text() }),
    ...(lastScrubAtSeconds.isMissing ? {} : { lastScrubAtSeconds: lastScrubAtSeconds.orNull((value) => value.count()) }),
    header,
    data,
    open: open.isMissing ? null : open.orNull((value) => value.oneOf(openQuestions)),
  };
}

/** An earlier raidlab did not write down where: then it may be anywhere, a wiped header too. */
const unknownParts: Pick<LabDamage, 'header' | 'data'> = { header: [{ offsetBytes: 0, lengthBytes: 1 }], data: true };

function readParts(damage: JsonReader): Pick<LabDamage, 'header' | 'data'> {
  return { header: damage.field('header').list(readRange), data: damage.field('data').flag() };
}

function readRange(range: JsonReader): ByteRange {
  return { offsetBytes: range.field('offsetBytes').count(), lengthBytes: range.field('lengthBytes').count(1) };
}

function readLayout(layout: JsonReader): ArrayLayout {
  const since = <Name extends keyof ArrayLayout>(name: Name, read: (value: JsonReader) => ArrayLayout[Name]): ArrayLayout[Name] => {
    const field = layout.field(name);
    return field.isMissing ? defaultLayout[name] : read(field);
  };
  const words = (value: JsonReader): readonly string[] => value.list((item) => item.text());
  const sizes = (name: string): readonly number[] => layout.field(name).list((sizeBytes) => sizeBytes.count(1));
  return {
    memberSizesBytes: sizes('memberSizesBytes'),
    spareSizesBytes: sizes('spareSizesBytes'),
    profile: layout.field('profile').oneOf(profiles),
    kdf: layout.field('kdf').oneOf(['fast', 'real']),
    // A lab that was made before there were these is as they are unless something is said.
    bus: since('bus', (value) => value.oneOf(buses)),
    encryption: since('encryption', (value) => value.oneOf(encryptions)),
    cipher: since('cipher', (value) => value.orNull((cipher) => cipher.text())),
    sectorSize: since('sectorSize', (value) => value.orNull((size) => size.oneOf(sectorSizes))),
    mkfsOptions: since('mkfsOptions', words),
    mountOptions: since('mountOptions', words),
    metadataProfile: since('metadataProfile', (value) => value.orNull((profile) => profile.oneOf(profiles))),
    label: since('label', (value) => value.text()),
    subvolumes: since('subvolumes', (value) => value.list(readSubvolume)),
    nodatacow: since('nodatacow', words),
    quota: since('quota', (value) => value.flag()),
    snapshot: since('snapshot', (value) => value.flag()),
  };
}

function readSubvolume(subvolume: JsonReader): Subvolume {
  return {
    name: subvolume.field('name').text(),
    mountPoint: subvolume.field('mountPoint').text(),
    options: subvolume.field('options').list((option) => option.text()),
  };
}

function readLife(life: JsonReader): LabLife {
  const at = life.field('at').text();
  switch (life.field('state').oneOf(['off', 'on', 'died'])) {
    case 'off':
      return { state: 'off', how: life.field('how').oneOf(['new', 'halt', 'crash']), at };
    case 'on':
      return { state: 'on', at, machine: readMachine(life.field('machine')) };
    case 'died':
      return {
        state: 'died',
        at,
        why: life.field('why').text(),
        lastConsoleLines: life.field('lastConsoleLines').list((line) => line.text()),
      };
  }
}

function readMachine(machine: JsonReader): LabMachineFacts {
  return {
    kernelVersion: machine.field('kernelVersion').text(),
    tools: machine.field('tools').text(),
    accelerator: machine.field('accelerator').oneOf(['kvm', 'tcg']),
    qemuVersion: machine.field('qemuVersion').text(),
  };
}

const senses = ['medium-error', 'hardware-error', 'aborted-command'] as const;

function readFault(fault: JsonReader, serials: readonly string[]): StandingFault {
  const kind = fault.field('kind').oneOf(['read-errors', 'write-errors', 'all-errors', 'slow-disk']);
  const disk = fault.field('disk').oneOf(serials);
  const given = <Name extends string, T>(name: Name, read: (value: JsonReader) => T): Readonly<Partial<Record<Name, T>>> => {
    const field = fault.field(name);
    return (field.isMissing ? {} : { [name]: read(field) }) as Readonly<Partial<Record<Name, T>>>;
  };
  const count = (value: JsonReader): number => value.count(1);
  if (kind === 'slow-disk') return { kind, disk, ...given('requestsPerSecond', count), ...given('bytesPerSecond', count) };
  return {
    kind,
    disk,
    ...given('at', (ranges) => ranges.list(readRange)),
    ...given('everyNth', count),
    ...given('sense', (value) => value.oneOf(senses)),
  };
}
