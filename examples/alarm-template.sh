#!/bin/sh
# Says what is wrong with a btrfs array, and exits 1; says nothing, and exits 0, when all is well. Run it as root, by a timer or from
# your monitoring: `alarm-template.sh MOUNT_POINT`.
#
# `raidlab drill --alarm './alarm-template.sh /storage'` shows whether, and when, it would have told you.

mount_point=${1:-/storage}
# A scrub that is older than this, or did not end, is none. Days.
oldest_scrub=35

findings=0
ring() {
  echo "$mount_point: $*"
  findings=1
}

# An array that lost a disk does not mount at a boot, and `nofail` lets the boot go on without it.
findmnt --types btrfs --mountpoint "$mount_point" > /dev/null || {
  ring 'it is not mounted'
  exit 1
}

# The only sign of a disk that was pulled below dm-crypt: the mapping stays, every write succeeds.
counted=$(btrfs device stats "$mount_point" | awk '$2 != 0 { printf " %s %s", $1, $2 }') || ring 'its error counters cannot be read'
[ -z "$counted" ] || ring "errors were counted:$counted"

# Mounted with `degraded`, a member may be missing. /dev/mapper names one whose disk is gone.
shown=$(btrfs filesystem show "$mount_point" 2>&1) || ring 'its members cannot be listed'
case $shown in *[Mm]issing* | *MISSING*) ring 'a member is missing' ;; esac
for device in $(printf '%s\n' "$shown" | awk '$1 == "devid" && $NF ~ "^/dev/mapper/" { print $NF }'); do
  cryptsetup status "$device" 2> /dev/null | grep --quiet '^  device:  (null)' && ring "the disk below $device is gone"
done

case ,$(findmnt --noheadings --output OPTIONS --mountpoint "$mount_point"), in
  *,ro,*) ring 'it is read-only' ;;
  *,degraded,*) ring 'it is mounted degraded: what is written may have one copy' ;;
esac

# Chunks of more than one profile: what was written without a disk has one copy, and neither replace nor scrub mends that.
mixed=$(btrfs filesystem df "$mount_point" | awk -F '[,:]' '$1 != "GlobalReserve" && seen[$1]++ { print $1 }')
[ -z "$mixed" ] || ring "chunks have more than one profile: $(echo "$mixed" | tr '\n' ' ')(btrfs balance start -dconvert=…,soft -mconvert=…,soft)"

# Of an array that is younger there need be no scrub.
days_since() { echo $((($(date +%s) - $1) / 86400)); }
born=$(stat --format %W "$mount_point")
scrubbed=$(btrfs scrub status "$mount_point" | sed -n 's/^Scrub started: *//p')
if [ -n "$scrubbed" ]; then
  age=$(days_since "$(date --date "$scrubbed" +%s)")
  [ "$age" -le "$oldest_scrub" ] || ring "the last scrub was $age days ago"
elif [ "$born" -gt 0 ] && [ "$(days_since "$born")" -gt "$oldest_scrub" ]; then
  ring 'it has never been scrubbed'
fi

# Since the last boot, or the last `dmesg --clear`.
logged=$(dmesg | grep --extended-regexp 'BTRFS (error|critical)|BTRFS.*forced readonly|I/O error, dev' | tail -n 1)
[ -z "$logged" ] || ring "the kernel says: $logged"

exit "$findings"
