"""Where things lie in a bundle's folder, and which names by others are put up with."""

from __future__ import annotations

from pathlib import Path

ENVELOPE = "bundle.dsse.json"
README = "README.txt"
ROOTS = "root"
BLOBS = "blobs"
ALGORITHM = "sha256"
FORMAT = 1
BLOB_SIZE = 256 * 1024 * 1024

LITTER = frozenset(
    {
        "$RECYCLE.BIN",
        ".DS_Store",
        ".Spotlight-V100",
        ".TemporaryItems",
        ".Trashes",
        ".directory",
        ".fseventsd",
        "System Volume Information",
        "Thumbs.db",
        "desktop.ini",
        "lost+found",
    }
)


def blob_name(sha256: str) -> str:
    """Give a blob's path within the bundle, with forward slashes."""
    return f"{BLOBS}/{ALGORITHM}/{sha256[:2]}/{sha256}"


def blob_path(folder: Path, sha256: str) -> Path:
    """Give a blob's path on this machine."""
    return folder / BLOBS / ALGORITHM / sha256[:2] / sha256
