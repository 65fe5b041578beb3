"""A CVAT file that is read in a process apart says what it would have said here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.byod import mask_sets, more_sets
from haversack.data.byod.cvat_portions import PORTION, as_lines, from_lines
from haversack.data.byod.cvat_xml import decode_xml
from haversack.data.errors import DataError
from haversack.services import apart
from haversack.services.datasets import check_data

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><annotations>&b;</annotations>'


def _many(count: int) -> bytes:
    """A file with shapes that are left out, and pictures without a name."""
    images = "".join(
        f'<image name="{at if at % 7 else ""}.é" subset="val"><box label="roof" xtl="{at}.1"'
        ' ytl="2" xbr="9" ybr="8"/><points label="corner" points="1,2"/></image><image/>'
        for at in range(count)
    )
    return f"<annotations>{images}</annotations>".encode()


@pytest.mark.parametrize(
    ("make", "outlines"), [(more_sets.cvat, False), (more_sets.cvat, True), (mask_sets.cvat, True)]
)
def test_a_file_comes_back_as_it_was_read(
    tmp_path: Path, make: Callable[[Path], Path], outlines: bool
) -> None:
    content = (make(tmp_path / "set") / "annotations.xml").read_bytes()
    here = decode_xml("f", content, outlines)
    assert any(one.regions if outlines else one.boxes for one in here)
    assert from_lines(as_lines("f", content, outlines)) == here


def test_a_file_of_many_portions_comes_back_with_its_faults() -> None:
    content = _many(PORTION)
    there = from_lines(as_lines("f", content, False))
    assert there == decode_xml("f", content)
    assert sum(len(one.faults) for one in there) == PORTION


@pytest.mark.parametrize("lines", [[], [b"p[]\n"], [b".3\n"], [b"x\n"], [b'p[{"name": 1}]\n']])
def test_what_breaks_off_or_is_something_else_is_not_taken_for_a_file(lines: list[bytes]) -> None:
    with pytest.raises(ValueError):
        from_lines(lines)


def test_a_large_file_is_read_in_a_process_apart_with_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = more_sets.cvat(tmp_path / "set")
    file = folder / "annotations.xml"
    file.write_bytes(
        file.read_bytes().replace(b"001.jpg", b"gone.jpg").replace(b"002", b"\xc3\xa9")
    )
    whole = check_data(folder, "cvat")
    assert len(whole.problems) >= 2
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, "decode_xml", None)  # it is not read here
    assert check_data(folder, "cvat", readers=apart.APART) == whole
    with pytest.raises(DataError, match="declares a document type"):
        apart.read_cvat_apart("f.xml", BOMB)


def test_where_the_process_fails_the_file_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, "own_command", lambda _: ["/no/such/program"])
    assert apart.read_cvat_apart("f", _many(3)) == decode_xml("f", _many(3))
