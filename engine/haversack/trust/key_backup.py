"""Backups of one's own keys: one file, private halves as encrypted as in the keyring."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust.chain_files import read_chain
from haversack.trust.errors import TrustError
from haversack.trust.key_files import write_module
from haversack.trust.own_keys import OwnKeys

_FORMAT = "haversack-key-backup/1"
_LIMIT = 64 * 1024 * 1024
_FILE = re.compile(
    r"(?:(?:root|data|code)-[0-9a-f]{16}\.key\.json|root/[1-9][0-9]{0,3}\.root\.json|counters\.json)\Z"
)


def write_backup(keys: OwnKeys, name: str, target: Path) -> None:
    """Write a key with its roots and counters to one file.

    Raises:
        TrustError: There is no such key.
        StorageError: The disk says no.
    """
    folder = keys.path(name)
    files = {
        path.relative_to(folder).as_posix(): base64.b64encode(read_bytes(path, _LIMIT)).decode(
            "ascii"
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _FILE.match(path.relative_to(folder).as_posix())
    }
    write_bytes(target, dump_canonical({"files": files, "format": _FORMAT, "name": name}) + b"\n")


def restore_backup(keys: OwnKeys, file: Path, name: str | None, module: Path | None = None) -> str:
    """Put a backed-up key into the keyring; give its name.

    Args:
        keys: The keyring's own keys.
        file: The backup.
        name: What to call the key; None for its name in the backup.
        module: The PKCS#11 module for a key that is on a token; no backup names one.

    Raises:
        TrustError: The file is no backup, or the name is in use.
        Invalid: The roots in it are no chain.
        StorageError: The disk says no.
    """
    try:
        document = load_strict(read_bytes(file, _LIMIT), file.name, _LIMIT)
        if document["format"] != _FORMAT:
            raise ValueError("unknown form")
        chosen = name or document["name"]
        contents = {
            path: base64.b64decode(content, validate=True)
            for path, content in document["files"].items()
        }
        if not isinstance(chosen, str) or not all(_FILE.match(path) for path in contents):
            raise ValueError("it holds other files than a key has")
    except (FileFormatError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrustError(f"{file} is no backup of a key: {error}", "Give another file.") from error
    with keys.new_folder(chosen) as folder:
        for path, content in contents.items():
            write_bytes(folder / path, content)
            if path.endswith(".key.json"):
                (folder / path).chmod(0o600)
        read_chain(folder / "root")
        if module is not None:
            write_module(folder, module)
    return chosen
