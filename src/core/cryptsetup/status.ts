import { OutputLines } from '../parsing/output-lines.ts';

/** What `cryptsetup status NAME` says of a mapping. */
export type MappingStatus = { readonly state: 'inactive'; readonly guestDevice: string } | ActiveMapping;

/** An active mapping. */
export interface ActiveMapping {
  readonly state: 'active';
  /** The mapping: `/dev/mapper/crypt-btrfs1`. */
  readonly guestDevice: string;
  readonly inUse: boolean;
  /** Null where the tool says `n/a`: it cannot read the header, for instance because the disk is gone. */
  readonly type: 'LUKS1' | 'LUKS2' | null;
  readonly cipher: string;
  readonly keyBits: number;
  readonly keyLocation: 'keyring' | 'dm-crypt';
  /** The disk below, or null where the tool says `(null)`: it was pulled and the mapping leads nowhere. */
  readonly diskGuestDevice: string | null;
  readonly sectorBytes: number;
  /** Where the payload begins on the disk. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  readonly suspended: boolean;
  /** `discards`, `no_read_workqueue`, … The line is the last one and optional, so output cut right before it has none. */
  readonly flags: readonly string[];
}

const tool = 'cryptsetup status';

/** The unit of `offset:` and `size:`, whatever the sector size of the encryption. Source: libcryptsetup.h, struct crypt_active_device. */
const sectorUnitBytes = 512;

/**
 * Parses `cryptsetup status NAME` for LUKS mappings; other types, OPAL, integrity, reencryption and loop devices are refused.
 *
 * It exits 4 for an inactive mapping. A deferred close is not shown (2.6.1, 2.7.5, 2.8.8): the mapping stays `active`. 2.8.8 names units in brackets.
 */
export function parseMappingStatus(text: string): MappingStatus {
  const lines = new OutputLines(tool, text);
  const inactive = lines.takeIf(/^(\/dev\/mapper\/\S+) is inactive\.$/);
  const status: MappingStatus = inactive === null ? takeActive(lines) : { state: 'inactive', guestDevice: inactive.text(1) };
  lines.end();
  return status;
}

function takeActive(lines: OutputLines): ActiveMapping {
  const head = lines.take('/dev/mapper/NAME is active.', /^(\/dev\/mapper\/\S+) is active( and is in use)?\.$/);
  const type = lines.take('type: LUKS1, LUKS2 or n/a', /^ {2}type: {4}(?:(LUKS[12])|n\/a)$/).optional(1);
  const cipher = lines.take('cipher:', /^ {2}cipher: {2}([\w:-]+)$/).text(1);
  const keyBits = lines.take('keysize: N bits', /^ {2}keysize: (\d+) (?:bits|\[bits\])$/).number(1);
  const keyLocation = lines.take('key location:', /^ {2}key location: (keyring|dm-crypt)$/).text(1);
  const disk = lines.take('device:', /^ {2}device: {2}(?:(\/dev\/\S+)|\(null\))$/).optional(1);
  const sectorBytes = lines.take('sector size: N', /^ {2}sector size: {2}(\d+)(?: \[bytes\])?$/).number(1);
  const offsetBytes = takeSectors(lines, 'offset', /^ {2}offset: {2}(\d+) (?:sectors|\[512-byte units\] \((\d+) \[bytes\]\))$/);
  const sizeBytes = takeSectors(lines, 'size', /^ {2}size: {4}(\d+) (?:sectors|\[512-byte units\] \((\d+) \[bytes\]\))$/);
  const mode = lines.take('mode:', /^ {2}mode: {4}(?:read\/write|(readonly))( \(suspended\))?$/);
  const flags = lines.takeIf(/^ {2}flags: {3}((?:[a-z_]+ ?)+)$/);
  return {
    state: 'active',
    guestDevice: head.text(1),
    inUse: head.optional(2) !== null,
    type: type === 'LUKS1' || type === 'LUKS2' ? type : null,
    cipher,
    keyBits,
    keyLocation: keyLocation === 'keyring' ? 'keyring' : 'dm-crypt',
    diskGuestDevice: disk,
    sectorBytes,
    offsetBytes,
    sizeBytes,
    readOnly: mode.optional(1) !== null,
    suspended: mode.optional(2) !== null,
    flags: flags?.text(1).trim().split(' ') ?? [],
  };
}

/** Where the tool also prints bytes, they must agree. */
function takeSectors(lines: OutputLines, name: string, pattern: RegExp): number {
  const line = lines.take(`${name}: N sectors`, pattern);
  const bytes = line.number(1) * sectorUnitBytes;
  return line.optional(2) === null || line.number(2) === bytes ? bytes : lines.refuseTaken(`${name}: the same number in bytes`);
}

/** Whether the mapping is still there although its disk is gone: dm-crypt hides this from btrfs. */
export function hasLostDisk(status: MappingStatus): boolean {
  return status.state === 'active' && status.diskGuestDevice === null;
}
