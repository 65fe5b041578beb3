"""The tree that every tool works on: large, middling and small files of random bytes."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

SMALL, MIDDLING = 20_000, 4_000_000
LARGE_FILES = 3


@dataclass(frozen=True)
class Tree:
    """Where the files lie, and how many bytes they have."""

    folder: Path
    files: list[Path]
    bytes: int


def grow(folder: Path, megabytes: int) -> Tree:
    """Make a tree: 5 % of the bytes in small files, 20 % in middling ones, the rest in three."""
    total = megabytes * 1_000_000
    chance = random.Random(megabytes)  # noqa: S311 - bytes that differ, not a secret
    sizes = [SMALL] * (total // 20 // SMALL) + [MIDDLING] * max(1, total // 5 // MIDDLING)
    sizes += [(total - sum(sizes)) // LARGE_FILES] * LARGE_FILES
    files = []
    for at, size in enumerate(sizes):
        path = folder / f"{at % 16:02}" / f"{at:06}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_random(path, size, chance)
        files.append(path)
    return Tree(folder, files, sum(sizes))


def write_random(path: Path, size: int, chance: random.Random) -> None:
    """Write bytes that nothing can compress or find twice."""
    with path.open("wb") as file:
        while size:
            file.write(chance.randbytes(min(size, 1 << 20)))
            size -= min(size, 1 << 20)


def change(tree: Tree, share: float) -> int:
    """Write other bytes into some of the small files; give how many bytes changed."""
    chance = random.Random(1)  # noqa: S311 - bytes that differ, not a secret
    small = [path for path in tree.files if path.stat().st_size == SMALL]
    chosen = small[: max(1, int(len(tree.files) * share))]
    for path in chosen:
        write_random(path, SMALL, chance)
    return len(chosen) * SMALL


def digests(tree: Tree) -> dict[str, str]:
    """Give the SHA-256 of every file by its path within the tree."""
    found = {}
    for path in tree.files:
        with path.open("rb") as file:
            name = path.relative_to(tree.folder).as_posix()
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
