import { OutputLines } from '../parsing/output-lines.ts';
import { takeLuks1Header } from './luks1-header.ts';
import type { Luks1Header } from './luks1-header.ts';
import { takeLuks2Header } from './luks2-header.ts';
import type { Luks2Header } from './luks2-header.ts';

/** A LUKS header of either version. */
export type LuksHeader = Luks1Header | Luks2Header;

const tool = 'cryptsetup luksDump';

/**
 * Parses `cryptsetup luksDump DEVICE`, LUKS1 or LUKS2.
 *
 * Refused: tokens, a reencryption, OPAL, and other segments than `crypt`. On a device that is not LUKS the tool prints nothing and exits 1.
 */
export function parseLuksDump(text: string): LuksHeader {
  const lines = new OutputLines(tool, text);
  const header = lines.nextIs(/^LUKS header information$/) ? takeLuks2Header(lines) : takeLuks1Header(lines);
  lines.end();
  return header;
}

/** Where the payload begins, in bytes from the start of the disk: containers on equal disks have equal payloads only if this agrees. */
export function payloadOffsetBytes(header: LuksHeader): number {
  return header.version === 1 ? header.payloadOffsetBytes : Math.min(...header.segments.map(({ offsetBytes }) => offsetBytes));
}
