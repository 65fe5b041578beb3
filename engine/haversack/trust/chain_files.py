"""Chains of roots as files: in a folder, or in one file that is handed to another machine."""

from __future__ import annotations

import base64
from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust import roots
from haversack.trust.chain import MOST_ROOTS, RootChain, check_chain
from haversack.trust.errors import TrustError

_PUBLISHER_FORMAT = "haversack-publisher/1"
_LIMIT = 16 * 1024 * 1024


def read_chain(folder: Path) -> RootChain:
    """Read and check the roots 1, 2, ... in a folder of this machine.

    Raises:
        Invalid: They are no chain.
        StorageError: They cannot be read.
    """
    contents: list[bytes] = []
    while len(contents) <= MOST_ROOTS:
        file = folder / roots.file_name(len(contents) + 1)
        if not file.is_file():
            break
        contents.append(read_bytes(file, roots.LIMIT))
    return check_chain(contents, str(folder))


def write_chain(chain: RootChain, folder: Path) -> None:
    """Write the roots that are not in a folder yet, each whole or not at all.

    Raises:
        StorageError: The disk says no.
    """
    for root in chain.roots:
        file = folder / roots.file_name(root.version)
        if not file.exists() or read_bytes(file, roots.LIMIT) != root.content:
            write_bytes(file, root.content)


def write_publisher_file(chain: RootChain, file: Path) -> None:
    """Write one file from which another machine can pin the publisher."""
    document = {
        "format": _PUBLISHER_FORMAT,
        "roots": [base64.b64encode(root.content).decode("ascii") for root in chain.roots],
    }
    write_bytes(file, dump_canonical(document) + b"\n")


def read_any_chain(source: Path) -> RootChain:
    """Read a publisher's chain from a publisher file, a first root, a bundle or a root folder.

    Raises:
        TrustError: It is none of these.
        Invalid: The roots in it are no chain.
        StorageError: It cannot be read.
    """
    if source.is_dir():
        inner = source / "root"
        return read_chain(inner if inner.is_dir() else source)
    content = read_bytes(source, _LIMIT)
    try:
        document = load_strict(content, source.name, _LIMIT)
        if isinstance(document, dict) and "signed" in document:
            return check_chain([content], source.name)
        if document["format"] != _PUBLISHER_FORMAT:
            raise ValueError("unknown form")
        contents = [base64.b64decode(one, validate=True) for one in document["roots"]]
    except (FileFormatError, KeyError, TypeError, ValueError) as error:
        raise TrustError(
            f"{source} names no publisher: {error}",
            "Give the file that `haversack keys show NAME -o FILE` wrote.",
        ) from error
    return check_chain(contents, source.name)
