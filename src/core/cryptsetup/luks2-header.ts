import type { OutputLines } from '../parsing/output-lines.ts';

/** How a keyslot derives its key from the passphrase or keyfile. */
export type Luks2Pbkdf =
  | { readonly type: 'pbkdf2'; readonly hash: string; readonly iterations: number }
  | { readonly type: 'argon2i' | 'argon2id'; readonly timeCost: number; readonly memoryKib: number; readonly threads: number };

/** One used keyslot of a LUKS2 header. */
export interface Luks2Keyslot {
  readonly slot: number;
  readonly keyBits: number;
  readonly priority: 'ignored' | 'normal' | 'preferred';
  /** Of the keyslot area, not of the data. */
  readonly cipher: string;
  readonly pbkdf: Luks2Pbkdf;
  readonly digest: number;
}

/** One encrypted part of the disk; raidlab's containers have one. */
export interface Luks2Segment {
  readonly offsetBytes: number;
  /** Null where the tool says `(whole device)`. */
  readonly lengthBytes: number | null;
  readonly cipher: string;
  readonly sectorBytes: number;
}

/** A LUKS2 header. */
export interface Luks2Header {
  readonly version: 2;
  readonly uuid: string;
  /** Grows by one with every write of the header. */
  readonly epoch: number;
  readonly metadataAreaBytes: number;
  readonly keyslotsAreaBytes: number;
  readonly label: string | null;
  readonly subsystem: string | null;
  /** Flags that activation takes over: `allow-discards`, … */
  readonly flags: readonly string[];
  readonly segments: readonly Luks2Segment[];
  readonly keyslots: readonly Luks2Keyslot[];
}

/** Bytes of a digest by its hash. Source: FIPS 180-4. */
const digestBytes: Readonly<Record<string, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 };

/** Bytes of a digest that was converted from LUKS1, whatever its hash. Source: LUKS1 on-disk format 1.2.3: LUKS_DIGESTSIZE. */
const luks1DigestBytes = 20;

const salt = /^\tSalt: {7}(?:[0-9a-f]{2} ){1,16}$/;
const moreHex = /^\t {12}((?:[0-9a-f]{2} ){1,16})$/;

/** Takes a LUKS2 header up to its last digest. */
export function takeLuks2Header(lines: OutputLines): Luks2Header {
  lines.take('LUKS header information', /^LUKS header information$/);
  lines.take('Version: 2', /^Version: {7}\t2$/);
  const epoch = lines.take('Epoch: N', /^Epoch: {9}\t(\d+)$/).number(1);
  const metadataAreaBytes = lines.take('Metadata area: N [bytes]', /^Metadata area: \t(\d+) \[bytes\]$/).number(1);
  const keyslotsAreaBytes = lines.take('Keyslots area: N [bytes]', /^Keyslots area: \t(\d+) \[bytes\]$/).number(1);
  const uuid = lines.take('UUID:', /^UUID: {10}\t([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/).text(1);
  const label = lines.take('Label:', /^Label: {9}\t(?:\(no label\)|(.+))$/).optional(1);
  const subsystem = lines.take('Subsystem:', /^Subsystem: {5}\t(?:\(no subsystem\)|(.+))$/).optional(1);
  const flags = lines.take('Flags:', /^Flags: {7}\t(?:\(no flags\)|((?:[a-z-]+ )+))$/).optional(1);
  lines.take('an empty line', /^$/);
  const segments = takeSegments(lines);
  const keyslots = takeKeyslots(lines);
  lines.take('Tokens:', /^Tokens:$/);
  takeDigests(lines, new Set(keyslots.map(({ digest }) => digest)));
  const head = { uuid, epoch, metadataAreaBytes, keyslotsAreaBytes, label, subsystem, flags: flags?.trim().split(' ') ?? [] };
  return { version: 2, ...head, segments, keyslots };
}

function takeSegments(lines: OutputLines): readonly Luks2Segment[] {
  lines.take('Data segments:', /^Data segments:$/);
  const segments: Luks2Segment[] = [];
  do {
    lines.take(`${segments.length}: crypt`, new RegExp(`^  ${segments.length}: crypt$`));
    const offsetBytes = lines.take('offset: N [bytes]', /^\toffset: (\d+) \[bytes\]$/).number(1);
    const length = lines.take('length:', /^\tlength: (?:(\d+) \[bytes\]|\(whole device\))$/);
    const cipher = lines.take('cipher:', /^\tcipher: ([\w:-]+)$/).text(1);
    const sectorBytes = lines.take('sector: N [bytes]', /^\tsector: (\d+) \[bytes\]$/).number(1);
    lines.take('an empty line', /^$/);
    segments.push({ offsetBytes, lengthBytes: length.optional(1) === null ? null : length.number(1), cipher, sectorBytes });
  } while (!lines.nextIs(/^Keyslots:$/));
  return segments;
}

function takeKeyslots(lines: OutputLines): readonly Luks2Keyslot[] {
  lines.take('Keyslots:', /^Keyslots:$/);
  const keyslots: Luks2Keyslot[] = [];
  while (!lines.nextIs(/^Tokens:$/)) {
    const slot = lines.take('N: luks2', /^ {2}(\d+): luks2$/).number(1);
    const keyBits = lines.take('Key: N bits', /^\tKey: {8}(\d+) bits$/).number(1);
    const priority = lines.take('Priority:', /^\tPriority: {3}(ignored|normal|preferred)$/).text(1);
    const cipher = lines.take('Cipher:', /^\tCipher: {5}([\w:-]+)$/).text(1);
    lines.take('Cipher key: N bits', /^\tCipher key: \d+ bits$/);
    const pbkdf = takePbkdf(lines);
    lines.take('Salt:', salt);
    while (lines.takeIf(moreHex) !== null);
    lines.take('AF stripes: N', /^\tAF stripes: \d+$/);
    lines.take('AF hash:', /^\tAF hash: {4}\S+$/);
    lines.take('Area offset: N [bytes]', /^\tArea offset:\d+ \[bytes\]$/);
    lines.take('Area length: N [bytes]', /^\tArea length:\d+ \[bytes\]$/);
    const digest = lines.take('Digest ID: N', /^\tDigest ID: {2}(\d+)$/).number(1);
    keyslots.push({
      slot,
      keyBits,
      priority: priority === 'ignored' || priority === 'preferred' ? priority : 'normal',
      cipher,
      pbkdf,
      digest,
    });
  }
  return keyslots;
}

function takePbkdf(lines: OutputLines): Luks2Pbkdf {
  const type = lines.take('PBKDF:', /^\tPBKDF: {6}(pbkdf2|argon2i|argon2id)$/).text(1);
  if (type === 'argon2i' || type === 'argon2id') {
    const timeCost = lines.take('Time cost: N', /^\tTime cost: {2}(\d+)$/).number(1);
    const memoryKib = lines.take('Memory: N', /^\tMemory: {5}(\d+)$/).number(1);
    const threads = lines.take('Threads: N', /^\tThreads: {4}(\d+)$/).number(1);
    return { type, timeCost, memoryKib, threads };
  }
  const hash = lines.take('Hash:', /^\tHash: {7}(\S+)$/).text(1);
  return { type: 'pbkdf2', hash, iterations: lines.take('Iterations: N', /^\tIterations: (\d+)$/).number(1) };
}

/** Takes the digests: each one that a keyslot names must be there, and the last one must be complete, for nothing follows it. */
function takeDigests(lines: OutputLines, wanted: ReadonlySet<number>): void {
  lines.take('Digests:', /^Digests:$/);
  const found = new Set<number>();
  while (!lines.atEnd) {
    found.add(lines.take('N: pbkdf2', /^ {2}(\d+): pbkdf2$/).number(1));
    const hash = lines.take('Hash:', /^\tHash: {7}(\S+)$/).text(1);
    lines.take('Iterations: N', /^\tIterations: \d+$/);
    lines.take('Salt:', salt);
    while (lines.takeIf(moreHex) !== null);
    let hex = lines.take('Digest:', /^\tDigest: {5}((?:[0-9a-f]{2} ){1,16})$/).text(1);
    for (let more = lines.takeIf(moreHex); more !== null; more = lines.takeIf(moreHex)) hex += more.text(1);
    const bytes = hex.trim().split(' ').length;
    if (bytes !== digestBytes[hash] && bytes !== luks1DigestBytes) lines.refuseTaken(`a whole ${hash} digest`);
  }
  for (const digest of wanted) if (!found.has(digest)) lines.refuse(`digest ${digest}`);
}
