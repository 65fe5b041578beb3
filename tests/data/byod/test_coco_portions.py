"""A COCO file that is read in a process apart says what it would have said here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.byod import mask_sets, sets
from haversack.data.byod.coco_json import decode
from haversack.data.byod.coco_portions import PORTION, as_lines, from_lines
from haversack.data.byod.records import Problem
from haversack.data.errors import DataError
from haversack.services import apart
from haversack.services.datasets import check_data

FILES: list[tuple[Callable[[Path], Path], bool]] = [
    (sets.coco, False),
    (mask_sets.MASKED["coco_polygons"], True),
    (mask_sets.MASKED["coco_runs"], True),
]


def _content(folder: Path) -> bytes:
    return next(path for path in folder.rglob("*.json")).read_bytes()


def _many(count: int) -> bytes:
    """A file with ids of three types, a wrong entry and objects of pictures that are not there."""
    images = [{"id": at, "file_name": f"{at}.jpg"} for at in range(count)]
    boxes = [
        {"image_id": at, "category_id": "7", "bbox": [1, 2, 3.5, 4], "iscrowd": at % 2}
        for at in range(count + 3)
    ]
    document = {
        "images": [*images, {"id": "no name"}],
        "annotations": boxes,
        "categories": [{"id": 7.0, "name": "roof"}],
    }
    return json.dumps(document).encode()


@pytest.mark.parametrize(("make", "outlines"), FILES)
def test_a_file_comes_back_as_it_was_read(
    tmp_path: Path, make: Callable[[Path], Path], outlines: bool
) -> None:
    content = _content(make(tmp_path / "set"))
    assert from_lines(as_lines("f", content, outlines), lambda _: None, outlines) == decode(
        "f", content, lambda _: None, outlines
    )


def test_what_is_wrong_with_a_file_of_many_portions_comes_back_too() -> None:
    content = _many(2 * PORTION)
    here: list[Problem] = []
    there: list[Problem] = []
    whole = decode("f", content, here.append)
    assert from_lines(as_lines("f", content, False), there.append, False) == whole
    assert here and there == here


@pytest.mark.parametrize(
    "lines", [[], [b"i[]\n"], [b".3\n"], [b"x\n"], [b'i[{"id": 1}]\n', b".0\n"]]
)
def test_what_breaks_off_or_is_something_else_is_not_taken_for_a_file(lines: list[bytes]) -> None:
    with pytest.raises(ValueError):
        from_lines(lines, lambda _: None, False)


def test_a_large_file_is_read_in_a_process_apart_with_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sets.coco(tmp_path / "set")
    whole = check_data(folder, "coco")
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, "decode", None)  # it is not read here
    assert check_data(folder, "coco", readers=apart.APART) == whole
    with pytest.raises(DataError, match="is no JSON"):
        apart.read_coco_apart("f.json", b'{"images": [', lambda _: None)


def test_where_the_process_fails_the_file_is_read_here_and_no_problem_told_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = _many(5)
    problem = 'p[{"file": "f", "what": "half of it"}]'
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(
        apart, "own_command", lambda _: [sys.executable, "-c", f"print({problem!r})"]
    )
    told: list[Problem] = []
    here: list[Problem] = []
    assert apart.read_coco_apart("f", content, told.append) == decode("f", content, here.append)
    assert told == here
