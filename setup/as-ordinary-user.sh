#!/bin/sh
# as-ordinary-user.sh COMMAND…: runs a command in a copy of this checkout as raidlab-test, a user made for it. Root starts it.
# People are not root: this user's home is its own alone (0700), its files are (umask 077), and the paths have blanks and umlauts.
# `userdel --remove raidlab-test` takes all of it away.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/setup/ready.sh"
user=raidlab-test
home='/home/raidlab Prüfer'

if ! id "$user" >/dev/null 2>&1; then
  echo "raidlab: tests run as an ordinary user; making $user for it, at home in $home (userdel --remove $user removes it)" >&2
  useradd --create-home --home-dir "$home" --shell /bin/sh "$user"
fi
# The user may be there already with another home, or with none: the tests use this one, which HOME names below.
install --directory --mode=0700 --owner="$user" --group="$(id -gn "$user")" "$home"

# One at a time, whichever checkout it is of: the copy is made anew for each.
exec 9<"$home"
flock 9
"$node" "$root/setup/host-packages.mjs" "$user"

as_user() {
  setpriv --reuid="$user" --regid="$user" --init-groups env --chdir=/ HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/sh \
    TMPDIR="$home/ein TMPDIR" "$@" 9<&-
}

umask 077
copy="$home/ein Checkout"
# A test may have left the last one so that nothing can be written to it.
as_user sh -c '[ ! -e "$1" ] || chmod -R u+w "$1"; rm -rf "$1" "$TMPDIR" && mkdir "$1" "$TMPDIR"' sh "$copy"
tar --directory="$root" --exclude=./.git --exclude=./raidlab-results --exclude=./.raidlab --create . | as_user tar --directory="$copy" --extract

# What belongs to root's session, and to the npm that runs us.
for name in $(env | sed -n 's/^\(npm_[A-Za-z_]*\|XDG_[A-Z_]*\|NODE_[A-Z_]*\)=.*/\1/p'); do
  case $name in NODE_EXTRA_CA_CERTS) ;; *) unset "$name" ;; esac
done
as_user env --chdir="$copy" PATH="$copy/node_modules/.bin:$PATH" "$@"
