#!/bin/sh
# What both ways of building the root file system have in common: our files, and the users that sshd asks for.
set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)
cp -R "$here/files/." "$root/"
chmod 0755 "$root"/slipway/*
mkdir -p "$root/run/sshd" "$root/var/empty" "$root/state" "$root/tmp" "$root/root"
chmod 0755 "$root/run/sshd" "$root/var/empty"
printf '%s\n' 'root:*:0:0:root:/root:/bin/sh' 'sshd:*:74:74:sshd:/run/sshd:/bin/false' \
  'nobody:*:65534:65534:nobody:/:/bin/false' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'sshd:x:74:' 'nogroup:x:65534:' >"$root/etc/group"
printf '%s\n' 'root:*:19000:0:99999:7:::' 'sshd:*:19000:0:99999:7:::' >"$root/etc/shadow"
chmod 0600 "$root/etc/shadow"
