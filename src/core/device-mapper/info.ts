import { OutputLines } from '../parsing/output-lines.ts';

/** A mapping and the kernel's name for it. */
export interface DeviceMapping {
  /** `crypt-btrfs1`. */
  readonly name: string;
  /** `dm-0`. */
  readonly kernelName: string;
}

/** Parses `dmsetup info --columns --noheadings --separator ' ' -o name,blkdevname`; none where the tool says so. */
export function parseDmsetupInfo(text: string): readonly DeviceMapping[] {
  const lines = new OutputLines('dmsetup info', text);
  if (lines.takeIf(/^No devices found$/u) !== null) {
    lines.end();
    return [];
  }
  const mappings: DeviceMapping[] = [];
  while (!lines.atEnd) {
    const captured = lines.take('NAME dm-N', /^(\S+) (dm-\d+)$/u);
    mappings.push({ name: captured.text(1), kernelName: captured.text(2) });
  }
  return mappings;
}
