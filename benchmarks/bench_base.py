"""The ground every room stands on: start-up, JSON, digests, files. Run: make bench.

Each line gives our figure, a peer that does less or the same, and the floor of the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import sha256_file
from haversack.base.files import write_bytes

FILES = 100_000
HASHED_BYTES = 256 << 20
WRITTEN_BYTES = 10 << 20


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Give the seconds of the fastest of some rounds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def start(code: str) -> Callable[[], object]:
    """Give work that starts an interpreter with one line of code."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def plain_write(path: Path, content: bytes) -> None:
    """Write and fsync, without the promise that the file is whole or not there."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def rows(folder: Path) -> list[tuple[str, float, str, float, str, float]]:
    """Measure everything; each row is ours, a peer and the floor, in seconds."""
    listing = {
        "files": [
            {"path": f"data/{n // 100}/picture-{n}.jpg", "sha256": f"{n:064x}", "size": n}
            for n in range(FILES)
        ]
    }
    manifest = dump_canonical(listing)
    large, target = folder / "large", folder / "target"
    large.write_bytes(os.urandom(1 << 20) * (HASHED_BYTES >> 20))
    peer = [shutil.which("sha256sum") or "sha256sum", str(large)]
    memory, content = large.read_bytes(), os.urandom(WRITTEN_BYTES)
    return [
        (
            f"read a manifest of {FILES:,} files ({len(manifest) / 1e6:.0f} MB)",
            *(best(lambda: load_strict(manifest, "manifest", 1 << 30)), "json"),
            *(best(lambda: json.loads(manifest)), "orjson"),
            best(lambda: orjson.loads(manifest)),
        ),
        (
            f"digest of a {HASHED_BYTES >> 20} MiB file",
            *(best(lambda: sha256_file(large)), "sha256sum"),
            *(best(lambda: subprocess.run(peer, stdout=subprocess.DEVNULL, check=True)), "in RAM"),
            best(lambda: hashlib.sha256(memory)),
        ),
        (
            f"write {WRITTEN_BYTES >> 20} MiB, durable",
            *(best(lambda: write_bytes(target, content)), "write+fsync"),
            *(best(lambda: plain_write(target, content)), "write"),
            best(lambda: target.write_bytes(content)),
        ),
        (
            "import haversack",
            *(best(start("import haversack")), "import json, re"),
            *(best(start("import json, re")), "nothing"),
            best(start("pass")),
        ),
        (
            "import haversack_gui.app",
            *(best(start("import haversack_gui.app")), "import QtWidgets"),
            *(best(start("import PySide6.QtWidgets")), "nothing"),
            best(start("pass")),
        ),
    ]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':48} {'ours':>9}   {'peer':>26}   {'floor':>20}")
        for what, ours, peer, peers, floor, floors in rows(Path(folder)):
            print(
                f"{what:48} {ours * 1e3:6.0f} ms   {peer:>16} {peers * 1e3:6.0f} ms"
                f"   {floor:>10} {floors * 1e3:6.0f} ms"
            )


if __name__ == "__main__":
    main()
