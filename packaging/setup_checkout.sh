#!/usr/bin/env bash
# Makes .venv from a bare clone on Debian or Ubuntu: system libraries, virtual environment, packages.
# As root it installs what is missing; otherwise it prints the one line that does.
# What only some tests stage their faults with is installed where that can be done: without it they skip.
# With the word `freeze` it asks for what the frozen app takes along too: the libraries of a real screen
# and PyInstaller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# Qt's libraries, each with the Debian package that holds it.
LIBRARIES="
libEGL.so.1          libegl1
libGL.so.1           libgl1
libxkbcommon.so.0    libxkbcommon0
libdbus-1.so.3       libdbus-1-3
libfontconfig.so.1   libfontconfig1
libglib-2.0.so.0     libglib2.0-0
libgthread-2.0.so.0  libglib2.0-0
"

[ "${1:-}" != freeze ] || LIBRARIES+="
libX11-xcb.so.1          libx11-xcb1
libxcb-cursor.so.0       libxcb-cursor0
libxcb-icccm.so.4        libxcb-icccm4
libxcb-image.so.0        libxcb-image0
libxcb-keysyms.so.1      libxcb-keysyms1
libxcb-randr.so.0        libxcb-randr0
libxcb-render-util.so.0  libxcb-render-util0
libxcb-shape.so.0        libxcb-shape0
libxcb-xkb.so.1          libxcb-xkb1
libxkbcommon-x11.so.0    libxkbcommon-x11-0
"
EXTRAS=${1:+dev,$1}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

missing_packages() {
  local python=$1 known name package
  known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
  if [ -z "$python" ]; then
    echo python3
    echo python3-venv
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    case $("$python" -c 'import sys; print(sys.executable)') in
      /usr/bin/*) "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])' ;;
    esac
  fi
  while read -r name package; do
    [ -z "$name" ] || grep -qF "$name" <<<"$known" || echo "$package"
  done <<<"$LIBRARIES"
  [ -n "$(find /usr/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null)" ] || echo fonts-dejavu-core
  command -v strace >/dev/null || echo strace
  command -v unshare >/dev/null || echo util-linux
}

# Programs that tests stage faults with, each with its Debian package: a hardware token of software,
# wrong clocks, sticks of other file systems.
FOR_TESTS="
softhsm2-util     softhsm2
faketime          faketime
mkfs.exfat        exfatprogs
mount.exfat-fuse  exfat-fuse
mkfs.vfat         dosfstools
mcopy             mtools
"

install_for_tests() {
  local name package packages=
  while read -r name package; do
    [ -z "$name" ] || PATH="$PATH:/sbin:/usr/sbin" command -v "$name" >/dev/null || packages+=" $package"
  done <<<"$FOR_TESTS"
  [ -n "$packages" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "a few tests skip, by name, until this line was typed:"
    say "  sudo apt-get install -y --no-install-recommends$packages"
    return
  fi
  say "installing for tests:$packages"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word for each package
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; } >&2 ||
    say "not installed; the tests that need them skip by name"
}

install_missing() {
  local packages
  packages=$(missing_packages "$1" | sort -u | tr '\n' ' ')
  packages=${packages% }
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "not a Debian or Ubuntu system; these Debian packages (or their like) are missing: $packages"
  elif [ "$(id -u)" = 0 ]; then
    say "installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # one word for each package
    apt-get install -y -qq --no-install-recommends $packages >&2
  else
    say "missing system packages. Run this line, then run make again:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $packages"
    exit 1
  fi
}

install_missing "$(find_python)"
[ "${1:-}" = freeze ] || install_for_tests
python=$(find_python)
if [ -z "$python" ]; then
  say "Python 3.11 or newer is needed and none was found. Install one, or name it: make PYTHON=/path/to/python3.12"
  exit 1
fi
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  say "making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv || {
    say "$python cannot make a virtual environment; install its venv module (Debian: python3-venv)"
    exit 1
  }
fi
say "installing the packages of constraints.txt (about 1.6 GB once unpacked; some minutes the first time)"
.venv/bin/python -m pip install --disable-pip-version-check ${CI:+--quiet} \
  -c constraints.txt -e ".[${EXTRAS:-dev}]"
touch .venv/ready
