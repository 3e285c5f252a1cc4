#!/bin/sh
# Advice: "convert to single first, then back": docs/advice.md tells what it comes to.
set -eu
new=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3
key=/etc/luks/DISK3.key

mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage
# -f: yes, less redundancy.
btrfs balance start -f -dconvert=single -mconvert=dup /storage
btrfs device remove missing /storage

install -m 0600 /dev/null "$key"
dd if=/dev/urandom of="$key" bs=128 count=1 status=none
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file "$key" "$new"
cryptsetup open --key-file "$key" "$new" crypt-btrfs3

btrfs device add /dev/mapper/crypt-btrfs3 /storage
btrfs balance start -dconvert=raid1 -mconvert=raid1 /storage

sed -i '/^crypt-btrfs1 /d' /etc/crypttab
echo "crypt-btrfs3 UUID=$(cryptsetup luksUUID "$new") $key luks,nofail" >> /etc/crypttab

btrfs filesystem usage /storage
