#!/bin/sh
# The replace procedure that raidlab grew out of: what most people do, and go home. It exits 0, and everything that it looks at is well.
#
#   raidlab prove -- examples/prove/seed-replace.sh        broken: what was written while degraded has one copy
#
# examples/prove/balanced-replace.sh is the same with the step that is missing here.
set -eu

new=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3

sed -i 's|^\(\S* /storage btrfs \S*\)|\1,degraded|' /etc/fstab
mount /storage

install -m 0600 /dev/null /etc/luks/DISK3.key
dd if=/dev/urandom of=/etc/luks/DISK3.key bs=128 count=1 status=none
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/luks/DISK3.key "$new"
cryptsetup open --key-file /etc/luks/DISK3.key "$new" crypt-btrfs3

btrfs replace start -B -f 1 /dev/mapper/crypt-btrfs3 /storage

sed -i '/^crypt-btrfs1 /d' /etc/crypttab
echo "crypt-btrfs3 UUID=$(cryptsetup luksUUID "$new") /etc/luks/DISK3.key luks,nofail" >> /etc/crypttab

btrfs filesystem show /storage
btrfs device stats /storage
btrfs scrub start -B /storage
umount /storage
mount /storage
