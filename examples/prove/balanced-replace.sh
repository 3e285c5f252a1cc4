#!/bin/sh
# A missing disk is replaced, and what was written without it is given its second copy: the step that most procedures lack.
#
#   raidlab prove -- examples/prove/balanced-replace.sh {devid} {lost-mapping} {survivor-mapping} {spare} {spare-mapping}
#
# It names disks by what the array calls them, so it holds with `--permute`, too, as far as a disk that is too small can.
set -eu

devid=$1 lost=$2 survivor=$3 new=$4 mapping=$5
key=/etc/luks/$mapping.key

mount -t btrfs -o degraded "/dev/mapper/$survivor" /storage

install -m 0600 /dev/null "$key"
dd if=/dev/urandom of="$key" bs=128 count=1 status=none
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file "$key" "$new"
cryptsetup open --key-file "$key" "$new" "$mapping"

btrfs replace start -B -f "$devid" "/dev/mapper/$mapping" /storage

sed -i "/^$lost /d" /etc/crypttab
echo "$mapping UUID=$(cryptsetup luksUUID "$new") $key luks,nofail" >> /etc/crypttab

# replace copies what the lost disk had; what was written without it is in single chunks.
btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage
btrfs filesystem usage /storage
