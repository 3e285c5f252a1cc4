#!/bin/sh
# Advice: "after the replace, balance everything": docs/advice.md tells what it comes to.
set -eu
new=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3
key=/etc/luks/DISK3.key

mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage

install -m 0600 /dev/null "$key"
dd if=/dev/urandom of="$key" bs=128 count=1 status=none
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file "$key" "$new"
cryptsetup open --key-file "$key" "$new" crypt-btrfs3

btrfs replace start -B -f 1 /dev/mapper/crypt-btrfs3 /storage

sed -i '/^crypt-btrfs1 /d' /etc/crypttab
echo "crypt-btrfs3 UUID=$(cryptsetup luksUUID "$new") $key luks,nofail" >> /etc/crypttab

# Everything is moved, for the sake of what was written while degraded.
btrfs balance start --full-balance /storage
btrfs filesystem usage /storage
