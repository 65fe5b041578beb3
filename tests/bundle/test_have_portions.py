"""A have-list that is read in a process apart is the one that would have been read here."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.base.errors import FileFormatError
from haversack.bundle.have import (
    FORMAT,
    KIND,
    PORTION,
    HaveList,
    decode_have_list,
    encode_have_list,
    write_have_list,
)
from haversack.bundle.have_portions import as_lines, from_lines
from haversack.services import apart


def _have(count: int) -> HaveList:
    return HaveList({sha256_bytes(str(at).encode()): at for at in range(count)})


@settings(max_examples=10)
@given(st.integers(0, 2 * PORTION + 1))
def test_a_have_list_is_written_canonically_and_told_in_short_lines(count: int) -> None:
    have = _have(count)
    content = encode_have_list(have)
    document = {"kind": KIND, "format": FORMAT, "files": dict(have.files)}
    assert content == dump_canonical(document) + b"\n"
    lines = list(as_lines("f", content))
    assert from_lines(lines) == have
    assert max(map(len, lines)) < 100 * PORTION


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_have_list_that_breaks_off_is_not_taken_for_whole(kept: int) -> None:
    lines = list(as_lines("f", encode_have_list(_have(2 * PORTION))))[:kept]
    with pytest.raises(ValueError):
        from_lines(lines)


def test_a_large_have_list_is_read_in_a_process_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, "decode_have_list", None)  # it is not read here
    file = tmp_path / "have.json"
    write_have_list(_have(3), file)
    assert apart.read_have_list_apart(file) == _have(3)
    file.write_bytes(b'{"kind": "something else"}')
    with pytest.raises(FileFormatError) as there:
        apart.read_have_list_apart(file)
    with pytest.raises(FileFormatError) as here:
        decode_have_list(file.read_bytes(), str(file))
    assert (there.value.message, there.value.hint) == (here.value.message, here.value.hint)


def test_where_the_process_fails_the_have_list_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, "own_command", lambda _: ["/no/such/program"])
    write_have_list(_have(3), tmp_path / "have.json")
    assert apart.read_have_list_apart(tmp_path / "have.json") == _have(3)
