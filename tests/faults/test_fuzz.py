"""A fuzzer over everything that is parsed: envelope, roots, statement, manifest, have-list, index.

Bytes and values are changed at random and what is signed is signed anew, so that the parsers behind
the signature are reached. Whatever comes, the answer is a value that keeps the rules or one typed
line, and nothing has come in. A minute of one core's time, shared out among the tests; half an hour
with HYPOTHESIS_PROFILE=nightly; as much as HAVERSACK_FUZZ_SECONDS says.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faults.staging import Kit, make_kit, memory_folder, state_of, weights
from haversack.base.canonical_json import dump_canonical
from haversack.base.errors import HaversackError
from haversack.bundle.have import read_have_list
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.manifest import decode_manifest
from haversack.bundle.statement import decode_statement
from haversack.bundle.weights import NotWeights, check_header
from haversack.trust.chain import check_chain
from haversack.trust.envelope import decode_envelope

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SECONDS = float(os.environ.get("HAVERSACK_FUZZ_SECONDS", 1800 if NIGHTLY else 60))
TESTS = 7
BATCH = settings(
    max_examples=200,
    database=None,
    derandomize=False,  # each batch has other examples, in CI as well
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
HOSTILE: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**53, 2**64, 10**400, "", "\0", "..", "a" * 5000, "\ud800",
    "é", "CON", [], [[]], [[[[]]]], {}, {"": {}}, {"sha256": "md5"}, "ab" * 32, "AB" * 32,
]  # fmt: skip
SPLICES = [
    b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"\x00", b"\xff", b"\xef\xbb\xbf", b"NaN",
    b"1e999", b"-0", b"null", b'"a":1,', b"[" * 70, b"0" * 400, b"\\ud800", b" ", b"\n",
]  # fmt: skip


@st.composite
def damaged_bytes(draw: st.DrawFn, sound: bytes) -> bytes:
    """Change bytes here and there: flipped, cut out, doubled, or with something put in."""
    content = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["flip", "cut", "double", "splice", "end"])):
            case "flip" if content:
                content[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[at : at + length]
            case "double":
                content[at:at] = content[at : at + length]
            case "splice":
                content[at:at] = draw(st.sampled_from(SPLICES))
            case _:
                del content[at:]
    return bytes(content)


@st.composite
def damaged_values(draw: st.DrawFn, sound: Any) -> bytes:
    """Put hostile values into a document, take fields away, and write it as JSON."""
    document = json.loads(json.dumps(sound))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["put", "drop", "rename", "swap"])):
            case "put":
                holder[key] = json.loads(json.dumps(draw(st.sampled_from(HOSTILE))))
            case "drop":
                del holder[key]
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["", "x", "path", "__proto__"]))] = holder.pop(key)
            case _:
                other, there = draw(st.sampled_from(places))
                holder[key] = _kept(other, there)
    return json.dumps(document).encode("utf-8")


def _kept(holder: Any, key: Any) -> Any:
    try:
        return json.loads(json.dumps(holder[key]))
    except (KeyError, IndexError, ValueError, RecursionError):
        return None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from _places(inner)


@pytest.fixture(scope="module")
def sample() -> Iterator[Kit]:
    with memory_folder() as folder:
        yield make_kit(folder)


@pytest.fixture(scope="module")
def manifest(sample: Kit) -> bytes:
    return sample.blob(sample.statement["subject"][0]).read_bytes()


def fuzz(check: Callable[[st.DataObject], None]) -> None:
    """Check example after example until this test's share of the time is used."""
    batch = BATCH(given(st.data())(check))
    end = time.process_time() + SECONDS / TESTS
    batches = 0
    while not batches or time.process_time() < end:
        batch()
        batches += 1
    sys.stdout.write(f"{batches * BATCH.max_examples} examples\n")  # shown by pytest -rP


def _judge(parse: Callable[[], object]) -> object | None:
    """Parse; give what came of it, or None where it was refused in one line."""
    try:
        return parse()
    except HaversackError as error:
        assert error.message
        assert "\n" not in error.message
        return None


def test_any_manifest_is_right_or_refused(manifest: bytes) -> None:
    def check(data: st.DataObject) -> None:
        changed = damaged_bytes(manifest) | damaged_values(json.loads(manifest))
        content = data.draw(changed)
        found = _judge(lambda: decode_manifest(content, "m"))
        if found is not None:
            assert decode_manifest(found.encode(), "m") == found  # type: ignore[attr-defined] # a manifest

    fuzz(check)


def test_any_statement_is_right_or_refused(sample: Kit) -> None:
    def check(data: st.DataObject) -> None:
        sound = sample.statement
        changed = damaged_bytes(json.dumps(sound).encode()) | damaged_values(sound)
        content = data.draw(changed)
        found = _judge(lambda: decode_statement(content))
        if found is not None:
            assert decode_statement(found.encode()) == found  # type: ignore[attr-defined] # a statement

    fuzz(check)


def test_any_envelope_is_the_sound_one_or_refused(sample: Kit) -> None:
    def check(data: st.DataObject) -> None:
        sound = (sample.folder / ENVELOPE).read_bytes()
        content = data.draw(damaged_bytes(sound) | damaged_values(json.loads(sound)))
        _judge(lambda: decode_envelope(content, ENVELOPE))

    fuzz(check)


def test_any_root_is_the_sound_one_or_refused(sample: Kit) -> None:
    def check(data: st.DataObject) -> None:
        sound = (sample.folder / "root" / "1.root.json").read_bytes()
        content = data.draw(damaged_bytes(sound) | damaged_values(json.loads(sound)))
        found = _judge(lambda: check_chain([content]))
        assert found is None or content == sound

    fuzz(check)


def test_any_have_list_is_right_or_refused(tmp_path: Path) -> None:
    def check(data: st.DataObject) -> None:
        sound = {"kind": "haversack-have-list", "format": 1, "files": {"ab" * 32: 1, "cd" * 32: 2}}
        content = data.draw(damaged_bytes(json.dumps(sound).encode()) | damaged_values(sound))
        (tmp_path / "have.json").write_bytes(content)
        _judge(lambda: read_have_list(tmp_path / "have.json"))

    fuzz(check)


def test_any_index_of_tensors_is_right_or_refused() -> None:
    def check(data: st.DataObject) -> None:
        sound = weights()
        length = int.from_bytes(sound[:8], "little")
        header = sound[8 : 8 + length]
        content = data.draw(damaged_bytes(header) | damaged_values(json.loads(header)))
        try:
            check_header(content, len(sound) - 8 - length)
        except NotWeights as error:
            assert "\n" not in str(error)

    fuzz(check)


def test_whatever_is_signed_nothing_unsound_comes_in(sample: Kit, manifest: bytes) -> None:
    """The whole way: a forged manifest or statement, rightly signed, is opened."""

    def check(data: st.DataObject) -> None:
        before, field = state_of(sample.folder), state_of(sample.field.home)
        statement = sample.statement
        try:
            if data.draw(st.booleans()):
                content = damaged_bytes(manifest) | damaged_values(json.loads(manifest))
                sample.forge_manifest(data.draw(content))
            else:
                payload = data.draw(
                    damaged_bytes(dump_canonical(statement)) | damaged_values(statement)
                )
                (sample.folder / ENVELOPE).write_bytes(sample.signer.sign(payload))
            taken = _judge(lambda: sample.bundle.take_in(sample.store, sample.field, jobs=1))
            if taken is None:
                assert list(sample.store.digests()) == []
            for sha256 in list(sample.store.digests()):
                sample.store.verify(sha256)
                sample.store.discard(sha256)
        finally:
            _put_back(sample.folder, before)
            _put_back(sample.field.home, field)

    fuzz(check)


def _put_back(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
