#!/bin/sh
# Prints the facts of this host's btrfs arrays as one JSON document, for `raidlab audit` on any machine.
#
#     sh collect.sh > facts.json               as root it sees more; what it could not see is in the document
#     sh collect.sh facts.map > facts.json     also keeps which stand-in is what; facts.map is for you alone
#
# It only reads: the files of sysfs, procfs, udev, fstab and crypttab below, and the commands right below. Without root it runs none of
# those that open a disk. It prints no key, salt, digest or token. Serials, UUIDs and names are replaced by stand-ins such as uuid-1.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
umask 077
root=
names=no # yes: labels, mount points, subvolumes and mappings by their own names
map=${1-}

# --- Every command that is run, besides awk, which only rewrites text ---

ask_date() { date +%s; }
ask_user() { id -u; }
ask_btrfs() { btrfs --version; }
ask_cryptsetup() { cryptsetup --version; }
ask_show() { btrfs filesystem show --raw "$1"; }
ask_stats() { btrfs device stats "$1"; }
ask_usage() { btrfs filesystem usage -b "$1"; }
ask_subvolumes() { btrfs subvolume list "$1"; }
ask_snapshots() { btrfs subvolume list -s "$1"; }
ask_super() { btrfs inspect-internal dump-super "$1"; }
ask_header() { cryptsetup luksDump "$1"; }

# --- Facts, before they are written: one line for each value ---

fact() { printf 'fact %s\n' "$1"; }
# put KIND FIELD VALUE: a number, a word, an item of a list, mount options; or of a class that has stand-ins: uuid, serial, label, …
put() { [ -z "$3" ] || printf '%s %s %s\n' "$1" "$2" "$3"; }
# unseen WHAT WHY KIND FIELD VALUE: what could not be seen, of which filesystem or device
unseen() {
  fact unseen
  printf 'text what %s\n' "$1"
  put word because "$2"
  put "$3" "$4" "$5"
}
# first FILE: its first line, in $line; false when there is none
first() {
  line=
  { [ -r "$root$1" ] && IFS= read -r line <"$root$1"; } 2>/dev/null
  [ -n "$line" ]
}
# look WHAT KIND FIELD VALUE FUNCTION ARGUMENT: runs one of the commands; its output is in $said
look() {
  if [ "$user" != 0 ]; then
    because=not-root
  elif ! command -v "${1%% *}" >/dev/null; then
    because=no-program
  elif said=$("$5" "$6" 2>/dev/null); then
    return 0
  else
    because=failed
  fi
  unseen "$1" "$because" "$2" "$3" "$4"
  return 1
}
# of TABLE KEY: its value, in $value; a table is ' key=value key=value '
of() {
  case $1 in *" $2="*) value=${1#*" $2="} value=${value%% *} ;; *) value= ;; esac
  [ -n "$value" ]
}
# named DEVICE: the kernel's name of a device in /dev, in $value
named() {
  case $1 in
    /dev/*/*) of "$aliases" "$1" ;;
    /dev/*) value=${1#/dev/} ;;
    *) value= ;;
  esac
  [ -n "$value" ]
}

# --- What the commands print, as facts ---

read_members='
function known(path) { return path in alias ? alias[path] : path ~ "^/dev/[^/]*$" ? substr(path, 6) : "" }
/^alias / { alias[$2] = $3; next }
/^said / { part = $2; row = 0; next }
/^$/ || /^warning, device [0-9]+ is missing$/ { next }
part == "show" && ++row == 1 { if (!/^Label: / || $NF != fsid) unknown = 1; next }
part == "show" && row == 2 { if (!/^\tTotal devices [0-9]+ FS bytes used [0-9]+$/) unknown = 1; next }
part == "show" && /^\tdevid +[0-9]+ size [0-9]+ used [0-9]+ path / {
  missing = $NF == "MISSING"
  if ($2 == 0 && missing) next
  devid[++members] = $2
  if (missing) gone[members] = 1
  else { size[members] = $4; used[members] = $6; device[members] = known($8); at[$8] = $2 }
  next
}
part == "stats" && /^\[[^ ]*\]\.[a-z]+_(io_)?errs +[0-9]+$/ {
  end = index($0, "].")
  path = substr($0, 2, end - 2)
  name = substr($0, end + 2); sub(/_.*/, "", name)
  number = path ~ /^devid:/ ? substr(path, 7) : at[path]
  if (number == "") unknown = 1
  else errors[number, name] = $NF
  next
}
{ unknown = 1 }
END {
  for (m = 1; m <= members; m++) {
    print "fact member\nuuid filesystem " fsid "\nnumber devid " devid[m]
    if (gone[m]) print "flag missing"
    else print "word device " device[m] "\nnumber sizeBytes " size[m] "\nnumber allocatedBytes " used[m]
    split("write read flush corruption generation", counter, " ")
    for (c = 1; c <= 5; c++)
      if ((devid[m], counter[c]) in errors) print "number " counter[c] "Errors " errors[devid[m], counter[c]]
  }
  if (unknown || !members) print "fact unseen\ntext what btrfs filesystem show --raw\nword because not-understood\nuuid filesystem " fsid
}'

read_usage='
function known(path) { return path in alias ? alias[path] : path ~ "^/dev/[^/]*$" ? substr(path, 6) : "" }
/^alias / { alias[$2] = $3; next }
/^$/ || /^Overall:$/ || /^    [A-Z]/ { next }
/^[A-Za-z+]+,[A-Za-z0-9]+: Size:[0-9]+, Used:[0-9]+ / {
  type = tolower($1); sub(/:$/, "", type)
  profile = type; sub(/,.*/, "", type); sub(/.*,/, "", profile)
  next
}
/^Unallocated:$/ { type = "unallocated"; profile = ""; next }
type != "" && NF == 2 && /^   (missing|\/[^\t]*)\t *-?[0-9]+$/ {
  print "fact placed\nuuid filesystem " fsid "\nword type " type
  if (profile != "") print "word profile " profile
  if ($1 != "missing") print "word device " known($1)
  print "number sizeBytes " ($2 < 0 ? 0 : $2)
  next
}
{ unknown = 1 }
END {
  if (unknown || type != "unallocated")
    print "fact unseen\ntext what btrfs filesystem usage -b\nword because not-understood\nuuid filesystem " fsid
}'

read_super='
/^fsid\t/ { fsid = $2 }
/^csum\t/ { if (/\[match\]$/) ok = 1 }
/^(generation|num_devices|nodesize|sectorsize|dev_item\.devid|dev_item\.total_bytes|dev_item\.bytes_used)\t/ { value[$1] = $2 }
/^csum_type\t/ { checksum = $3; gsub(/[()]/, "", checksum) }
END {
  if (fsid == "" || value["dev_item.devid"] == "") {
    print "fact unseen\ntext what btrfs inspect-internal dump-super\nword because not-understood\nword device " device
    exit
  }
  print "fact super\nword device " device "\nuuid filesystem " fsid "\nnumber devid " value["dev_item.devid"]
  print "number generation " value["generation"] "\nnumber deviceCount " value["num_devices"]
  print "number sizeBytes " value["dev_item.total_bytes"] "\nnumber allocatedBytes " value["dev_item.bytes_used"]
  print "number nodeSize " value["nodesize"] "\nnumber sectorSize " value["sectorsize"] "\nword checksum " checksum
  if (!ok) print "flag damaged"
}'

read_header='
/^Version: / { version = $2 }
/^Cipher name: / { cipher = $3 }
/^Cipher mode: / { cipher = cipher "-" $3 }
/^Payload offset:/ { offset = $NF * 512; sector = 512 }
/^MK bits: / { bits = $3 }
/^Key Slot [0-7]: ENABLED$/ { slots++ }
/^Flags: / { for (f = 2; f <= NF; f++) if ($f ~ /^[a-z-]+$/) flags = flags "\nitem flags " $f }
/^Requirements:/ { for (f = 2; f <= NF; f++) if ($f ~ /^[a-z0-9-]+$/) flags = flags "\nitem requirements " $f }
/^[A-Z].*:$/ { part = $1 }
part == "Data" && /^  [0-9]+: / { segments++; if ($2 != "crypt") kind = $2 }
part == "Data" && /^\toffset: / && offset == "" { offset = $2 }
part == "Data" && /^\tcipher: / { cipher = $2 }
part == "Data" && /^\tsector: / { sector = $2 }
part == "Data" && /^\tintegrity: / { integrity = $2 }
part == "Keyslots:" && /^  [0-9]+: / { slots++ }
part == "Keyslots:" && /^\tKey: / { bits = $2 }
part == "Keyslots:" && /^\tPBKDF: / { kdf = $2 }
END {
  if (version == "" || offset == "") {
    print "fact unseen\ntext what cryptsetup luksDump\nword because not-understood\nword device " device
    exit
  }
  print "fact luks\nword device " device "\nnumber version " version "\nnumber offsetBytes " sprintf("%.0f", offset)
  print "number sectorBytes " sector "\nword cipher " cipher "\nnumber keyBits " bits "\nnumber keyslots " slots + 0
  if (kdf != "") print "word kdf " kdf
  if (integrity != "") print "word integrity " integrity
  if (segments > 1 || kind != "") print "flag unusual"
  print "text done" flags
}'

read_scrub='
NR == 1 { if ($0 != "scrub status:1") unknown = 1; next }
{
  split($0, part, "|")
  devid = part[1]; sub(/^.*:/, "", devid)
  split("", value)
  for (p = 2; p in part; p++) { split(part[p], pair, ":"); value[pair[1]] = pair[2] }
  if (!("t_start" in value)) { unknown = 1; next }
  age = int((now - value["t_start"]) / 86400)
  print "fact scrub\nuuid filesystem " fsid "\nnumber devid " devid "\nnumber daysAgo " (age < 0 ? 0 : age)
  if (value["finished"] == 1 && value["canceled"] == 0) print "flag finished"
  print "number found " value["read_errors"] + value["csum_errors"] + value["verify_errors"] + value["super_errors"]
  print "number uncorrectable " value["uncorrectable_errors"] + 0 "\nnumber withoutChecksum " value["no_csum"] + 0
}
END { if (unknown) print "fact unseen\ntext what /var/lib/btrfs/scrub.status.*\nword because not-understood\nuuid filesystem " fsid }'

# --- The document: values are checked and escaped, what identifies is replaced ---

write_facts='
BEGIN {
  for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i
  h = "[0-9a-f]"; h4 = h h h h; uuid = h4 h4 "-" h4 "-" h4 "-" h4 "-" h4 h4 h4
  options = "^(acl|auto|autodefrag|barrier|clear_cache|compress(-force)?(=[a-z]+(:[0-9]+)?)?|commit=[0-9]+|datacow|datasum|defaults" \
    "|degraded|discard(=a?sync)?|exec|flushoncommit|force|header|initramfs|key-slot|keyfile-offset|keyfile-size|keyscript|lazytime|luks" \
    "|nett|no-read-workqueue|no-write-workqueue|noacl|noatime|noauto|nobarrier|nodatacow|nodatasum|nodev|nodiratime|nodiscard|noearly" \
    "|noexec|nofail|nospace_cache|nossd|nosuid|nouser|plain|readonly|relatime|rescue=[a-z:]+|ro|rw|same-cpu-crypt|skip_balance|space_cache" \
    "(=v[12])?|ssd(_spread)?|strictatime|submit-from-crypt-cpus|subvol|subvolid|swap|timeout|tmp|tpm2-device|tries|usebackuproot|user" \
    "|user_subvol_rm_allowed|users|x-initrd\\.(attach|mount)|x-systemd\\.[a-z-]+|_netdev|device=[a-z-]+)$"
  if (map != "") while ((getline line < map) > 0) {
    at = index(line, " "); given = substr(line, 1, at - 1); class = given; sub(/-[0-9]+$/, "", class)
    number = substr(given, length(class) + 2) + 0
    if (at == 0 || number == 0) continue
    stand[class, substr(line, at + 1)] = given; marks[++kept] = line
    if (number > last[class]) last[class] = number
  }
}
function mark(class, value) {
  if (!((class, value) in stand)) {
    stand[class, value] = class "-" ++last[class]; marks[++kept] = stand[class, value] " " value
  }
  return stand[class, value]
}
# A text as JSON, in ASCII: nothing in it acts on a terminal. What is no UTF-8 becomes U+FFFD.
function escape(text,   out, i, n, c, more, point) {
  out = ""; n = length(text)
  for (i = 1; i <= n; i++) {
    c = code[substr(text, i, 1)]
    if (c >= 32 && c < 127 && c != 34 && c != 35 && c != 92) { out = out substr(text, i, 1); continue }
    more = c < 194 ? 0 : c < 224 ? 1 : c < 240 ? 2 : c < 245 ? 3 : 0
    point = c < 128 ? c : more == 0 ? 65533 : c % (more == 1 ? 32 : more == 2 ? 16 : 8)
    for (; more > 0; more--) {
      c = code[substr(text, i + 1, 1)]
      if (c < 128 || c > 191) { point = 65533; break }
      point = point * 64 + c % 64; i++
    }
    if (point > 1114111 || (point >= 55296 && point < 57344)) point = 65533
    if (point < 65536) out = out sprintf("\\u%04x", point)
    else out = out sprintf("\\u%04x\\u%04x", 55296 + int((point - 65536) / 1024), 56320 + point % 1024)
  }
  return "\"" out "\""
}
# A name as it is, but for the UUIDs and serials in it.
function clean(text,   out, low, s) {
  out = ""
  while (match(low = tolower(text), uuid)) {
    out = out substr(text, 1, RSTART - 1) mark("uuid", substr(low, RSTART, RLENGTH)); text = substr(text, RSTART + RLENGTH)
  }
  text = out text
  for (s = 1; s <= serials; s++) while (length(serial[s]) > 3 && (RSTART = index(text, serial[s])))
    text = substr(text, 1, RSTART - 1) mark("serial", serial[s]) substr(text, RSTART + length(serial[s]))
  return text
}
function field(name, json) { row = row ",\"" name "\":" json }
function item(name, json) { if (!(name in list)) order[++lists] = name; list[name] = list[name] (list[name] == "" ? "" : ",") json }
function flush(   l) {
  for (l = 1; l <= lists; l++) field(order[l], "[" list[order[l]] "]")
  if (others) field("otherOptions", others)
  if (row != "") printf "%s\n  {%s}", (facts++ ? "," : ""), row
  row = ""; lists = 0; others = 0; split("", list)
}
{ kind[NR] = $1; name[NR] = $2; value[NR] = substr($0, length($1) + length($2) + 3) }
$1 == "serial" && !(value[NR] in seen) { seen[value[NR]] = 1; serial[++serials] = value[NR] }
END {
  printf "{\n \"v\": 1,\n \"names\": %s,\n \"facts\": [", (names == "yes" ? "true" : "false")
  for (r = 1; r <= NR; r++) {
    k = kind[r]; n = name[r]; v = value[r]
    if (k == "fact") { flush(); row = "\"is\":\"" n "\"" }
    else if (k == "flag") field(n, "true")
    else if (k == "number") { sub(/^0+/, "", v); if (v == "") v = "0"; if (v ~ /^[0-9]+$/ && v + 0 <= 9007199254740991) field(n, v) }
    else if (k == "word") { if (v ~ /^[A-Za-z0-9_.:+!-]+$/ && length(v) <= 64) field(n, escape(v)) }
    else if (k == "item") { if (v ~ /^[A-Za-z0-9_.:-]+$/ && length(v) <= 64) item(n, escape(v)) }
    else if (k == "text") { if (n != "done") field(n, escape(v)) }
    else if (k == "options") {
      count = split(v, option, ",")
      for (o = 1; o <= count; o++) {
        v = option[o]
        if (v ~ /^subvol=\/?$/) continue
        if (v ~ /^subvol=/) { sub(/^subvol=\/?/, "", v); item("subvolumes", escape(names == "yes" ? clean(v) : mark("subvolume", v))); continue }
        if (v ~ /^device=/) v = v ~ "^device=/dev/[^/]*$" ? "device=kernel-name" : "device=link"
        if (v !~ options) sub(/=.*/, "", v)
        if (v ~ options) item(n, escape(v)); else others++
      }
    }
    else if (k == "uuid") { v = tolower(v); field(n, escape(mark(k, v))) }
    else if (k == "serial" || names != "yes") field(n, escape(mark(k, v)))
    else field(n, escape(clean(v)))
  }
  flush()
  print "\n ]\n}"
  if (map != "") { for (m = 1; m <= kept; m++) print marks[m] > map; close(map) }
}'

# --- What is read ---

tell_host() {
  fact host
  first /proc/sys/kernel/osrelease
  kernel=${line%%[!0-9.]*}
  case $line in "$kernel"-rc[0-9]*) line=${line#"$kernel"-rc} kernel=$kernel-rc${line%%[!0-9]*} ;; esac
  # Debian names its kernels by something else than their version.
  first /proc/version
  case $line in *' Debian '[0-9]*) kernel=${line##* Debian } kernel=${kernel%%[!0-9.]*} ;; esac
  put word kernel "$kernel"
  command -v btrfs >/dev/null && said=$(ask_btrfs 2>/dev/null) && said=${said#*v} && put word btrfsProgs "${said%%[!0-9.]*}"
  command -v cryptsetup >/dev/null && said=$(ask_cryptsetup 2>/dev/null) && said=${said#* } && put word cryptsetup "${said%%[!0-9.]*}"
  [ "$user" != 0 ] || printf 'flag root\n'
  [ -d "$root/run/udev/data" ] || unseen /run/udev/data not-there word device all
}

# What udev's database says of a device, in variables.
read_udev() {
  content='' version='' fsid='' serial='' long='' bus='' links=''
  [ -r "$root/run/udev/data/b$1" ] || return 0
  while IFS= read -r line; do
    case $line in
      E:ID_FS_TYPE=*) content=${line#*=} ;;
      E:ID_FS_VERSION=*) version=${line#*=} ;;
      E:ID_FS_UUID=*) fsid=${line#*=} ;;
      E:ID_SERIAL_SHORT=*) serial=${line#*=} ;;
      E:ID_SERIAL=*) long=${line#*=} ;;
      E:ID_BUS=*) bus=${line#*=} ;;
      S:*[!A-Za-z0-9#+.:=@_/-]*) ;;
      S:*) links="$links /dev/${line#S:}" ;;
    esac
  done <"$root/run/udev/data/b$1"
  serial=${serial:-$long}
}

# Finds the members of mounted arrays, the names of all devices, and which of them belong to arrays.
find_devices() {
  for entry in "$root"/sys/fs/btrfs/*-*-*-*-*/devices/*; do
    [ -e "$entry" ] || [ -h "$entry" ] || continue
    fsid=${entry%/devices/*}
    owners="$owners${entry##*/}=${fsid##*/} "
  done
  for entry in "$root"/sys/class/block/*; do
    device=${entry##*/}
    case $device in *[!A-Za-z0-9._!-]*) continue ;; esac
    first "/sys/class/block/$device/size" && [ "$line" != 0 ] || continue
    # One without a number is no device of its own: the path to an NVMe disk.
    first "/sys/class/block/$device/dev" || continue
    read_udev "$line"
    for link in $links; do aliases="$aliases$link=$device "; done
    if first "/sys/class/block/$device/dm/name"; then
      case $line in *[!A-Za-z0-9#+.:=@_-]*) ;; *) aliases="$aliases/dev/mapper/$line=$device " mappings="$mappings$line=$device " ;; esac
    fi
    set -- "$entry"/holders/*
    if of "$owners" "$device"; then wanted="$wanted $device"
    elif [ "$content" = btrfs ] && [ ! -e "$1" ]; then wanted="$wanted $device"
    elif [ "$content" = crypto_LUKS ] && [ ! -e "$1" ]; then wanted="$wanted $device"
    fi
    [ "$content" != crypto_LUKS ] || [ -z "$fsid" ] || containers="$containers$fsid=$device "
  done
}

# Tells a device and what it is on, down to the disk.
tell_device() {
  case " $told" in *" $1 "*) return 0 ;; esac
  told="$told$1 "
  sys=/sys/class/block/$1
  links='' content='' serial='' fsid='' version='' bus=''
  first "$sys/dev" && read_udev "$line"
  fact device
  put word name "$1"
  first "$sys/size" && put number sizeBytes "$((line * 512))"
  kind=disk on=''
  case $1 in md*) kind=md ;; loop*) kind=loop ;; nvme*) bus=nvme ;; vd*) bus=virtio ;; dm-*) kind=mapping ;; esac
  if [ -e "$root$sys/partition" ]; then
    kind=partition
    on=$(cd -P "$root$sys/.." && pwd -P) && on=${on##*/}
  fi
  for entry in "$root$sys"/slaves/*; do [ ! -e "$entry" ] || on="$on ${entry##*/}"; done
  put word kind "$kind"
  for lower in $on; do put item on "$lower"; done
  first "$sys/queue/logical_block_size" && put number logicalBlockBytes "$line"
  first "$sys/queue/physical_block_size" && put number physicalBlockBytes "$line"
  first "$sys/queue/discard_max_bytes" && [ "$line" != 0 ] && printf 'flag discards\n'
  first "$sys/queue/rotational" && [ "$line" = 1 ] && printf 'flag rotational\n'
  put word content "$content"
  if of "$owners" "$1"; then put uuid filesystem "$value"; elif [ "$content" = btrfs ]; then put uuid filesystem "$fsid"; fi
  [ "$content" != crypto_LUKS ] || { put uuid luks "$fsid"; put number luksVersion "$version"; }
  if [ "$kind" = disk ]; then
    put word bus "$bus"
    [ -n "$serial" ] || { first "$sys/serial" && serial=$line; }
    put serial serial "$serial"
    for link in $links; do
      link=${link#/dev/disk/by-id/}
      case $link in */* | wwn-* | *[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]_*) continue ;; esac
      [ -n "$serial" ] && [ "${link%"$serial"}" != "$link" ] && put word linkBefore "${link%"$serial"}" && break
    done
  fi
  tell_mapping "$1" "$sys"
  for lower in $on; do tell_device "$lower"; done
}

tell_mapping() {
  first "$2/dm/uuid" || return 0
  case $line in
    CRYPT-LUKS[12]-*)
      container=${line#CRYPT-LUKS?-} container=${container%%-*}
      put word layer "${line%"${line#CRYPT-LUKS?}"}"
      tail=${container#????????} tail2=${tail#????} tail3=${tail2#????} tail4=${tail3#????}
      put uuid luks "${container%"$tail"}-${tail%"$tail2"}-${tail2%"$tail3"}-${tail3%"$tail4"}-$tail4"
      ;;
    *) put word layer "${line%%-*}" ;;
  esac
  first "$2/dm/name" && put mapping mapping "$line"
}

# Tells the mounts of btrfs, and remembers one for each filesystem.
tell_mounts() {
  while read -r _ _ _ _ at own rest; do
    rest=" $rest"
    case $rest in *' - btrfs '*) rest=${rest#* - btrfs } ;; *) continue ;; esac
    named "$(printf '%b' "${rest%% *}")" && of "$owners" "$value" || continue
    case $points in *" $value="*) ;; *) points="$points$value=$at " ;; esac
    fact mount
    put uuid filesystem "$value"
    put mount at "$at"
    [ "$at" != / ] || printf 'flag isRoot\n'
    put options options "$own,${rest#* }"
  done <"$root/proc/self/mountinfo"
}

tell_filesystem() {
  dir=/sys/fs/btrfs/$1
  fact filesystem
  put uuid uuid "$1"
  first "$dir/label" && put label label "$line"
  first "$dir/nodesize" && put number nodeSize "$line"
  first "$dir/sectorsize" && put number sectorSize "$line"
  first "$dir/checksum" && put word checksum "${line%% *}"
  first "$dir/exclusive_operation" && [ "$line" != none ] && put word working "$(printf %s "$line" | awk '{ gsub(/ /, "-"); print }')"
  [ ! -d "$root$dir/qgroups" ] || printf 'flag quota\n'
  printf 'flag mounted\n'
  for entry in "$root$dir"/features/*; do first "$dir/features/${entry##*/}" && [ "$line" = 1 ] && put item features "${entry##*/}"; done
  for entry in "$root$dir"/allocation/*/*/total_bytes; do
    entry=${entry#"$root"}
    first "$entry" && [ "$line" != 0 ] || continue
    fact chunks
    put uuid filesystem "$1"
    put number sizeBytes "$line"
    first "${entry%total_bytes}used_bytes" && put number usedBytes "$line"
    entry=${entry#"$dir/allocation/"} entry=${entry%/total_bytes}
    put word type "${entry%%/*}"
    put word profile "${entry#*/}"
  done
  of "$points" "$1" && point=$(printf '%b.' "$value") && point=${point%.} || point=
  tell_members "$1"
  tell_scrub "$1"
  if [ -z "$point" ]; then unseen /proc/self/mountinfo not-there uuid filesystem "$1"; return 0; fi
  if look 'btrfs filesystem usage -b' uuid filesystem "$1" ask_usage "$point"; then
    { tell_aliases; printf '%s\n' "$said"; } | awk -v fsid="$1" "$read_usage"
  fi
  if look 'btrfs subvolume list' uuid filesystem "$1" ask_subvolumes "$point"; then
    fact subvolumes
    put uuid filesystem "$1"
    printf '%s\n' "$said" | awk 'NF { n++ } END { print "number count " n + 0 }'
    said=$(ask_snapshots "$point" 2>/dev/null) && printf '%s\n' "$said" | awk 'NF { n++ } END { print "number snapshots " n + 0 }'
  fi
}

tell_aliases() { for pair in $aliases; do printf 'alias %s %s\n' "${pair%=*}" "${pair##*=}"; done; }

tell_members() {
  if [ -n "$point" ] && look 'btrfs filesystem show --raw' uuid filesystem "$1" ask_show "$point"; then
    shown=$said
    look 'btrfs device stats' uuid filesystem "$1" ask_stats "$point" || said=
    { tell_aliases; printf 'said show\n%s\nsaid stats\n%s\n' "$shown" "$said"; } | awk -v fsid="$1" "$read_members"
    return 0
  fi
  counted=yes
  for entry in "$root/sys/fs/btrfs/$1/devinfo"/*; do
    [ -d "$entry" ] || { unseen '/sys/fs/btrfs/*/devinfo' not-there uuid filesystem "$1"; return 0; }
    fact member
    put uuid filesystem "$1"
    put number devid "${entry##*/}"
    first "${entry#"$root"}/missing" && [ "$line" = 1 ] && printf 'flag missing\n'
    { [ -r "$entry/error_stats" ] || { counted=no; continue; }; } 2>/dev/null
    while read -r name number; do
      case $name in write_errs | read_errs | flush_errs | corruption_errs | generation_errs) put number "${name%_errs}Errors" "$number" ;; esac
    done <"$entry/error_stats"
  done
  [ "$counted" = yes ] || unseen 'btrfs device stats' not-root uuid filesystem "$1"
}

tell_scrub() {
  record=/var/lib/btrfs/scrub.status.$1
  if [ ! -e "$root$record" ]; then
    fact noscrub
    put uuid filesystem "$1"
  elif [ -r "$root$record" ]; then
    awk -v fsid="$1" -v now="$now" "$read_scrub" "$root$record"
  else
    unseen '/var/lib/btrfs/scrub.status.*' not-root uuid filesystem "$1"
  fi
}

# by SOURCE: how a table names a device: uuid, label, mapping, kernel-name, …; the device itself in $value
by() {
  value=
  source=${1#\"} source=${source%\"}
  case $source in
    UUID=*) by=uuid ;;
    LABEL=*) by=label ;;
    PARTUUID=* | PARTLABEL=*) by=partition ;;
    /dev/mapper/*) by=mapping ;;
    /dev/disk/*) by='link' ;;
    /dev/*/*) by=other ;;
    /dev/dm-* | /dev/md*) by=other ;;
    /dev/*) by='kernel-name' ;;
    *) by=other ;;
  esac
  named "$source" || of "$aliases" "/dev/disk/by-partuuid/${source#PARTUUID=}"
}

tell_fstab() {
  [ -r "$root/etc/fstab" ] || { [ ! -e "$root/etc/fstab" ] || unseen /etc/fstab not-root word device all; return 0; }
  while read -r spec at type opts _; do
    case $spec in '' | '#'*) continue ;; esac
    [ "$type" = btrfs ] || continue
    by "$spec"
    fact fstab
    put word by "$by"
    case $by in
      uuid) source=${source#UUID=} && put uuid filesystem "$source" ;;
      label) put label label "${source#LABEL=}" ;;
      *) [ -n "$value" ] && put word device "$value" && of "$owners" "$value" && put uuid filesystem "$value" ;;
    esac
    put mount at "$at"
    [ "$at" != / ] || printf 'flag isRoot\n'
    put options options "$opts"
  done <"$root/etc/fstab"
}

tell_crypttab() {
  [ -r "$root/etc/crypttab" ] || { [ ! -e "$root/etc/crypttab" ] || unseen /etc/crypttab not-root word device all; return 0; }
  while read -r name spec key opts; do
    case $name in '' | '#'*) continue ;; esac
    # Of mappings that are open, those below an array; of others, those of containers.
    by "$spec"
    container=$value
    [ "$by" != uuid ] || { of "$containers" "${source#UUID=}" && container=$value; }
    if of "$mappings" "$name"; then
      open=$value
      case " $told" in *" $open "*) ;; *) continue ;; esac
    else
      open=
      case ",$opts," in *,swap,* | *,tmp,* | *,plain,*) continue ;; esac
      case " $told" in *" ${container:-?} "*) ;; *) [ "$by" != mapping ] || continue ;; esac
    fi
    fact crypttab
    put mapping mapping "$name"
    put word device "$open"
    put word by "$by"
    put word container "$container"
    [ "$by" != uuid ] || put uuid luks "${source#UUID=}"
    case $key in '' | none | -) put word key none ;; /dev/*) put word key device ;; /*) put word key file ;; *) put word key other ;; esac
    put options options "$opts"
  done <"$root/etc/crypttab"
}

# The members' super blocks and the containers' headers, by root.
tell_contents() {
  for device in $told; do
    first "/sys/class/block/$device/dev" || continue
    read_udev "$line"
    if of "$owners" "$device" || [ "$content" = btrfs ]; then
      look 'btrfs inspect-internal dump-super' word device "$device" ask_super "/dev/$device" &&
        printf '%s\n' "$said" | awk -v device="$device" "$read_super"
    elif [ "$content" = crypto_LUKS ]; then
      look 'cryptsetup luksDump' word device "$device" ask_header "/dev/$device" &&
        printf '%s\n' "$said" | awk -v device="$device" "$read_header"
    fi
  done
}

owners=' ' aliases=' ' mappings=' ' points=' ' containers=' ' wanted='' told=''
user=$(ask_user) now=$(ask_date)
{
  tell_host
  find_devices
  for device in $wanted; do tell_device "$device"; done
  tell_mounts
  for entry in "$root"/sys/fs/btrfs/*-*-*-*-*; do [ ! -d "$entry" ] || tell_filesystem "${entry##*/}"; done
  tell_contents
  tell_fstab
  tell_crypttab
} | awk -v names="$names" -v map="$map" "$write_facts"
