"""The two texts that go with a set of wheels: what to install, and the script that does it."""

from __future__ import annotations

from collections.abc import Iterable

from haversack.base.digests import sha256_file
from haversack.services.carry.wheel_set import Wheel

REQUIREMENTS = "requirements.txt"
SCRIPT = "install.sh"
WHEELS = "wheels"

_SCRIPT = """\
#!/bin/sh
# Installs Haversack {version} from the wheels beside this script, without a network.
#   sh install.sh FOLDER
# FOLDER is made: a virtual environment, to be removed by deleting it. PYTHON names another
# interpreter than python3; these wheels are for Python {python}.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${{1:?give the folder to install into: sh install.sh FOLDER}}
python=${{PYTHON:-python3}}
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$found" != "{python}" ]; then
  echo "these wheels are for Python {python}, and $python is $found: set PYTHON" >&2
  exit 1
fi
if [ -e "$target" ]; then
  echo "$target is there already: give a folder that is not" >&2
  exit 1
fi
PIP_CONFIG_FILE=/dev/null
PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_CONFIG_FILE PIP_DISABLE_PIP_VERSION_CHECK
"$python" -m venv "$target"
"$target/bin/python" -m pip --isolated install --quiet --no-index --no-deps --require-hashes \\
  --find-links "$here/{wheels}" --requirement "$here/{requirements}"
"$target/bin/python" -m pip --isolated check
echo "installed: $target/bin/haversack, the app: $target/bin/haversack gui"
"""


def requirements_text(wheels: Iterable[Wheel]) -> str:
    """Give every package of a set with its version and digest, for ``--require-hashes``."""
    lines = [
        f"{wheel.name}=={wheel.version} --hash=sha256:{sha256_file(wheel.file)}"
        for wheel in sorted(wheels, key=lambda wheel: wheel.name)
        if wheel.file is not None
    ]
    return "\n".join(lines) + "\n"


def installer_text(version: str, python: str) -> str:
    """Give the script that installs a set.

    Args:
        version: Of Haversack.
        python: Of the interpreter that the wheels are for, such as ``3.12``.
    """
    return _SCRIPT.format(version=version, python=python, wheels=WHEELS, requirements=REQUIREMENTS)
