"""The decoder: a process that reads a large file for a program that must not stand still.

``python -m haversack.decoder KIND NAME``, where KIND is ``manifest``, ``have-list``, or ``coco`` or
``cvat`` with ``-boxes`` or ``-outlines``: the file's bytes on stdin, what it says in short lines on
stdout. It imports no torch, and is started by ``services.apart`` for large files only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from haversack.base.errors import EXIT_DONE, EXIT_USAGE


def main() -> int:
    """Read the file on stdin, tell it or why it is refused; give the exit code."""
    kind, name = sys.argv[-2:]
    lines = _lines(kind, name, sys.stdin.buffer.read())
    if lines is None:
        return EXIT_USAGE
    sys.stdout.buffer.writelines(lines)
    return EXIT_DONE


def _lines(kind: str, name: str, content: bytes) -> Iterator[bytes] | None:
    if kind == "manifest":
        return _manifest(content, name)
    if kind == "have-list":
        from haversack.bundle import have_portions

        return have_portions.as_lines(name, content)
    form, _, shapes = kind.partition("-")
    outlines = {"boxes": False, "outlines": True}.get(shapes)
    if form == "coco" and outlines is not None:
        from haversack.data.byod import coco_portions

        return coco_portions.as_lines(name, content, outlines)
    if form == "cvat" and outlines is not None:
        from haversack.data.byod import cvat_portions

        return cvat_portions.as_lines(name, content, outlines)
    return None


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
