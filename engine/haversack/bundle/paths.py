"""Which logical paths a manifest may hold: the same file on every system, or none at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_BYTES = 512
MOST_SEGMENT_BYTES = 200
_BYWORDS = r"con|prn|aux|nul|com[0-9]|lpt[0-9]|git~[0-9]"
_WORD = r"[A-Za-z0-9_+=@,-]+"
_PLAIN_SEGMENT = rf"(?!(?i:{_BYWORDS})){_WORD}(?:\.{_WORD})*"
_PLAIN = re.compile(rf"{_PLAIN_SEGMENT}(?:/{_PLAIN_SEGMENT})*\Z")
_FORBIDDEN = re.compile(r'[\\:*?"<>|]')
_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .]|\Z)", re.IGNORECASE
)
_GIT = re.compile(r"\.git\Z|git~[0-9]+\Z", re.IGNORECASE)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def path_fault(path: object) -> str:
    """Say why a value may not be a logical path; an empty text where it may."""
    if not isinstance(path, str) or not path:
        return "it is no text or empty"
    if len(path) <= MOST_SEGMENT_BYTES and _PLAIN.match(path):
        return ""
    if path.startswith(("/", "\\")) or _DRIVE.match(path):
        return "it is absolute"
    if len(path) > MOST_BYTES or len(path.encode("utf-8", "replace")) > MOST_BYTES:
        return f"it is longer than {MOST_BYTES} bytes"
    for segment in path.split("/"):
        fault = _segment_fault(segment)
        if fault:
            return fault
    return ""


def collisions(paths: Iterable[str]) -> tuple[str, str] | None:
    """Find two paths that some system would take for one, or for a file within a file.

    Args:
        paths: Logical paths, each without a fault of its own.

    Returns:
        The later of the two and why it clashes; None where all are apart.
    """
    listed = list(paths)
    keys = _fold_all(listed)
    files, folders = set(keys), _folders_of(keys)
    if len(files) == len(keys) and files.isdisjoint(folders):
        return None
    first: dict[str, str] = {}
    for path, key in zip(listed, keys, strict=True):
        if key in first:
            other = first[key]
            return path, "is named twice" if other == path else f"differs from {other} by case only"
        first[key] = path
    return first[next(key for key in keys if key in folders)], "is a file and a folder"


def _fold_all(paths: list[str]) -> list[str]:
    """Fold paths, of which none holds a line break; all at once where all are ASCII."""
    whole = "\n".join(paths)
    return whole.lower().split("\n") if whole.isascii() else [fold(path) for path in paths]


def _folders_of(keys: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for parent in {key.rpartition("/")[0] for key in keys}:
        folder = parent
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


def fold(path: str) -> str:
    """Give what a system that minds neither case nor normal form would compare."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _segment_fault(segment: str) -> str:
    if segment in {"", ".", ".."}:
        return "it has an empty segment, . or .."
    if any(unicodedata.category(letter) in _HIDDEN for letter in segment):
        return "it holds a letter that cannot be seen"
    found = _FORBIDDEN.search(segment)
    if found:
        return f"it holds {found.group()}"
    if len(segment.encode("utf-8")) > MOST_SEGMENT_BYTES:
        return f"a segment is longer than {MOST_SEGMENT_BYTES} bytes"
    if segment[-1] in ". " or segment[0] == " ":
        return "a segment begins or ends with a space, or ends with a dot"
    if unicodedata.normalize("NFC", segment) != segment:
        return "it is not in Unicode's normal form C"
    if _DEVICE.match(segment):
        return f"{segment} is a device on some systems"
    if _GIT.match(segment):
        return "it leads into a folder of git"
    return ""
