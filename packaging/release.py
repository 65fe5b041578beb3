"""Make what is handed out from the frozen folder: `make release`, after `make freeze`.

In dist/: the folder as haversack-VERSION-SYSTEM-MACHINE.tar.gz with an installer of its menu entry,
beside it what is inside (.cdx.json, CycloneDX), and SHA256SUMS for `sha256sum -c`.
"""

from __future__ import annotations

import gzip
import hashlib
import platform
import sys
import tarfile
from importlib import metadata
from pathlib import Path

from freeze import FOLDER, ROOT
from haversack.base.files import atomic_writer, write_text
from sbom import sbom

EPOCH = 1_600_000_000  # every file of the archive has this time: the same folder, the same bytes


def main() -> int:
    """Write the three files; give 0 if the frozen folder is there."""
    if not (FOLDER / "haversack").is_file():
        print(f"{FOLDER} is not there: run `make freeze` first")
        return 1
    name = f"haversack-{metadata.version('haversack')}-{sys.platform}-{platform.machine()}"
    archive, parts = ROOT / "dist" / f"{name}.tar.gz", ROOT / "dist" / f"{name}.cdx.json"
    write_text(parts, sbom(FOLDER))
    pack(archive, name)
    sums = "".join(f"{digest_of(path)}  {path.name}\n" for path in (archive, parts))
    write_text(ROOT / "dist" / "SHA256SUMS", sums)
    print(sums, end="")
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
    return 0


def pack(archive: Path, name: str) -> None:
    """Write the folder as a tar that depends on its bytes, names and modes alone."""
    with (
        atomic_writer(archive) as raw,
        gzip.GzipFile("", "wb", 6, raw, EPOCH) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(FOLDER.rglob("*")):
            tar.add(path, f"{name}/{path.relative_to(FOLDER)}", recursive=False, filter=_plain)
        installer = ROOT / "packaging" / "install_menu_entry.sh"
        tar.add(installer, f"{name}/{installer.name}", filter=_plain)


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "", ""
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member


if __name__ == "__main__":
    sys.exit(main())
