"""The table of faults names every number, and each file that it names tests that number."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
NUMBERS = [*range(1, 56), *range(57, 81)]
_ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def _rows() -> dict[int, list[str]]:
    table = (HERE / "README.md").read_text("utf-8")
    return {int(number): files.split(", ") for number, files in _ROW.findall(table)}


def _tested(text: str) -> set[int]:
    """Give the numbers that a test file claims, in names of tests, of cases or in words."""
    numbers = {int(found) for found in re.findall(r"fault[_s ]+(\d+)", text, re.IGNORECASE)}
    for first, last in re.findall(r"fault[_s ]+(\d+)(?:_to_| to )(\d+)", text, re.IGNORECASE):
        numbers |= set(range(int(first), int(last) + 1))
    return numbers


def test_the_table_names_every_fault_once_and_in_order() -> None:
    assert list(_rows()) == NUMBERS


def test_each_fault_is_tested_where_the_table_says() -> None:
    wrong = [
        (number, name)
        for number, names in _rows().items()
        for name in names
        if not (HERE / name).is_file() or number not in _tested((HERE / name).read_text("utf-8"))
    ]
    assert wrong == []


def test_no_test_claims_a_fault_that_there_is_not() -> None:
    for file in HERE.glob("test_*.py"):
        assert _tested(file.read_text("utf-8")) <= set(NUMBERS), file.name
