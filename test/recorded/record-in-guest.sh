#!/bin/sh
# Records the outputs of btrfs-progs, cryptsetup and lsblk for src/core's parsers, inside a throw-away guest.
#
#   record-in-guest.sh FOLDER            everything up to a crash in the middle of a replace; it resets the machine
#   record-in-guest.sh FOLDER resumed    after the machine has been started again with the same disks
#
# The guest runs it as root and has five blank disks of 1 GiB on one virtio-scsi controller, with the serials DISK1 to DISK5,
# udev running, and a root filesystem that keeps FOLDER and /root across the crash. It needs btrfs-progs, cryptsetup, dmsetup, lsblk, awk.
# For every case FOLDER gets CASE.stdout, CASE.stderr, CASE.argv (one argument a line) and CASE.rc, and for every tool TOOL.version.
# index-recordings.mjs makes a suite of it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
folder=$1
key=/root/recording.key
other_key=/root/recording-other.key
mkdir -p "$folder" /storage /other
cd / || exit 1

disk() { echo "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK$1"; }
map() { echo "/dev/mapper/crypt-btrfs$1"; }

# rec CASE ARGV...
rec() {
  case_name=$1
  shift
  printf '%s\n' "$@" >"$folder/$case_name.argv"
  "$@" >"$folder/$case_name.stdout" 2>"$folder/$case_name.stderr"
  echo $? >"$folder/$case_name.rc"
  echo "recorded $case_name"
}

format() { cryptsetup luksFormat -q --type "${2:-luks2}" --key-file $key --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$(disk "$1")"; }
open() {
  number=$1
  shift
  cryptsetup open --key-file $key "$@" "$(disk "$number")" "crypt-btrfs$number"
  udevadm settle
}
close() { cryptsetup close "crypt-btrfs$1"; }
pull() {
  echo 1 >"/sys/block/$(basename "$(readlink -f "$(disk "$1")")")/device/delete"
  sleep 1
  udevadm settle
}
put_back() {
  for host in /sys/class/scsi_host/*; do echo '- - -' >"$host/scan"; done
  sleep 2
  udevadm settle
}
scan() {
  udevadm settle
  btrfs device scan >/dev/null 2>&1
}
wipe() {
  for number in 1 2 3 4; do wipefs -qa "$(map $number)" 2>/dev/null; done
  btrfs device scan --forget
  udevadm settle
}
write_file() {
  dd if=/dev/urandom of="/storage/$1" bs=1M count="$2" 2>/dev/null
  sync
}
# limit_speed BYTES: of scrub and replace, per second; 0 is unlimited
limit_speed() {
  for number in 1 2; do echo "$1" >"/sys/fs/btrfs/$(findmnt -no UUID /storage)/devinfo/$number/scrub_speed_max"; done
}
# make_raid1 ONE TWO: mounted
make_raid1() {
  wipe
  mkfs.btrfs -q -f -d raid1 -m raid1 -L storage "$(map "$1")" "$(map "$2")" >/dev/null
  scan
  mount "$(map "$1")" /storage
}

columns=NAME,PATH,SERIAL,SIZE,TYPE,FSTYPE,UUID,MOUNTPOINTS
# Newer tools reset the limit unless it is given to them.
limit_option=
if btrfs scrub start --help 2>&1 | grep -q -- --limit; then limit_option='--limit 4m'; fi

containers() {
  dd if=/dev/urandom of=$key bs=128 count=1 2>/dev/null
  dd if=/dev/urandom of=$other_key bs=64 count=1 2>/dev/null
  chmod 600 $key $other_key
  rec btrfs-filesystem-show-nothing btrfs filesystem show --raw
  rec lsblk-blank lsblk --json -b -o $columns
  rec cryptsetup-luksDump-not-luks cryptsetup luksDump "$(disk 5)"
  for number in 1 2 3; do format $number; done
  cryptsetup luksFormat -q --type luks2 --key-file $key --pbkdf argon2id --pbkdf-memory 32768 --pbkdf-force-iterations 4 \
    --sector-size 4096 --label four "$(disk 4)"
  format 5 luks1
  rec cryptsetup-luksDump-luks2-pbkdf2 cryptsetup luksDump "$(disk 1)"
  rec cryptsetup-luksDump-luks2-argon2id cryptsetup luksDump "$(disk 4)"
  rec cryptsetup-luksDump-luks1 cryptsetup luksDump "$(disk 5)"
  for number in 2 5; do
    cryptsetup luksAddKey -q --key-file $key --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$(disk $number)" $other_key
  done
  rec cryptsetup-luksDump-luks2-two-keyslots cryptsetup luksDump "$(disk 2)"
  rec cryptsetup-luksDump-luks1-two-keyslots cryptsetup luksDump "$(disk 5)"
  rec cryptsetup-status-inactive cryptsetup status crypt-btrfs1
  open 1
  open 2
  open 3
  open 4 --allow-discards --perf-no_read_workqueue
  open 5
  rec cryptsetup-status-active cryptsetup status crypt-btrfs1
  rec cryptsetup-status-discards cryptsetup status crypt-btrfs4
  rec cryptsetup-status-luks1 cryptsetup status crypt-btrfs5
  close 4
  close 5
}

healthy() {
  mkfs.btrfs -q -d raid1 -m raid1 -L storage "$(map 1)" "$(map 2)" >/dev/null
  scan
  rec btrfs-filesystem-show-unmounted btrfs filesystem show --raw "$(map 1)"
  mount "$(map 1)" /storage
  rec cryptsetup-status-in-use cryptsetup status crypt-btrfs1
  rec btrfs-filesystem-usage-empty btrfs filesystem usage -b /storage
  write_file a 150
  rec btrfs-filesystem-show-healthy btrfs filesystem show --raw /storage
  rec btrfs-filesystem-show-healthy-human btrfs filesystem show /storage
  rec btrfs-filesystem-usage-healthy btrfs filesystem usage -b /storage
  rec btrfs-device-stats-healthy btrfs device stats /storage
  rec btrfs-replace-status-never-started btrfs replace status -1 /storage
  rec btrfs-balance-status-none btrfs balance status /storage
  rec lsblk-healthy lsblk --json -b -o $columns
}

scrubs() {
  rec btrfs-scrub-status-never btrfs scrub status --raw /storage
  rec btrfs-scrub-status-per-device-never btrfs scrub status --raw -d /storage
  rec btrfs-scrub-start-clean btrfs scrub start -B /storage
  rec btrfs-scrub-status-finished btrfs scrub status --raw /storage
  rec btrfs-scrub-status-finished-human btrfs scrub status /storage
  rec btrfs-scrub-status-per-device-finished btrfs scrub status --raw -d /storage
  rec btrfs-scrub-start-per-device-clean btrfs scrub start -B -d /storage
  limit_speed 4194304
  # shellcheck disable=SC2086 # two words or none
  btrfs scrub start $limit_option /storage
  sleep 5
  rec btrfs-scrub-status-running btrfs scrub status --raw /storage
  rec btrfs-scrub-status-running-human btrfs scrub status /storage
  rec btrfs-scrub-status-per-device-running btrfs scrub status --raw -d /storage
  btrfs scrub cancel /storage
  sleep 1
  rec btrfs-scrub-status-cancelled btrfs scrub status --raw /storage
  rec btrfs-scrub-status-per-device-cancelled btrfs scrub status --raw -d /storage
  (sleep 4 && btrfs scrub cancel /storage) &
  # shellcheck disable=SC2086
  rec btrfs-scrub-start-cancelled btrfs scrub start -B $limit_option /storage
  wait $!
  limit_speed 0
  rec btrfs-scrub-resume-finished btrfs scrub resume -B /storage
  rec btrfs-scrub-status-resumed btrfs scrub status --raw /storage
  kill_scrub_after 4
  rec btrfs-scrub-status-killed-at-once btrfs scrub status --raw /storage
  kill_scrub_after 12
  rec btrfs-scrub-status-interrupted btrfs scrub status --raw /storage
  limit_speed 0
}

# The tool writes its status file every five seconds or so.
kill_scrub_after() {
  limit_speed 4194304
  # shellcheck disable=SC2086
  btrfs scrub start -B $limit_option /storage &
  scrub_pid=$!
  sleep "$1"
  kill -9 $scrub_pid
  wait $scrub_pid
  sleep 1
  btrfs scrub cancel /storage
}

balances() {
  write_file b 250
  btrfs balance start --full-balance /storage &
  balance_pid=$!
  sleep 1
  rec btrfs-balance-status-running btrfs balance status /storage
  btrfs balance pause /storage
  wait $balance_pid
  rec btrfs-balance-status-paused btrfs balance status /storage
  btrfs balance cancel /storage
  (sleep 1 && btrfs balance cancel /storage) &
  rec btrfs-balance-start-canceled btrfs balance start --full-balance /storage
  wait $!
  (sleep 1 && btrfs balance pause /storage) &
  rec btrfs-balance-start-paused btrfs balance start --full-balance /storage
  wait $!
  btrfs balance cancel /storage
  rec btrfs-balance-start-done btrfs balance start -dlimit=1 /storage
  rec btrfs-balance-start-full btrfs balance start --full-balance /storage
  rec btrfs-balance-start-unmounted btrfs balance start -dusage=50 /other
  rm /storage/a /storage/b
  umount /storage
}

hot_pull() {
  make_raid1 1 2
  write_file a 80
  pull 1
  write_file c 20
  rec btrfs-filesystem-show-pulled btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-pulled btrfs filesystem usage -b /storage
  rec btrfs-device-stats-pulled btrfs device stats /storage
  rec btrfs-device-stats-check-pulled btrfs device stats -c /storage
  rec cryptsetup-status-pulled cryptsetup status crypt-btrfs1
  rec lsblk-pulled lsblk --json -b -o $columns
  rec btrfs-scrub-start-pulled btrfs scrub start -B /storage
  rec btrfs-scrub-status-pulled btrfs scrub status --raw /storage
  rec btrfs-device-stats-pulled-after-scrub btrfs device stats /storage
  limit_speed 4194304
  btrfs replace start -r -f 1 "$(map 3)" /storage
  sleep 6
  rec btrfs-replace-status-started btrfs replace status -1 /storage
  rec btrfs-filesystem-show-replacing btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-replacing btrfs filesystem usage -b /storage
  rec btrfs-device-stats-replacing btrfs device stats /storage
  rec btrfs-scrub-status-replacing btrfs scrub status --raw /storage
  btrfs replace cancel /storage
  rec btrfs-replace-status-canceled btrfs replace status -1 /storage
  limit_speed 0
  cryptsetup close --deferred crypt-btrfs1
  rec cryptsetup-status-pulled-deferred cryptsetup status crypt-btrfs1
  btrfs replace start -B -r -f 1 "$(map 3)" /storage
  rec btrfs-replace-status-finished btrfs replace status -1 /storage
  rec btrfs-filesystem-show-replaced btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-replaced btrfs filesystem usage -b /storage
  rec btrfs-device-stats-replaced btrfs device stats /storage
  sleep 1
  rec cryptsetup-status-deferred-gone cryptsetup status crypt-btrfs1
  close 1
  rec cryptsetup-status-pulled-replaced-closed cryptsetup status crypt-btrfs1
  rec btrfs-inspect-internal-dump-super-not-open btrfs inspect-internal dump-super "$(map 1)"
  put_back
  open 1
  sync
  rec btrfs-inspect-internal-dump-super-replaced btrfs inspect-internal dump-super "$(map 1)"
  rec btrfs-inspect-internal-dump-super-survivor btrfs inspect-internal dump-super "$(map 2)"
  rec btrfs-inspect-internal-dump-super-replacement btrfs inspect-internal dump-super "$(map 3)"
  wipefs -qa "$(map 1)"
}

# The array is on 3 and 2; 2 goes missing, 1 comes instead.
one_missing() {
  umount /storage
  close 2
  btrfs device scan --forget
  btrfs device scan "$(map 3)"
  rec btrfs-filesystem-show-missing-unmounted btrfs filesystem show --raw "$(map 3)"
  mount -o degraded "$(map 3)" /storage
  rec btrfs-filesystem-show-missing btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-missing btrfs filesystem usage -b /storage
  rec btrfs-device-stats-missing btrfs device stats /storage
  rec btrfs-scrub-start-missing btrfs scrub start -B /storage
  rec btrfs-scrub-status-missing btrfs scrub status --raw /storage
  rec btrfs-scrub-status-per-device-missing btrfs scrub status --raw -d /storage
  write_file d 120
  rec btrfs-filesystem-usage-missing-written btrfs filesystem usage -b /storage
  btrfs replace start -B -f 2 "$(map 1)" /storage
  rec btrfs-replace-status-missing-finished btrfs replace status -1 /storage
  rec btrfs-filesystem-usage-single-chunks btrfs filesystem usage -b /storage
  rec btrfs-filesystem-show-single-chunks btrfs filesystem show --raw /storage
  rec btrfs-device-stats-single-chunks btrfs device stats /storage
  rec btrfs-balance-start-soft btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage
  rec btrfs-filesystem-usage-after-soft-balance btrfs filesystem usage -b /storage
  rec btrfs-balance-start-soft-again btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage
}

silent_corruption() {
  write_file e 60
  umount /storage
  close 1
  close 3
  dd if=/dev/zero of="$(disk 1)" bs=1M seek=120 count=400 conv=notrunc oflag=direct 2>/dev/null
  open 1
  open 3
  scan
  mount "$(map 3)" /storage
  rec btrfs-scrub-start-readonly btrfs scrub start -B -r /storage
  rec btrfs-scrub-status-readonly btrfs scrub status --raw /storage
  rec btrfs-device-stats-corrupt btrfs device stats /storage
  rec btrfs-scrub-start-corrected btrfs scrub start -B /storage
  rec btrfs-scrub-status-corrected btrfs scrub status --raw /storage
  rec btrfs-scrub-status-corrected-human btrfs scrub status /storage
  rec btrfs-scrub-status-per-device-corrected btrfs scrub status --raw -d /storage
  rec btrfs-device-stats-corrected btrfs device stats /storage
  rec btrfs-device-stats-reset btrfs device stats -z /storage
  umount /storage
}

# profile CASE DATA METADATA MKFS-ARGUMENT...
profile() {
  profile_case=$1
  data=$2
  metadata=$3
  shift 3
  wipe
  mkfs.btrfs -q -f -d "$data" -m "$metadata" "$@" >/dev/null || return
  scan
  mount "$(map 1)" /storage || return
  write_file a 20
  rec "btrfs-filesystem-usage-$profile_case" btrfs filesystem usage -b /storage
  rec "btrfs-filesystem-show-$profile_case" btrfs filesystem show --raw /storage
  umount /storage
}

every_profile() {
  open 2
  format 4
  open 4
  profile raid1c3 raid1c3 raid1c3 "$(map 1)" "$(map 2)" "$(map 3)"
  profile raid1c4 raid1c4 raid1c4 "$(map 1)" "$(map 2)" "$(map 3)" "$(map 4)"
  profile raid10 raid10 raid10 "$(map 1)" "$(map 2)" "$(map 3)" "$(map 4)"
  profile dup dup dup "$(map 1)"
  profile single single single "$(map 1)" "$(map 2)"
  profile raid0 raid0 raid1 "$(map 1)" "$(map 2)"
  profile raid5 raid5 raid1 "$(map 1)" "$(map 2)" "$(map 3)"
  profile raid6 raid6 raid1c3 "$(map 1)" "$(map 2)" "$(map 3)" "$(map 4)"
  profile mixed single single -M "$(map 1)"
}

# Where files lie: extents of files, and the chunks of every profile. Filesystems in files do, to look at a tree that nobody has mounted.
places() {
  wipe
  mkfs.btrfs -q -f -d raid1 -m raid1 "$(map 1)" "$(map 2)" >/dev/null
  scan
  mount "$(map 1)" /other
  head -c 3M /dev/urandom >/other/plain
  head -c 100 /dev/urandom >/other/inline
  : >/other/empty
  truncate -s 2M /other/hole
  for block in 3 40 41 99; do dd if=/dev/urandom of=/other/sparse bs=4096 seek=$block count=1 conv=notrunc 2>/dev/null; done
  head -c 5000 /dev/urandom >'/other/a name, with: 1 extent found'
  cp --reflink=always /other/plain /other/shared
  dd if=/dev/urandom of=/other/shared bs=4096 seek=100 count=7 conv=notrunc 2>/dev/null
  sync
  rec btrfs-inspect-internal-dump-tree-chunk-raid1 btrfs inspect-internal dump-tree -t chunk "$(map 1)"
  rec filefrag-several filefrag -v /other/plain /other/inline /other/empty /other/hole /other/sparse \
    '/other/a name, with: 1 extent found' /other/shared
  rec filefrag-missing filefrag -v /other/nothing
  umount /other
  mount -o compress-force=zlib "$(map 1)" /other
  yes | head -c 1M >/other/compressed
  sync
  rec filefrag-compressed filefrag -v /other/compressed
  umount /other
  rec btrfs-inspect-internal-dump-tree-chunk-missing btrfs inspect-internal dump-tree --noscan -t chunk "$(map 1)"
  chunks_of raid10 raid10 raid10 1 2 3 4 5
  chunks_of raid1c3 raid1c3 raid1c3 1 2 3 4
  chunks_of single single dup 1
  chunks_of raid0 raid0 raid1 1 2 3
  chunks_of raid5 raid5 raid1 1 2 3
}

# chunks_of CASE DATA METADATA NUMBER...
chunks_of() {
  chunks_case=$1
  data=$2
  metadata=$3
  shift 3
  images=
  for number in "$@"; do
    rm -f "/root/d$number"
    truncate -s 1G "/root/d$number"
    images="$images /root/d$number"
  done
  # shellcheck disable=SC2086 # as many words as images
  mkfs.btrfs -q -f -d "$data" -m "$metadata" $images >/dev/null
  # shellcheck disable=SC2086
  rec "btrfs-inspect-internal-dump-tree-chunk-$chunks_case" btrfs inspect-internal dump-tree -t chunk $images
}

several_filesystems() {
  wipe
  mkfs.btrfs -q -f -d raid1 -m raid1 -L storage "$(map 1)" "$(map 2)" >/dev/null
  mkfs.btrfs -q -f -d raid1 -m raid1 -L "it's a b" "$(map 3)" "$(map 4)" >/dev/null
  scan
  rec btrfs-filesystem-show-several-unmounted btrfs filesystem show --raw
  mount "$(map 1)" /storage
  mount "$(map 3)" /other
  rec btrfs-filesystem-show-several-mounted btrfs filesystem show --raw
  umount /other
  close 4
  btrfs device scan --forget
  rec btrfs-filesystem-show-several-one-missing btrfs filesystem show --raw
  umount /storage
}

# Without dm-crypt between, the tools notice a disk that was pulled.
pull_of_plain_disk() {
  close 3
  wipefs -qa -f "$(disk 3)" "$(disk 4)"
  mkfs.btrfs -q -f -d raid1 -m raid1 "$(disk 3)" "$(disk 4)" >/dev/null
  scan
  mount "$(disk 3)" /storage
  pull 4
  write_file a 5
  rec btrfs-filesystem-show-plain-pulled btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-plain-pulled btrfs filesystem usage -b /storage
  rec btrfs-device-stats-plain-pulled btrfs device stats /storage
  umount /storage
  put_back
}

other_errors() {
  wipe
  mkfs.btrfs -q -f -d single -m dup "$(map 2)" >/dev/null
  mount "$(map 2)" /storage
  write_file a 40
  rec btrfs-balance-start-invalid btrfs balance start -dconvert=raid1 -mconvert=raid1 /storage
  umount /storage
  # The copy of the super block at 64 MiB.
  dd if=/dev/zero of="$(map 2)" bs=4096 seek=16384 count=1 conv=notrunc oflag=direct 2>/dev/null
  mount "$(map 2)" /storage
  rec btrfs-scrub-start-super btrfs scrub start -B /storage
  rec btrfs-scrub-status-super btrfs scrub status --raw /storage
  umount /storage
  # The only copy of some data.
  btrfs inspect-internal dump-tree -t chunk "$(map 2)" |
    awk '/type DATA/ { data = 1 } data && /stripe 0 devid/ { print $6; data = 0 }' |
    while read -r offset; do
      dd if=/dev/zero of="$(map 2)" bs=4096 seek=$((offset / 4096 + 256)) count=64 conv=notrunc oflag=direct 2>/dev/null
    done
  mount "$(map 2)" /storage
  rec btrfs-scrub-start-uncorrectable btrfs scrub start -B /storage
  rec btrfs-scrub-status-uncorrectable btrfs scrub status --raw /storage
  rec btrfs-device-stats-uncorrectable btrfs device stats /storage
  umount /storage
  wipe
  sectors=$(blockdev --getsz "$(map 2)")
  dmsetup create bad --table "0 $sectors linear $(map 2) 0"
  mkfs.btrfs -q -f -d raid1 -m raid1 "$(map 1)" /dev/mapper/bad >/dev/null
  scan
  mount "$(map 1)" /storage
  write_file a 100
  dmsetup suspend bad
  printf '0 358400 linear %s 0\n358400 2048 error\n360448 %s linear %s 360448\n' "$(map 2)" $((sectors - 360448)) "$(map 2)" | dmsetup load bad
  dmsetup resume bad
  rec btrfs-scrub-start-read-errors btrfs scrub start -B /storage
  rec btrfs-scrub-status-read-errors btrfs scrub status --raw /storage
  rec btrfs-device-stats-read-errors btrfs device stats /storage
  umount /storage
  dmsetup remove bad
}

crash_in_replace() {
  format 3
  open 3
  make_raid1 1 2
  write_file a 200
  limit_speed 4194304
  btrfs replace start -f 1 "$(map 3)" /storage
  sleep 8
  sync
  sleep 2
  sync
  echo b >/proc/sysrq-trigger
}

after_crash() {
  open 1
  open 2
  open 3
  scan
  mount -o ro "$(map 2)" /storage
  rec btrfs-replace-status-crashed-replacing btrfs replace status -1 /storage
  rec btrfs-filesystem-show-crashed-replacing btrfs filesystem show --raw /storage
  umount /storage
  close 3
  btrfs device scan --forget
  scan
  mount -o degraded "$(map 2)" /storage
  rec btrfs-replace-status-suspended btrfs replace status -1 /storage
  rec btrfs-filesystem-show-suspended-target-gone btrfs filesystem show --raw /storage
  rec btrfs-filesystem-usage-suspended-target-gone btrfs filesystem usage -b /storage
  rec btrfs-device-stats-suspended-target-gone btrfs device stats /storage
  btrfs replace cancel /storage
  rec btrfs-replace-status-suspended-canceled btrfs replace status -1 /storage
  umount /storage
  sync
}

if [ "${2:-}" = resumed ]; then
  after_crash
else
  btrfs version >"$folder/btrfs.version"
  cryptsetup --version >"$folder/cryptsetup.version"
  lsblk --version >"$folder/lsblk.version"
  filefrag -V >"$folder/filefrag.version" 2>&1
  containers
  healthy
  scrubs
  balances
  hot_pull
  one_missing
  silent_corruption
  every_profile
  places
  several_filesystems
  pull_of_plain_disk
  other_errors
  crash_in_replace
fi
