#!/bin/sh
# For packaging: compile.sh FOLDER [amd64|arm64] makes FOLDER/sandbox-ARCH, which the packaged app loads as it is.
set -eu
folder=$1
arch=${2:-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')}
sources=$(dirname "$0")
case $arch in
  amd64) compilers='musl-gcc x86_64-linux-musl-gcc x86_64-linux-gnu-gcc gcc' ;;
  arm64) compilers='aarch64-linux-musl-gcc aarch64-linux-gnu-gcc' ;;
  *) echo "no compiler is known for $arch" >&2; exit 2 ;;
esac
[ "$arch" = arm64 ] && [ "$(uname -m)" = aarch64 ] && compilers="musl-gcc $compilers gcc"
mkdir -p "$folder"
for compiler in $compilers; do
  command -v "$compiler" >/dev/null || continue
  "$compiler" -static -Os -s -o "$folder/sandbox-$arch" "$sources"/*.c && exit 0
done
echo "no C compiler for $arch: apt-get install musl-tools, or gcc-aarch64-linux-gnu libc6-dev-arm64-cross for arm64" >&2
exit 1
