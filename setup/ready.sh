# Sourced by raidlab and setup/*.sh with `root` set to the checkout: is the set-up done? No process is started to find out.

node=$root/node_modules/.bin/node
host_stamp=$root/node_modules/.raidlab-host

# mke2fs, depmod and usermod live there; Debian leaves it out of an ordinary user's PATH.
case :$PATH: in
  *:/usr/sbin:*) ;;
  *) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin && export PATH ;;
esac

# npm writes node_modules/.package-lock.json as its last act, so an installation that was cut short or is out of date shows.
npm_packages_ready() {
  [ -x "$node" ] && [ -f "$root/node_modules/.package-lock.json" ] &&
    ! [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]
}

# setup/host-packages.mjs leaves the programs it found in the stamp, one per line. The stamp holds for the user who owns it,
# until a package is installed or removed, the requirements change, or one of the programs has gone.
host_packages_ready() {
  [ -O "$host_stamp" ] && ! [ /var/lib/dpkg/status -nt "$host_stamp" ] && ! [ "$root/setup/requirements.json" -nt "$host_stamp" ] ||
    return 1
  while read -r program; do
    command -v "$program" >/dev/null || return 1
  done <"$host_stamp"
}

# Whether these arguments may start a machine. What only prints must work on a host that has nothing installed.
starts_machine() {
  case ${1-} in
    '' | -* | help | compare | completion | doctor | drills | kernel-log | merge | new | report | results) return 1 ;;
  esac
  for argument; do
    case $argument in
      --) return 0 ;;
      -h | --help | --plan) return 1 ;;
    esac
  done
}
