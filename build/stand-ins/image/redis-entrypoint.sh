#!/bin/sh
# A Redis that others can reach: without a configuration Debian's answers only the loopback.
set -e
[ "${1#-}" = "$1" ] || set -- redis-server "$@"
if [ "$1" = redis-server ]; then
  shift
  set -- redis-server --protected-mode no "$@"
  [ "$(id -u)" = 0 ] && set -- setpriv --reuid=redis --regid=redis --init-groups "$@"
fi
exec "$@"
