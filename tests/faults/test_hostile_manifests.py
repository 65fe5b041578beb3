"""Faults 16 to 25: manifests that are rightly signed and break the format's rules."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from faults.staging import Kit, assert_refused
from haversack.base.canonical_json import dump_canonical


def test_fault_16_a_path_named_twice_with_other_bytes_is_refused(kit: Kit) -> None:
    def twice(files: list[dict[str, Any]]) -> None:
        other = next(file for file in files if file["path"] == "data/b.tar")
        files.append({**other, "path": "data/a.tar"})

    name = kit.forge_files(twice)
    assert_refused(kit, "invalid", name, "named twice")


def test_fault_17_a_key_twice_in_the_manifest_is_refused(kit: Kit) -> None:
    content = json.dumps(kit.manifest).replace('"size":', '"size": 1, "size":', 1)
    name = kit.forge_manifest(content.encode())
    assert_refused(kit, "invalid", name, "twice")


def test_fault_17_a_key_twice_in_the_envelope_is_refused(kit: Kit) -> None:
    envelope = kit.folder / "bundle.dsse.json"
    content = envelope.read_bytes()
    envelope.write_bytes(content[:-1] + b',"signatures":[]}')
    assert_refused(kit, "invalid", "bundle.dsse.json", "twice")


@pytest.mark.parametrize("depth", [65, 100_000])
def test_fault_18_deep_nesting_is_refused_at_once(kit: Kit, depth: int) -> None:
    name = kit.forge_manifest(b'{"files":' + b"[" * depth + b"]" * depth + b"}")
    assert_refused(kit, "invalid", name, "nested deeper")


def test_fault_19_a_manifest_larger_than_it_was_signed_is_not_read(kit: Kit) -> None:
    blob = kit.blob(kit.statement["subject"][0])
    with blob.open("ab") as file:
        file.truncate(3 << 30)
    began = time.perf_counter()
    assert_refused(kit, "invalid", says="larger than")
    assert time.perf_counter() - began < 2


def test_fault_19_a_manifest_signed_as_huge_is_refused_before_it_is_read(kit: Kit) -> None:
    statement = kit.statement
    statement["predicate"]["manifest_size"] = (256 << 20) + 1
    kit.seal(statement)
    assert_refused(kit, "invalid", "bundle.dsse.json", "impossible size")


def test_fault_19_a_huge_envelope_is_not_read(kit: Kit) -> None:
    with (kit.folder / "bundle.dsse.json").open("ab") as file:
        file.truncate(3 << 30)
    assert_refused(kit, "invalid", "bundle.dsse.json", "larger than")


@pytest.mark.parametrize(
    "size", ["NaN", "Infinity", "-1", "3072.0", "3e3", "1e999", "true", '"3072"', "null",
             str(2**63), "9" * 400, "9" * 5000]
)  # fmt: skip
def test_fault_20_a_size_that_is_no_plain_whole_number_is_refused(kit: Kit, size: str) -> None:
    content = json.dumps(kit.manifest)
    assert '"size": 3072' in content
    name = kit.forge_manifest(content.replace('"size": 3072', f'"size": {size}').encode())
    assert_refused(kit, "invalid", name)


@pytest.mark.parametrize("counter", [0, -1, 1.0, True, "1", None, 2**53, 10**400])
def test_fault_20_a_counter_that_is_no_plain_whole_number_is_refused(
    kit: Kit, counter: object
) -> None:
    statement = kit.statement
    statement["predicate"]["counter"] = counter
    kit.seal(statement)
    assert_refused(kit, "invalid", "bundle.dsse.json")


def test_fault_21_a_newer_format_is_too_new_and_says_so(kit: Kit) -> None:
    statement = kit.statement
    statement["predicate"] = {"format": 2, "something": "that nobody knows yet"}
    kit.seal(statement)
    assert_refused(kit, "too-new", "bundle.dsse.json", "format 2")


@pytest.mark.parametrize("version", [0, -1, "1", True, None, 1.0])
def test_fault_21_a_format_that_is_none_is_refused(kit: Kit, version: object) -> None:
    statement = kit.statement
    statement["predicate"]["format"] = version
    kit.seal(statement)
    assert_refused(kit, "invalid", "bundle.dsse.json")


@pytest.mark.parametrize(
    "digest",
    [
        {"md5": "d41d8cd98f00b204e9800998ecf8427e"},
        {"sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"sha256": "00" * 32, "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"sha256": "d41d8cd98f00b204e9800998ecf8427e"},
        {"sha256": "AB" * 32},
        {},
    ],
)
def test_fault_22_another_digest_than_sha256_is_refused(kit: Kit, digest: dict[str, str]) -> None:
    statement = kit.statement
    statement["subject"][0]["digest"] = digest
    kit.seal(statement)
    assert_refused(kit, "invalid", "bundle.dsse.json")


def test_fault_22_a_file_named_by_md5_is_refused(kit: Kit) -> None:
    def downgrade(files: list[dict[str, Any]]) -> None:
        files[0]["md5"] = files[0].pop("sha256")[:32]

    name = kit.forge_files(downgrade)
    assert_refused(kit, "invalid", name)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b'"files"', b'{"blob_size":4096,"files":[],"format":1}'],
)
def test_fault_23_an_empty_manifest_is_refused(kit: Kit, content: bytes) -> None:
    name = kit.forge_manifest(content)
    assert_refused(kit, "invalid", name)


@pytest.mark.parametrize("path", ["data/*.tar", "data/?.tar", "data/**", "data/[a-z]?.tar"])
def test_fault_24_a_wildcard_in_a_path_is_refused(kit: Kit, path: str) -> None:
    name = kit.forge_files(lambda files: files[0].update(path=path))
    assert_refused(kit, "invalid", name, "no path for a bundle")


@pytest.mark.parametrize("key", ["ignore", "exclude", "optional"])
def test_fault_24_a_rule_of_what_to_ignore_is_refused(kit: Kit, key: str) -> None:
    manifest = kit.manifest
    name = kit.forge_manifest(dump_canonical({**manifest, key: ["data/*"]}))
    assert_refused(kit, "invalid", name)
    name = kit.forge_manifest(
        dump_canonical({**manifest, "files": [{**manifest["files"][0], key: True}]})
    )
    assert_refused(kit, "invalid", name)


def test_fault_25_a_byte_order_mark_is_refused(kit: Kit) -> None:
    name = kit.forge_manifest(b"\xef\xbb\xbf" + json.dumps(kit.manifest).encode())
    assert_refused(kit, "invalid", name, "byte order mark")


@pytest.mark.parametrize("rubbish", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\\ud800"])
def test_fault_25_text_that_is_not_utf8_is_refused(kit: Kit, rubbish: bytes) -> None:
    content = json.dumps(kit.manifest).encode().replace(b"made here", b"made" + rubbish, 1)
    name = kit.forge_manifest(content)
    assert_refused(kit, "invalid", name)


def test_totals_that_do_not_agree_with_the_manifest_are_refused(kit: Kit) -> None:
    statement = kit.statement
    statement["predicate"]["totals"]["files"] += 1
    kit.seal(statement)
    assert_refused(kit, "invalid", "bundle.dsse.json", "totals")


def test_a_blob_used_with_two_sizes_is_refused(kit: Kit) -> None:
    def mix(files: list[dict[str, Any]]) -> None:
        weights = next(file for file in files if file["kind"] == "weights")
        weights["blobs"].reverse()

    name = kit.forge_files(mix)
    assert_refused(kit, "invalid")
    assert name
