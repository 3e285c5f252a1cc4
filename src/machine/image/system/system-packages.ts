import { kernelPackageOf } from '../packages/suite.ts';
import type { Suite } from '../packages/suite.ts';
import type { SystemChoice } from './system-choice.ts';

/** Since trixie the units that read /etc/crypttab are in a package of their own. Source: https://bugs.debian.org/1074443. */
const withoutSystemdCryptsetup = ['bookworm'];

/** Gives the packages of an installed system, beyond the essential ones. */
export function planSystemPackages({ suite, initramfsMaker }: SystemChoice): readonly string[] {
  return [
    // the boot
    'systemd-sysv',
    'dbus',
    'libpam-systemd',
    'udev',
    'kmod',
    kernelPackageOf(suite),
    initramfsMaker,
    // what an installer would add to it: an initramfs is packed with it if it is there
    'zstd',
    // the array
    'btrfs-progs',
    'cryptsetup',
    'cryptsetup-bin',
    ...(initramfsMaker === 'initramfs-tools' ? ['cryptsetup-initramfs'] : []),
    ...(hasSystemdCryptsetup(suite) ? ['systemd-cryptsetup'] : []),
    'e2fsprogs',
    'mount',
    'util-linux',
    ...(suite.utilLinuxExtra ? ['util-linux-extra'] : []),
    // the proof
    'attr',
    'xxhash',
    // the person
    'login',
    'iproute2',
    'openssh-server',
    'less',
    'nano',
    'procps',
  ];
}

function hasSystemdCryptsetup({ base }: Suite): boolean {
  return !withoutSystemdCryptsetup.includes(base);
}
