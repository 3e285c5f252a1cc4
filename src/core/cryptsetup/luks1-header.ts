import type { OutputLines } from '../parsing/output-lines.ts';

/** One used keyslot of a LUKS1 header. */
export interface Luks1Keyslot {
  readonly slot: number;
  readonly iterations: number;
}

/** A LUKS1 header. */
export interface Luks1Header {
  readonly version: 1;
  readonly uuid: string;
  /** As dm-crypt spells it: `aes-xts-plain64`. */
  readonly cipher: string;
  readonly hash: string;
  readonly keyBits: number;
  readonly payloadOffsetBytes: number;
  /** The enabled keyslots. */
  readonly keyslots: readonly Luks1Keyslot[];
}

/** Source: LUKS1 on-disk format 1.2.3, figure 1: LUKS_NUMKEYS. */
const keyslotCount = 8;

/** The payload offset is in sectors of 512 bytes. Source: LUKS1 on-disk format 1.2.3, figure 1. */
const sectorBytes = 512;

const hexRow = '(?:[0-9a-f]{2} ){16}';

/** Takes a LUKS1 header up to its eighth keyslot. */
export function takeLuks1Header(lines: OutputLines): Luks1Header {
  lines.take('LUKS header information for DEVICE', /^LUKS header information for \/\S+$/);
  lines.take('an empty line', /^$/);
  lines.take('Version: 1', /^Version: {7}\t1$/);
  const cipherName = lines.take('Cipher name:', /^Cipher name: {3}\t(\S+)$/).text(1);
  const cipherMode = lines.take('Cipher mode:', /^Cipher mode: {3}\t(\S+)$/).text(1);
  const hash = lines.take('Hash spec:', /^Hash spec: {5}\t(\S+)$/).text(1);
  const payloadSectors = lines.take('Payload offset: N', /^Payload offset:\t(\d+)$/).number(1);
  const keyBits = lines.take('MK bits: N', /^MK bits: {7}\t(\d+)$/).number(1);
  lines.take('MK digest:', /^MK digest: {5}\t(?:[0-9a-f]{2} ){20}$/);
  lines.take('MK salt:', new RegExp(`^MK salt: {7}\t${hexRow}$`));
  lines.take('the second half of the MK salt', new RegExp(`^ {15}\t${hexRow}$`));
  lines.take('MK iterations: N', /^MK iterations: \t\d+$/);
  const uuid = lines.take('UUID:', /^UUID: {10}\t([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/).text(1);
  lines.take('an empty line', /^$/);
  const keyslots: Luks1Keyslot[] = [];
  for (let slot = 0; slot < keyslotCount; slot++) {
    const state = lines.take(`Key Slot ${slot}:`, new RegExp(`^Key Slot ${slot}: (ENABLED|DISABLED)$`)).text(1);
    if (state === 'ENABLED') keyslots.push({ slot, iterations: takeIterations(lines) });
  }
  return {
    version: 1,
    uuid,
    cipher: `${cipherName}-${cipherMode}`,
    hash,
    keyBits,
    payloadOffsetBytes: payloadSectors * sectorBytes,
    keyslots,
  };
}

function takeIterations(lines: OutputLines): number {
  const iterations = lines.take('Iterations: N', /^\tIterations: {9}\t(\d+)$/).number(1);
  lines.take('Salt:', new RegExp(`^\tSalt: {15}\t${hexRow}$`));
  lines.take('the second half of the salt', new RegExp(`^\t {22}\t${hexRow}$`));
  lines.take('Key material offset: N', /^\tKey material offset:\t\d+$/);
  lines.take('AF stripes: N', /^\tAF stripes: {12}\t\d+$/);
  return iterations;
}
