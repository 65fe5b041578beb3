"""constraints.txt says exactly what is installed, and stays clear of versions known to be bad."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
OF_THE_ENVIRONMENT = {"haversack", "pip", "setuptools", "wheel", "nvidia", "triton"}


def _pins() -> dict[str, Version]:
    found: dict[str, Version] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = re.fullmatch(r"([\w.-]+)==(\S+)", line).groups()  # type: ignore[union-attr] # no match: the test fails on that line
            found[canonicalize_name(name)] = Version(version)
    return found


def _project() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        group: [req for line in lines if (req := Requirement(line)).name != "haversack"]
        for group, lines in groups.items()
    }


@pytest.mark.parametrize("group", sorted(_project()))
def test_every_requirement_is_pinned_within_its_range(group: str) -> None:
    pins = _pins()
    for requirement in _project()[group]:
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_is_installed_is_what_is_pinned() -> None:
    pins, strays = _pins(), {}
    for distribution in metadata.distributions():
        name = canonicalize_name(distribution.name)
        if name.split("-")[0] not in OF_THE_ENVIRONMENT:
            version = Version(Version(distribution.version).public)
            if pins.get(name) != version:
                strays[name] = (str(version), str(pins.get(name)))
    assert strays == {}


def test_pins_have_no_local_tag() -> None:
    assert [name for name, version in _pins().items() if version.local] == []


def test_known_bad_versions_are_kept_out() -> None:
    ranges = {req.name: req.specifier for reqs in _project().values() for req in reqs}
    assert not any(version in ranges["lightning"] for version in ("2.6.2", "2.6.3", "2.6.5"))
    assert "6.12.0" not in ranges["PySide6-Essentials"]
    assert "PySide6" not in ranges


def test_everything_imported_is_required() -> None:
    homes = metadata.packages_distributions()
    required = {
        group: {canonicalize_name(requirement.name) for requirement in requirements}
        for group, requirements in _project().items()
    }
    allowed = {
        "engine": required[""] | required["plot"] | required["token"],
        "gui": required[""] | required["gui"],
    }
    strays = set()
    for folder, names in allowed.items():
        for path in (ROOT / folder).rglob("*.py"):
            for name in _tops_imported(path) - {"haversack", "haversack_gui"}:
                owners = {canonicalize_name(owner) for owner in homes.get(name, [])}
                if name not in sys.stdlib_module_names and not owners & names:
                    strays.add((path.relative_to(ROOT).as_posix(), name))
    assert strays == set()


def _tops_imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
