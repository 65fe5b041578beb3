"""What goes out with the frozen folder: its menu entry and the list of what is inside."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
needs_freeze_extra = pytest.mark.skipif(
    importlib.util.find_spec("cyclonedx") is None
    or importlib.util.find_spec("PyInstaller") is None,
    reason="the extra `freeze` is not installed",
)


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A folder like the frozen one, at a path that a shell would stumble over."""
    folder = tmp_path / 'a $folder & 50% "quoted" \\ back'
    (folder / "_internal").mkdir(parents=True)
    for name in ("haversack.desktop", "install_menu_entry.sh"):
        place = folder / "_internal" / name if name.endswith("desktop") else folder / name
        place.write_bytes((PACKAGING / name).read_bytes())
    program = folder / "haversack-gui"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return folder


def _install(folder: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(folder / "install_menu_entry.sh"), *words],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )


def test_the_menu_entry_starts_the_app_from_wherever_it_was_unpacked(
    unpacked: Path, tmp_path: Path
) -> None:
    assert _install(unpacked, tmp_path).returncode == 0
    entry = (tmp_path / ".local/share/applications/haversack.desktop").read_text()
    (line,) = [line for line in entry.splitlines() if line.startswith("Exec=")]
    value = line.removeprefix("Exec=").replace("\\\\", "\\")  # as any value of the file is read
    program = re.sub(r"\\(.)", r"\1", value.removeprefix('"').removesuffix('"'))
    assert program.replace("%%", "%") == str(unpacked / "haversack-gui")
    assert "[Desktop Entry]" in entry and "Name=Haversack" in entry


def test_the_menu_entry_can_be_taken_away_again(unpacked: Path, tmp_path: Path) -> None:
    _install(unpacked, tmp_path)
    assert _install(unpacked, tmp_path, "--remove").returncode == 0
    assert not list((tmp_path / ".local/share/applications").iterdir())


def test_without_the_app_beside_it_nothing_is_installed(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "haversack-gui").unlink()
    assert _install(unpacked, tmp_path).returncode == 1
    assert not (tmp_path / ".local").exists()


@pytest.fixture
def sbom(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACKAGING))
    return importlib.import_module("sbom")


@needs_freeze_extra
def test_a_listed_package_has_its_version_its_address_and_its_licence(sbom: ModuleType) -> None:
    from cyclonedx.model.bom import Bom
    from cyclonedx.output.json import JsonV1Dot6

    bom = Bom(components=[sbom.package(metadata.distribution(name)) for name in ("numpy", "rich")])
    written = json.loads(JsonV1Dot6(bom).output_as_string())
    assert [part["name"] for part in written["components"]] == ["numpy", "rich"]
    for part in written["components"]:
        assert part["version"] == metadata.version(part["name"])
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        assert part["licenses"]
