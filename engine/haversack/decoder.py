"""The decoder: a process that reads one manifest for a program that must not stand still meanwhile.

``python -m haversack.decoder NAME``: the manifest's bytes on stdin, its files in short lines on
stdout. It imports no torch, and is started by ``services.apart`` for large manifests only.
"""

from __future__ import annotations

import sys

from haversack.base.errors import EXIT_DONE
from haversack.bundle.errors import Invalid
from haversack.bundle.manifest import LIMIT, decode_manifest
from haversack.bundle.portions import as_lines, refusal


def main() -> int:
    """Read the manifest on stdin, tell it or why it is refused; give the exit code."""
    content, out = sys.stdin.buffer.read(LIMIT + 1), sys.stdout.buffer
    try:
        manifest = decode_manifest(content, sys.argv[-1])
    except Invalid as error:
        out.write(refusal(error))
        return error.exit_code
    out.writelines(as_lines(manifest))
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
