"""ARCHITECTURE.md is kept true by tests: it names every room and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "engine/haversack"


def _section(title: str) -> str:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def _first_column(section: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))


def test_the_rooms_named_are_the_rooms_that_exist() -> None:
    rooms = {f"{init.parent.name}/" for init in ENGINE.glob("*/__init__.py")}
    modules = {path.name for path in ENGINE.glob("*.py")} - {"__init__.py"}
    assert _first_column(_section("Rooms of the engine")) == rooms | modules


def test_every_path_named_in_the_architecture_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(
        r"`((?:engine|gui|tests|packaging|resources|benchmarks|docs|\.ci)/[\w./-]*)`", text
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert named


def test_every_room_has_tests_of_its_own() -> None:
    untested = [
        init.parent.name
        for init in ENGINE.glob("*/__init__.py")
        if not any((ROOT / "tests" / init.parent.name).glob("test_*.py"))
    ]
    assert untested == []


def test_every_decision_record_is_numbered_and_dated_in_one_way() -> None:
    records = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(numbers) + 1))
    for path in records:
        lines = path.read_text("utf-8").splitlines()
        assert re.fullmatch(rf"# {int(path.name[:4])}\. .+", lines[0]), path.name
        assert any(line.startswith("Status: ") for line in lines), path.name
