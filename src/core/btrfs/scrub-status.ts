import { OutputLines } from '../parsing/output-lines.ts';
import { takeScrubDevice, takeScrubReport } from './scrub-report.ts';
import type { DeviceScrub, ScrubReport } from './scrub-report.ts';

/** What `btrfs scrub status` says about a filesystem. While a replace runs it says `running` and repeats old numbers: failures, D8. */
export interface ScrubStatus {
  readonly uuid: string;
  readonly report: ScrubReport;
}

/** What `btrfs scrub status -d` says about a filesystem. */
export interface ScrubStatusPerDevice {
  readonly uuid: string;
  readonly devices: readonly DeviceScrub[];
}

const tool = 'btrfs scrub status';

/** Parses `btrfs scrub status [--raw] PATH`; exact sizes need `--raw`. */
export function parseScrubStatus(text: string): ScrubStatus {
  const lines = new OutputLines(tool, text);
  const uuid = takeUuid(lines);
  const report = takeScrubReport(lines, 'filesystem');
  lines.end();
  return { uuid, report };
}

/**
 * Parses `btrfs scrub status -d [--raw] PATH` of a filesystem that has `totalDevices` devices.
 * The output has no end mark: only that number, from `btrfs filesystem show`, tells whether the last device is there.
 */
export function parseScrubStatusPerDevice(text: string, totalDevices: number): ScrubStatusPerDevice {
  const lines = new OutputLines(tool, text);
  const uuid = takeUuid(lines);
  const devices: DeviceScrub[] = [];
  while (devices.length < totalDevices) {
    const { guestDevice, devid } = takeScrubDevice(lines);
    if (devices.some((device) => device.devid === devid)) lines.refuseTaken('each devid once');
    devices.push({ guestDevice, devid, report: takeScrubReport(lines, 'device') });
  }
  lines.end();
  return { uuid, devices };
}

function takeUuid(lines: OutputLines): string {
  return lines.take('UUID:', /^UUID: {13}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/).text(1);
}
