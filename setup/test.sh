#!/bin/sh
# `npm test`: the set-up that ./raidlab does, then every check with the unit tests, then the tests that start machines.
# Those run as an ordinary user, whoever starts this: what root alone has tried is not tried. Root adds a few that need it.
# Started by whichever Node the host has; from the set-up on, `node` is the Node 24 of node_modules/.bin, which npm puts on PATH.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
. "$root/setup/ready.sh"

npm_packages_ready || sh "$root/setup/npm-packages.sh" "$root"
host_packages_ready || "$node" "$root/setup/host-packages.mjs"
command -v chromium >/dev/null || "$node" "$root/setup/host-packages.mjs" --for-tests
PATH=$root/node_modules/.bin:$PATH
export PATH
npm run --silent check
echo
echo 'vm tests'
if [ "$(id -u)" != 0 ]; then
  exec npm run --silent test:vm
fi
sh "$root/setup/as-ordinary-user.sh" npm run --silent test:vm
echo
echo 'vm tests as root'
exec npm run --silent test:root
