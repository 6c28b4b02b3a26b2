#!/bin/sh
# Fills DIR with the gateway's root file system from the Debian or Ubuntu packages of this machine's architecture.
# Needs apt-get and dpkg, not root: packages are unpacked, never installed. Only the programs that the gateway runs
# and the libraries that they load are kept.
set -eu
[ $# -eq 1 ] || { echo "usage: rootfs.sh DIR" >&2; exit 2; }
root=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wanted='busybox-static conntrack haproxy nftables openssh-server'
closure=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances $wanted | grep '^[a-z]' | grep -v ':' | sort -u)
packages=$wanted
for name in $closure; do
  case $name in
  libperl* | lib*-perl | libpam-modules* | libpam-runtime | libdebian-installer*) ;;
  lib*) packages="$packages $name" ;;
  esac
done
mkdir "$work/packages" "$work/all"
(cd "$work/packages" && apt-get download -q=2 $packages)
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/all"; done

libraries=$(find "$work/all" -type d -path '*-linux-gnu*' -not -path '*/share/*' | tr '\n' ':')
loader=$(find "$work/all" -name 'ld-linux*.so.*' | head -n 1)
loader_path=$(find "$work/all/lib64" "$work/all/usr/lib64" "$work/all/lib" -maxdepth 1 -name 'ld-linux*.so.*' 2>/dev/null |
  head -n 1)
mkdir -p "$root/bin" "$root/usr/sbin" "$root/usr/lib/openssh" "$root/lib" "$root/lib64"

keep() {
  source=$1 target=$root$2
  mkdir -p "$(dirname "$target")"
  cp -L "$source" "$target"
  "$loader" --library-path "$libraries" --list "$source" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' |
    while read -r library; do cp -Ln "$library" "$root/lib/"; done
}
for program in nft conntrack haproxy sshd; do
  keep "$(find "$work/all" -path "*bin/$program" | head -n 1)" "/usr/sbin/$program"
done
# Newer OpenSSH splits the server into several programs.
find "$work/all/usr/lib/openssh" -name 'sshd-*' 2>/dev/null | while read -r program; do
  keep "$program" "/usr/lib/openssh/$(basename "$program")"
done
case $loader_path in
*/lib64/*) cp -L "$loader" "$root/lib64/$(basename "$loader_path")" ;;
*) cp -L "$loader" "$root/lib/$(basename "$loader")" ;;
esac
cp -L "$(find "$work/all" -path '*bin/busybox' | head -n 1)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list | grep -vx busybox); do ln -sf busybox "$root/bin/$applet"; done
sh "$here/finish.sh" "$root"
