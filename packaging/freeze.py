"""Freeze the app into one folder, dist/haversack: `make freeze`."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from haversack.services.carry.app_archive import BUILD

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dist" / "haversack"
WHEEL = ROOT / "build" / "wheel"
INSTALLER = ROOT / "packaging" / "install_menu_entry.sh"


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


def build_wheel() -> None:
    """Build the wheel that the frozen app hands on with a runtime for another machine."""
    shutil.rmtree(WHEEL, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(WHEEL)]
    subprocess.run([*pip, str(ROOT)], check=True)  # noqa: S603 - fixed words of this script


def say_what_it_is() -> None:
    """Write beside the programs what `haversack pack --app` names the folder by."""
    about = {
        "version": metadata.version("haversack"),
        "system": sys.platform,
        "machine": platform.machine(),
    }
    (FOLDER / BUILD).write_text(json.dumps(about), encoding="utf-8")
    shutil.copy2(INSTALLER, FOLDER)


def main() -> int:
    """Run PyInstaller; give its exit status."""
    if (ROOT / "packaging" / "__init__.py").exists():
        print("packaging/__init__.py would hide the `packaging` library: remove it first")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    began = time.monotonic()
    build_wheel()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build" / "freeze")]
    spec = str(ROOT / "packaging" / "haversack.spec")
    done = subprocess.run(  # noqa: S603 - fixed words of this script
        [*command, *places, spec], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}
    )
    if done.returncode == 0:
        say_what_it_is()
        taken, size = time.monotonic() - began, folder_size(FOLDER)
        print(f"{FOLDER.relative_to(ROOT)}: {size / 1e6:.0f} MB, frozen in {taken:.0f} s")
        for name, part in largest_parts(FOLDER, 10_000_000):
            print(f"{part / 1e6:8.1f} MB  {name}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
