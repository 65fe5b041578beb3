"""A manifest that is read in a process apart is the one that would have been read here."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.digests import sha256_bytes
from haversack.bundle.errors import Invalid
from haversack.bundle.manifest import Manifest, ManifestFile, decode_manifest
from haversack.bundle.portions import PORTION, as_lines, from_lines, refusal
from haversack.services import apart

BLOB_SIZE = 4096


def manifest_of(count: int) -> Manifest:
    digests = [sha256_bytes(str(at).encode()) for at in range(count)]
    files = [
        ManifestFile(f"data/{at:06}.png", "dataset", "image/png", "MIT", "ici où là",
                     digest, at % BLOB_SIZE + 1, (digest,))
        for at, digest in enumerate(digests)
    ]  # fmt: skip
    return Manifest(BLOB_SIZE, tuple(files))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Manifest:
    monkeypatch.setattr(apart, "LARGE", 10_000)
    return manifest_of(900)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the manifests that this process reads itself."""
    sizes: list[int] = []

    def decode(content: bytes, file: str) -> Manifest:
        sizes.append(len(content))
        return decode_manifest(content, file)

    monkeypatch.setattr(apart, "decode_manifest", decode)
    return sizes


@given(st.integers(0, 3 * PORTION), st.lists(st.integers(1, 9), min_size=2, max_size=4))
def test_a_manifest_is_told_in_short_lines_and_comes_back_as_it_was(
    count: int, sticks: list[int]
) -> None:
    manifest = replace(manifest_of(count), sticks=tuple(sticks))
    lines = list(as_lines(manifest))
    assert from_lines(lines) == manifest
    assert max(map(len, lines)) < 1_000 * PORTION


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_manifest_that_breaks_off_is_not_taken_for_whole(kept: int) -> None:
    lines = list(as_lines(manifest_of(3 * PORTION)))[:kept]
    with pytest.raises(ValueError):
        from_lines(lines)


def test_a_refusal_comes_back_with_its_words() -> None:
    with pytest.raises(Invalid) as caught:
        from_lines([refusal(Invalid("m names no file", "Tell its publisher.", "m"))])
    assert caught.value.message == "m names no file"
    assert (caught.value.hint, caught.value.file) == ("Tell its publisher.", "m")


def test_a_small_manifest_is_read_here(read_here: list[int]) -> None:
    content = manifest_of(3).encode()
    assert apart.decode_apart(content, "m") == manifest_of(3)
    assert read_here == [len(content)]


def test_a_large_manifest_is_read_in_a_process_apart(large: Manifest, read_here: list[int]) -> None:
    assert apart.decode_apart(large.encode(), "m") == large
    assert read_here == []


def test_a_large_manifest_that_breaks_a_rule_is_refused_in_the_same_words(
    large: Manifest, read_here: list[int]
) -> None:
    broken = large.encode().replace(b'"kind":"dataset"', b'"kind":"pickles"', 1)
    with pytest.raises(Invalid) as here:
        decode_manifest(broken, "blobs/m")
    with pytest.raises(Invalid) as there:
        apart.decode_apart(broken, "blobs/m")
    assert (there.value.message, there.value.hint, there.value.file) == (
        here.value.message, here.value.hint, here.value.file
    )  # fmt: skip
    assert read_here == []


@pytest.mark.parametrize(
    "command",
    [
        ["/no/such/program"],
        [sys.executable, "-c", "import sys; sys.stdin.buffer.read(5); sys.exit(1)"],
        [sys.executable, "-c", 'print(\'{"files": 900, "blob_size": 1, "sticks": []}\')'],
        [sys.executable, "-c", "print('something else')"],
    ],
)
def test_where_the_process_fails_the_manifest_is_read_here(
    large: Manifest, read_here: list[int], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(apart, "own_command", lambda _word: command)
    assert apart.decode_apart(large.encode(), "m") == large
    assert len(read_here) == 1


def test_the_decoder_imports_neither_torch_nor_qt() -> None:
    program = "import sys, haversack.decoder; print(sorted(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "'torch'" not in told.stdout and "PySide6" not in told.stdout
