import type { BootSeen } from './boot-seen.ts';

/** What a race is named by in which udev takes no notice of the last member: src/storage/lost-race.ts tells how it comes about. */
export const lostRaceIssue = 'systemd issue 5866';

/** Within how long members must have come for the race: udev's work on one of them, on one emulated processor, milliseconds. */
const raceMs = 500;

// Source: Linux, fs/btrfs/volumes.c, device_list_add; the numbers of the device since 6.8.
const scannedLine = /\[ *(\d+\.\d+)\] BTRFS: device (?:label|fsid) \S+ devid (\d+) transid \d+ \S+(?: \(\d+:\d+\))? scanned by/u;

/**
 * Gives a sentence without its full stop on whether a boot has lost that race for its root of so many members, from its console: nobody
 * can be asked there. Otherwise nothing.
 */
export function describeLostRootRace(
  { end, stage, said }: Pick<BootSeen, 'end' | 'stage' | 'said'>,
  console: readonly string[],
  members: number,
): readonly string[] {
  const isWaiting = end === null && stage === 'initramfs' && /^(?:dev-disk-by|\/dev\/disk\/by-)/u.test(said);
  const seconds = new Map<string, number>();
  for (const line of console) {
    const [, time = '', devid = ''] = scannedLine.exec(line) ?? [];
    if (devid !== '' && !seconds.has(devid)) seconds.set(devid, Number(time));
  }
  const times = [...seconds.values()];
  const apartMs = Math.round((Math.max(...times) - Math.min(...times)) * 1000);
  if (!isWaiting || members < 2 || times.length !== members || apartMs > raceMs) return [];
  const seen = `the kernel has all ${String(members)} members of the root, which came within ${String(apartMs)} ms, and systemd waits for its label`;
  return [`${seen}: they were opened at once (${lostRaceIssue}). No repair causes that or mends it: docs/boot.md`];
}
