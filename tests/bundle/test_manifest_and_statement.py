"""Manifest and statement come back as they went in, and any other bytes are refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.bundle.errors import Invalid, Refused
from haversack.bundle.manifest import (
    EMPTY,
    KINDS,
    Manifest,
    ManifestFile,
    decode_manifest,
    make_manifest,
)
from haversack.bundle.paths import collisions, fold, path_fault
from haversack.bundle.statement import RecipeClaim, Statement, Totals, decode_statement
from haversack.bundle.weights import is_pickle_name

DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)
VISIBLE = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])
TEXT = st.text(VISIBLE, max_size=30).filter(str.isprintable)
SEGMENT = st.text(VISIBLE, min_size=1, max_size=12).filter(lambda text: not path_fault(text))
PATH = st.lists(SEGMENT, min_size=1, max_size=3).map("/".join).filter(lambda p: not path_fault(p))
KIND = st.sampled_from(sorted(KINDS))


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    blob_size = draw(st.integers(1, 5000))
    paths = draw(st.lists(PATH, min_size=1, max_size=6, unique_by=fold))
    files = []
    for path in paths:
        if is_pickle_name(path):
            continue
        size = draw(st.integers(0, 4 * blob_size))
        count = -(-size // blob_size)
        blobs = tuple(sha256_bytes(f"{path}{at}".encode()) for at in range(count))
        digest = {0: EMPTY, 1: blobs[0] if blobs else ""}.get(count) or draw(DIGEST)
        texts = (draw(KIND), draw(TEXT), draw(TEXT), draw(TEXT))
        files.append(ManifestFile(path, *texts, digest, size, blobs))
    clash = collisions(file.path for file in files)
    while clash:
        files = [file for file in files if file.path != clash[0]]
        clash = collisions(file.path for file in files)
    files = files or [ManifestFile("x", "asset", "", "", "", EMPTY, 0, ())]
    return Manifest(blob_size, tuple(sorted(files)))


@given(manifests())
def test_a_manifest_comes_back_as_it_went_in(manifest: Manifest) -> None:
    content = manifest.encode()
    again = decode_manifest(content, "m")
    assert again == manifest
    assert again.encode() == content
    assert make_manifest(reversed(manifest.files), manifest.blob_size) == manifest
    for file in manifest.files:
        assert sum(size for _, size in manifest.parts(file)) == file.size
        assert all(0 < size <= manifest.blob_size for _, size in manifest.parts(file))


@given(manifests(), st.data())
def test_a_changed_manifest_is_refused_or_still_keeps_the_rules(
    manifest: Manifest, data: st.DataObject
) -> None:
    content = bytearray(manifest.encode())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255))
    try:
        other = decode_manifest(bytes(content), "m")
    except Invalid:
        return
    assert decode_manifest(other.encode(), "m") == other
    assert not any(path_fault(file.path) for file in other.files)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["files", "format", "blob_size", "path", "size", "sha256", "blobs"]),
            inner,
        )
    ),
)


@given(JSON)
def test_any_json_is_a_manifest_or_refused(value: object) -> None:
    with pytest.raises(Invalid):
        decode_manifest(dump_canonical(value), "m")


@given(JSON)
def test_any_json_in_place_of_an_entry_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        decode_manifest(dump_canonical({"blob_size": 9, "files": [value], "format": 1}), "m")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_statement_or_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        decode_statement(content)


@given(
    st.builds(
        Statement,
        st.just("field-kit"),
        DIGEST,
        st.integers(1, 2**53 - 1),
        st.integers(1, 2**53 - 1),
        st.just("2026-01-31T12:00:00Z"),
        DIGEST,
        st.integers(0, 2**28),
        DIGEST,
        st.builds(Totals, *[st.integers(0, 2**46)] * 4),
        st.lists(st.builds(RecipeClaim, DIGEST, TEXT, TEXT), max_size=3).map(tuple),
        st.lists(TEXT, max_size=3).map(tuple),
        st.lists(TEXT, max_size=3).map(tuple),
    )
)
def test_a_statement_comes_back_as_it_went_in(statement: Statement) -> None:
    assert decode_statement(statement.encode()) == statement


STATEMENT = Statement(
    "kit", "ab" * 32, 1, 1, "2026-01-31T12:00:00Z", "cd" * 32, 10, "ef" * 32, Totals(1, 1, 1, 1),
    (), (), (),
)  # fmt: skip


@given(st.sampled_from(sorted(vars(STATEMENT))), JSON)
def test_any_value_in_a_statement_is_right_or_refused(key: str, value: object) -> None:
    import json

    document = json.loads(STATEMENT.encode())
    if key == "manifest":
        document["subject"][0]["digest"] = value
    else:
        document["predicate"][key] = value
    try:
        found = decode_statement(dump_canonical(document))
    except Refused:
        return
    assert decode_statement(found.encode()) == found


@given(st.text(max_size=40))
def test_a_path_is_good_on_every_system_or_says_why_not(path: str) -> None:
    if not path_fault(path):
        assert path == path.strip(" ")
        assert not set(path) & set('\\:*?"<>|\0\n')
        assert all(part not in {"", ".", ".."} for part in path.split("/"))
        assert path.encode("utf-8").decode("utf-8") == path


@pytest.mark.parametrize(
    "path", ["a", "weights/lite0.safetensors", "data/héllo wörld.tar", "日本/語.txt", "conf/nul_x",
             "a.b.c/d-e_f", ".hidden", "com10", "auxiliary", "a@b+c=d,e", "x" * 200]
)  # fmt: skip
def test_ordinary_paths_are_good(path: str) -> None:
    assert path_fault(path) == ""


@pytest.mark.slow
def test_a_manifest_of_100_000_files_is_read_in_a_moment() -> None:
    digests = [sha256_bytes(str(at).encode()) for at in range(100_000)]
    files = [
        ManifestFile(f"data/{at % 97}/{at:06}.png", "dataset", "image/png", "MIT", "here",
                     digest, at + 1, (digest,))
        for at, digest in enumerate(digests)
    ]  # fmt: skip
    content = Manifest(1 << 28, tuple(sorted(files))).encode()
    began = time.process_time()
    assert len(decode_manifest(content, "m").files) == 100_000
    assert time.process_time() - began < 3
