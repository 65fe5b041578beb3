"""Make what is handed out from the frozen folder: `make release`, after `make freeze`.

In dist/: the folder as haversack-VERSION-SYSTEM-MACHINE.tar.gz, the same bytes and checksum as
`haversack pack --app` carries; beside it what is inside (.cdx.json,
CycloneDX), and SHA256SUMS for `sha256sum -c`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from freeze import FOLDER, ROOT
from haversack.base.errors import HaversackError
from haversack.base.files import write_text
from haversack.services.carry.app_archive import frozen_app, write_archive
from sbom import sbom


def main() -> int:
    """Write the three files; give 0 if the frozen folder is there."""
    try:
        app = frozen_app(FOLDER)
    except HaversackError as error:
        print(f"{error.message}: run `make freeze` first")
        return 1
    archive, parts = ROOT / "dist" / f"{app.name}.tar.gz", ROOT / "dist" / f"{app.name}.cdx.json"
    write_text(parts, sbom(FOLDER))
    write_archive(app, archive, lambda _: None)
    sums = "".join(f"{digest_of(path)}  {path.name}\n" for path in (archive, parts))
    write_text(ROOT / "dist" / "SHA256SUMS", sums)
    print(sums, end="")
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.0f} MB")
    return 0


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
