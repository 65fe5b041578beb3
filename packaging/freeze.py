"""Freeze the app into one folder, dist/haversack: `make freeze`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dist" / "haversack"


def folder_size(folder: Path) -> int:
    """Give the bytes of all files under ``folder``; a link counts nothing."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def largest_parts(folder: Path, least: int) -> list[tuple[str, int]]:
    """Give (name, bytes) of what stands in the app's folder, largest first, from ``least`` on.

    A library's compiled parts that lie in ``NAME.libs`` count with it.
    """
    sizes: dict[str, int] = {}
    for path in [*folder.iterdir(), *(folder / "_internal").iterdir()]:
        if path.name != "_internal":
            size = folder_size(path) if path.is_dir() else path.lstat().st_size
            name = path.name.removesuffix(".libs")
            sizes[name] = sizes.get(name, 0) + size
    large = [(name, size) for name, size in sizes.items() if size >= least]
    return sorted(large, key=lambda part: -part[1])


def main() -> int:
    """Run PyInstaller; give its exit status."""
    if (ROOT / "packaging" / "__init__.py").exists():
        print("packaging/__init__.py would hide the `packaging` library: remove it first")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build" / "freeze")]
    spec = str(ROOT / "packaging" / "haversack.spec")
    done = subprocess.run(
        [*command, *places, spec], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}
    )
    if done.returncode == 0:
        taken, size = time.monotonic() - began, folder_size(FOLDER)
        print(f"{FOLDER.relative_to(ROOT)}: {size / 1e6:.0f} MB, frozen in {taken:.0f} s")
        for name, part in largest_parts(FOLDER, 10_000_000):
            print(f"{part / 1e6:8.1f} MB  {name}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
