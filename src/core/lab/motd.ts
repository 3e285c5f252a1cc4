import { describeLayout } from '../layout/layout.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { planContainer } from '../plan/container.ts';

/** What the message of the day says. */
export interface MotdFacts {
  readonly lab: string;
  /** As `uname -r`. */
  readonly kernel: string;
  /** For people: `trixie (btrfs-progs 6.14, cryptsetup 2.7.5)`. */
  readonly tools: string;
  readonly layout: ArrayLayout;
  readonly isProvisioned: boolean;
  /** Whether it is an installed system: what comes up is systemd's, and there are no manuals. */
  readonly isInstalled: boolean;
}

/** Gives the message of the day of a lab: what is where, and what to try. */
export function formatMotd(facts: MotdFacts): string {
  const { lab, kernel, tools, layout, isProvisioned, isInstalled } = facts;
  const isEncrypted = layout.encryption !== 'none';
  const members = layout.memberSizesBytes.map((_sizeBytes, index) => planContainer(index + 1, ''));
  const spares = layout.spareSizesBytes.map((_sizeBytes, index) => planContainer(members.length + index + 1, ''));
  const rows = [
    ...members.map(({ serial, mappingName }, index) => [
      serial,
      isProvisioned ? `${isEncrypted ? `${mappingName}, ` : ''}devid ${String(index + 1)}` : 'blank',
    ]),
    ...spares.map(({ serial }) => [serial, 'blank, a spare']),
  ];
  const tries = [
    ['disks', 'the disks, and what is on each'],
    [`btrfs filesystem usage ${layout.mountPoint}`, 'profiles: is everything still redundant?'],
    [`btrfs device stats ${layout.mountPoint}`, 'error counters, often the only sign of a dying disk'],
    [`raidlab disk pull ${members[0]?.serial ?? 'DISK1'}`, 'on the host: loses a disk; `raidlab disk --help` lists other faults'],
  ];
  if (isInstalled) tries.push(['systemctl list-jobs', 'what systemd still waits for; systemctl --failed: what did not start']);
  const width = Math.max(...tries.map(([command = '']) => command.length)) + 2;
  return [
    '',
    `raidlab, lab ${lab}: ${describeLayout(layout)}`,
    `kernel ${kernel}, tools of ${tools}`,
    '',
    ...rows.map(([serial = '', what = '']) => `  ${serial.padEnd(8)}${what}`),
    `  ${isProvisioned ? `The array is mounted on ${layout.mountPoint}; ${isEncrypted ? '/etc/crypttab and /etc/fstab list' : '/etc/fstab lists'} it.` : 'There is no array yet: build one, or run `raidlab provision` on the host.'}`,
    '',
    ...tries.map(([command = '', does = '']) => `  ${command.padEnd(width)}${does}`),
    '',
    `  Nothing here needs to be kept.${isInstalled ? '' : ' Manuals: man btrfs-replace, man cryptsetup, man crypttab.'}`,
    '',
    '',
  ].join('\n');
}
