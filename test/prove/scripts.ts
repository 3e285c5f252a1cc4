/** Scripts that are proved, and what each must come to. */
export interface TriedScript {
  readonly name: string;
  readonly text: string;
  readonly args?: readonly string[];
  readonly options?: readonly string[];
  readonly exitCode: 0 | 1 | 2 | 3;
  /** The checks that are not held, by outcome; a check of another outcome is a failure of the test. */
  readonly broken?: RegExp;
  readonly inconclusive?: RegExp;
  /** What the evidence of the check `script` says. */
  readonly says?: RegExp;
}

const head = '#!/bin/sh\nset -eu\n';
const format = 'cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file';
const convert = 'btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage\n';

/** Replaces DISK1 by the disk `$new` under the given names. */
function replaceWith(key: string, mapping: string): string {
  return [
    'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage',
    `${format} ${key} "$new"`,
    `cryptsetup open --key-file ${key} "$new" ${mapping}`,
    `btrfs replace start -B -f 1 /dev/mapper/${mapping} /storage`,
    "sed -i '/^crypt-btrfs1 /d' /etc/crypttab",
    `echo "${mapping} UUID=$(cryptsetup luksUUID "$new") ${key} luks,nofail" >> /etc/crypttab`,
    convert,
  ].join('\n');
}

const byId = 'new=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3\n';

/** Scripts that end otherwise than their author thought. */
export const triedScripts: readonly TriedScript[] = [
  {
    name: 'reboot-at-the-end.sh',
    text: `${head}${byId}${replaceWith('/etc/luks/DISK2.key', 'crypt-btrfs3')}reboot\n`,
    exitCode: 0,
    says: /restarted the machine/u,
  },
  {
    name: 'reboot-in-the-middle.sh',
    text: `${head}mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage\nshutdown -r now\nsleep 600\necho never > /root/never\n`,
    exitCode: 1,
    broken: /^(?:mounted|reboot|leg-alone-.*|profiles|members)$/u,
    inconclusive: /./u,
    says: /restarted the machine/u,
  },
  {
    name: 'wipe-survivor.sh',
    text: `${head}cryptsetup close crypt-btrfs2\ndd if=/dev/zero of=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK2 bs=1M count=64 status=none\n`,
    exitCode: 1,
    broken: /^(?:mounted|reboot|leg-alone-.*)$/u,
    inconclusive: /./u,
    says: /exit 0/u,
  },
  {
    name: 'needs-a-program.sh',
    text: `${head}zpool replace tank\n`,
    exitCode: 2,
    inconclusive: /^script$/u,
    says: /exit 127/u,
  },
  {
    name: 'crashes-the-kernel.sh',
    text: `${head}sync\necho c > /proc/sysrq-trigger\nsleep 600\n`,
    exitCode: 3,
  },
  {
    name: 'asks-a-question.sh',
    text: `${head}echo 'Really? '\nread -r answer || exit 9\n`,
    exitCode: 1,
    broken: /./u,
    inconclusive: /./u,
    says: /nobody can give one here/u,
  },
  {
    // The old mapping's name for the new disk, and one key for all: names and keys are the author's.
    name: 'names-of-its-own.sh',
    text: `${head}new=$1\n${replaceWith('/etc/luks/DISK2.key', 'crypt-btrfs1')}`,
    args: ['{spare}'],
    exitCode: 0,
  },
  {
    name: 'add-and-remove.sh',
    text: `${head}${byId}mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage\n${format} /etc/luks/DISK2.key "$new"\ncryptsetup open --key-file /etc/luks/DISK2.key "$new" tank-b\nbtrfs device add /dev/mapper/tank-b /storage\nbtrfs device remove missing /storage\nsed -i '/^crypt-btrfs1 /d' /etc/crypttab\necho "tank-b UUID=$(cryptsetup luksUUID "$new") /etc/luks/DISK2.key luks,nofail" >> /etc/crypttab\n${convert}`,
    exitCode: 0,
  },
  {
    name: 'without-encryption.sh',
    text: `${head}${byId}mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage\nbtrfs replace start -B -f 1 "$new" /storage\n${convert}`,
    exitCode: 1,
    broken: /./u,
    inconclusive: /./u,
    says: /exit 0/u,
  },
  {
    name: 'online.sh',
    text: `${head}${byId}${format} /etc/luks/DISK2.key "$new"\ncryptsetup open --key-file /etc/luks/DISK2.key "$new" crypt-btrfs3\nbtrfs replace start -B -f -r 1 /dev/mapper/crypt-btrfs3 /storage\nsed -i '/^crypt-btrfs1 /d' /etc/crypttab\necho "crypt-btrfs3 UUID=$(cryptsetup luksUUID "$new") /etc/luks/DISK2.key luks,nofail" >> /etc/crypttab\ncryptsetup close crypt-btrfs1\nbtrfs device stats --reset /storage\n`,
    options: ['--fault', 'read-errors:DISK1:16', '--no-restart'],
    exitCode: 0,
  },
];
