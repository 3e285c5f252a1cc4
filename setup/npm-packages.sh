#!/bin/sh
# npm-packages.sh ROOT: installs the npm packages of package-lock.json, Node 24 among them. Says what and why first. Exit 69 if it cannot.
set -u
root=$(cd "$1" && pwd -P) || exit
. "$root/setup/ready.sh"

say() {
  printf 'raidlab: %s\n' "$*" >&2
}

platform=$(uname -sm)
if [ "$platform" != 'Linux x86_64' ]; then
  say "this is $platform; raidlab runs on Linux on amd64 (Debian 12 or newer)."
  exit 69
fi
if ! command -v npm >/dev/null; then
  say 'npm is not installed; raidlab needs it once, to fetch its packages and its own Node 24.'
  say 'Install it, then type the same command again:  apt-get install --no-install-recommends nodejs npm'
  exit 69
fi

# Two runs in a fresh checkout must not install over each other: the second waits here and then finds the work done.
exec 9<"$root/package.json"
flock 9
npm_packages_ready && exit 0

# npm follows the link and empties what is behind it: another checkout's packages.
if [ -L "$root/node_modules" ]; then
  say "$root/node_modules is a symbolic link, and the packages behind it are not those of package-lock.json; npm ci would empty what it leads to."
  say "Remove the link, then type the same command again:  rm $root/node_modules"
  exit 69
fi

if ! [ -d "$root/node_modules" ]; then
  reason='first run in this checkout; about 400 MB'
elif ! [ -f "$root/node_modules/.package-lock.json" ]; then
  reason='an earlier installation did not finish'
else
  reason='package-lock.json has changed'
fi
say "installing npm packages with \`npm ci\` into $root/node_modules ($reason)"

log=$(mktemp) || exit 69
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
# No package of ours needs an install script, so none may run one.
if ! (cd "$root" && exec npm ci --include=dev --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error 9<&-) >"$log" 2>&1; then
  say '`npm ci` failed. It said:'
  head -n 25 "$log" | sed "s/^/  /" >&2
  say 'Mend that (is the registry reachable? is the disk full?), then type the same command again.'
  exit 69
fi
if ! npm_packages_ready; then
  say "\`npm ci\` ended well, but $node is not there. Remove $root/node_modules and type the same command again."
  exit 69
fi
say 'npm packages are ready'
