"""The decoder: a process that reads a large JSON file for a program that must not stand still.

``python -m haversack.decoder KIND NAME``, where KIND is ``manifest``, ``boxes`` or ``outlines``:
the file's bytes on stdin, what it says in short lines on stdout. It imports no torch, and is
started by ``services.apart`` for large files only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from haversack.base.errors import EXIT_DONE, EXIT_USAGE


def main() -> int:
    """Read the file on stdin, tell it or why it is refused; give the exit code."""
    kind, name = sys.argv[-2:]
    content = sys.stdin.buffer.read()
    if kind == "manifest":
        lines = _manifest(content, name)
    elif kind in ("boxes", "outlines"):
        from haversack.data.byod.coco_portions import as_lines

        lines = as_lines(name, content, kind == "outlines")
    else:
        return EXIT_USAGE
    sys.stdout.buffer.writelines(lines)
    return EXIT_DONE


def _manifest(content: bytes, name: str) -> Iterator[bytes]:
    from haversack.bundle.errors import Invalid
    from haversack.bundle.manifest import decode_manifest
    from haversack.bundle.portions import as_lines, refusal

    try:
        manifest = decode_manifest(content, name)
    except Invalid as error:
        yield refusal(error)
        return
    yield from as_lines(manifest)


if __name__ == "__main__":
    sys.exit(main())
