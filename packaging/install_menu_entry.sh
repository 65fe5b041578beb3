#!/bin/sh
# Puts Haversack into the menu of this account, from wherever the folder was unpacked. No root needed.
# Run it again after the folder has moved; `--remove` takes the entry away.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
entries="${XDG_DATA_HOME:-$HOME/.local/share}/applications"
entry="$entries/haversack.desktop"
if [ "${1:-}" = --remove ]; then
  rm -f "$entry"
  echo "removed $entry"
  exit 0
fi
[ -x "$here/haversack-gui" ] || { echo "haversack-gui is not beside this script" >&2; exit 1; }
mkdir -p "$entries"
# The entry's own rules: quote for the command line, then once more for a value of the file.
quoted=$(printf '%s' "$here/haversack-gui" | sed 's/[\\"`$]/\\&/g; s/%/%%/g; s/\\/\\\\/g')
icon=$(printf '%s' "$here/_internal/resources/icons/haversack.svg" | sed 's/\\/\\\\/g')
in_sed() { printf '%s' "$1" | sed 's/[\\&|]/\\&/g'; }
sed "s|^Exec=.*|Exec=\"$(in_sed "$quoted")\"|; s|^Icon=.*|Icon=$(in_sed "$icon")|" \
  "$here/_internal/haversack.desktop" >"$entry.new"
mv "$entry.new" "$entry"
echo "wrote $entry"
