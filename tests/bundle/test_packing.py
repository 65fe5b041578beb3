"""Packing: what is written, what is used again, and what is refused beforehand."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from faults.staging import (
    BLOB_SIZE,
    CHEAP,
    CONTENTS,
    PASSPHRASE,
    Kit,
    assert_whole,
    few_items,
    item,
    make_kit,
    repack,
    state_of,
)
from haversack.base.digests import sha256_bytes
from haversack.base.errors import Cancelled, UsageError
from haversack.base.files import StorageError
from haversack.base.progress import CancelToken, Progress
from haversack.bundle.errors import PackError, Unsigned
from haversack.bundle.items import Contents, PackItem, PackReceipt
from haversack.bundle.layout import BLOB_SIZE as LARGEST
from haversack.bundle.writer import PackOptions, pack
from haversack.trust.keyring import KeyRing

OPTIONS = PackOptions(blob_size=BLOB_SIZE)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(tmp_path)


def _pack(kit: Kit, items: list[PackItem], out: Path | None = None, **extra: object) -> PackReceipt:
    return pack(items, out or kit.folder, kit.signer, CONTENTS, OPTIONS, **extra)  # type: ignore[arg-type] # progress and cancel


def test_a_bundle_holds_its_parts_where_the_format_says(kit: Kit) -> None:
    names = set(state_of(kit.folder))
    assert {"bundle.dsse.json", "README.txt", "root/1.root.json"} <= names
    blobs = names - {"bundle.dsse.json", "README.txt", "root/1.root.json"}
    for name in blobs:
        *start, fan, sha256 = name.split("/")
        assert (start, fan) == (["blobs", "sha256"], sha256[:2])
        assert sha256_bytes((kit.folder / name).read_bytes()) == sha256


def test_the_envelope_tells_what_is_inside(kit: Kit) -> None:
    predicate = kit.statement["predicate"]
    assert (predicate["name"], predicate["counter"]) == ("field-kit", 1)
    assert predicate["recipes"] == [{"id": "ab" * 32, "name": "smoke", "task": "detection"}]
    assert (predicate["volumes"], predicate["licences"]) == (["xval_det"], ["Apache-2.0"])
    assert predicate["totals"]["files"] == len(few_items())
    assert predicate["totals"]["bytes"] == sum(one.size for one in few_items())


def test_the_same_bytes_are_stored_once(kit: Kit) -> None:
    assert kit.blobs_of("data/b.tar") == kit.blobs_of("data/copy of b.tar")
    assert kit.statement["predicate"]["totals"]["blobs"] == 7


def test_a_file_larger_than_a_blob_is_split(kit: Kit) -> None:
    sizes = [blob.stat().st_size for blob in kit.blobs_of("weights/lite0.safetensors")]
    assert sizes[:2] == [BLOB_SIZE, BLOB_SIZE]
    assert 0 < sizes[2] <= BLOB_SIZE


def test_packing_unchanged_items_again_writes_no_blob_and_opens_no_source(kit: Kit) -> None:
    before = {name: (kit.folder / name).stat().st_mtime_ns for name in state_of(kit.folder)}
    closed = [one if one.kind == "weights" else replace(one, open=_closed) for one in few_items()]
    receipt = _pack(kit, closed)
    assert (receipt.blobs_written, receipt.bytes_written, receipt.blobs_reused) == (0, 0, 7)
    assert (receipt.counter, receipt.read_back) == (2, True)
    for name, moment in before.items():
        if name.startswith("blobs/"):
            assert (kit.folder / name).stat().st_mtime_ns == moment
    assert_whole(kit)


def test_a_damaged_blob_is_found_and_written_anew_when_it_is_to_be_used_again(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    blob.write_bytes(blob.read_bytes()[::-1])
    receipt = _pack(kit, few_items())
    assert (receipt.blobs_written, receipt.blobs_reused) == (1, 6)
    assert_whole(kit)


def test_without_reading_back_the_receipt_says_so(kit: Kit) -> None:
    options = PackOptions(blob_size=BLOB_SIZE, read_back=False)
    receipt = pack(few_items(), kit.folder, kit.signer, CONTENTS, options)
    assert not receipt.read_back
    assert_whole(kit)


def test_only_what_changed_is_written_and_what_went_is_removed(kit: Kit) -> None:
    gone = kit.blobs_of("data/a.tar")[0]
    items = [one for one in few_items() if one.logical_path != "data/a.tar"]
    receipt = _pack(kit, [*items, item("data/new.tar", b"new")])
    assert (receipt.blobs_written, receipt.bytes_written) == (1, 3)
    assert not gone.exists()
    assert_whole(kit)


def test_another_size_of_blobs_is_no_trap(kit: Kit) -> None:
    pack(few_items(), kit.folder, kit.signer, CONTENTS, PackOptions(blob_size=1000))
    assert_whole(kit)
    pack(few_items(), kit.folder, kit.signer, CONTENTS)
    assert kit.manifest["blob_size"] == LARGEST
    assert_whole(kit)


@pytest.mark.parametrize("change", ["bytes", "shorter", "longer"])
def test_a_source_that_changed_is_an_error_and_nothing_is_sealed(kit: Kit, change: str) -> None:
    good = item("data/new.tar", b"x" * 9000)
    other = {"bytes": b"y" * 9000, "shorter": b"x" * 8999, "longer": b"x" * 9001}[change]
    for blob_size in (BLOB_SIZE, LARGEST):
        bad = replace(good, open=lambda: io.BytesIO(other))
        with pytest.raises(PackError, match=r"data/new\.tar is not what was recorded"):
            pack([bad], kit.folder, kit.signer, CONTENTS, PackOptions(blob_size=blob_size))
        with pytest.raises(Unsigned):
            kit.bundle.verify(kit.field)
    repack(kit)
    assert_whole(kit)


def test_a_source_that_cannot_be_read_is_an_error(kit: Kit, tmp_path: Path) -> None:
    lost = replace(item("data/new.tar", b"x"), open=(tmp_path / "nowhere").open)  # type: ignore[arg-type] # opens text, were it there
    with pytest.raises(StorageError, match=r"data/new\.tar"):
        _pack(kit, [lost])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../x", r"\.\."),
        ("/x", "absolute"),
        ("a:b", "absolute"),
        ("CON", "device"),
        ("DATA/A.tar", "case"),
    ],
)
def test_a_path_that_a_reader_would_refuse_is_not_packed(
    kit: Kit, tmp_path: Path, path: str, says: str
) -> None:
    with pytest.raises(PackError, match=says) as caught:
        _pack(kit, [*few_items(), item(path, b"x")], tmp_path / "NEW")
    assert caught.value.exit_code == 1
    assert not (tmp_path / "NEW").exists()


def test_wrong_items_are_refused_before_anything_is_written(kit: Kit, tmp_path: Path) -> None:
    good = item("data/a.tar", b"x")
    for bad in (
        replace(good, kind="pickle"),
        replace(good, sha256="md5"),
        replace(good, size=-1),
        replace(good, size=2**60),
        replace(good, licence="two\nlines"),
        replace(good, source="\u202e"),
    ):
        with pytest.raises(PackError):
            _pack(kit, [bad], tmp_path / "NEW")
    with pytest.raises(PackError, match="no file"):
        _pack(kit, [], tmp_path / "NEW")
    with pytest.raises(UsageError):
        pack([good], tmp_path / "NEW", kit.signer, Contents("a name"))
    with pytest.raises(PackError, match="shown"):
        pack([good], tmp_path / "NEW", kit.signer, Contents("kit", volumes=("a\nb",)))
    assert not (tmp_path / "NEW").exists()


def test_a_folder_with_other_things_is_not_written_to(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(PackError, match=r"letter\.txt"):
        _pack(kit, few_items(), tmp_path / "home")
    with pytest.raises(PackError, match="no folder"):
        _pack(kit, few_items(), tmp_path / "home" / "letter.txt")
    assert state_of(tmp_path / "home") == {"letter.txt": b"dear"}


def test_a_bundle_of_another_name_or_publisher_is_not_overwritten(kit: Kit) -> None:
    before = state_of(kit.folder)
    with pytest.raises(PackError, match="another bundle: field-kit"):
        pack(few_items(), kit.folder, kit.signer, replace(CONTENTS, name="other"), OPTIONS)
    stranger = KeyRing(kit.folder.parent / "stranger", kit.publisher._own._cost)
    stranger.new("me", "pw")
    with pytest.raises(PackError, match="another bundle"):
        pack(few_items(), kit.folder, stranger.unlock("me", "pw"), CONTENTS, OPTIONS)
    assert state_of(kit.folder) == before


def test_a_bundle_of_a_newer_format_is_not_overwritten(kit: Kit) -> None:
    statement = kit.statement
    statement["predicate"]["format"] = 2
    kit.seal(statement)
    before = state_of(kit.folder)
    with pytest.raises(PackError, match="newer format"):
        repack(kit)
    assert state_of(kit.folder) == before


def test_litter_on_the_stick_is_left_alone(kit: Kit) -> None:
    (kit.folder / "System Volume Information").mkdir()
    (kit.folder / "System Volume Information" / "IndexerVolumeGuid").write_bytes(b"x")
    repack(kit)
    assert (kit.folder / "System Volume Information" / "IndexerVolumeGuid").exists()
    assert_whole(kit)


def test_stopping_leaves_no_bundle_and_packing_again_goes_on(kit: Kit) -> None:
    cancel = CancelToken()
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if progress.phase == "packing":
            cancel.cancel()

    with pytest.raises(Cancelled) as caught:
        _pack(kit, [*few_items(), item("data/z.tar", b"z" * 99)], on_progress=stop, cancel=cancel)
    assert caught.value.exit_code == 130
    assert not list(kit.folder.rglob(".hvtmp-*"))
    with pytest.raises(Unsigned):
        kit.bundle.verify(kit.field)
    repack(kit)
    assert_whole(kit)


def test_progress_reaches_its_total_in_every_phase(kit: Kit) -> None:
    seen: list[Progress] = []
    _pack(kit, [*few_items(), item("data/z.tar", b"z" * 99)], on_progress=seen.append)
    last = {progress.phase: progress for progress in seen}
    assert list(last) == ["reading again", "packing", "reading back"]
    assert all(progress.done == progress.total for progress in last.values())


def test_a_counter_is_never_given_out_twice_even_if_sealing_failed(kit: Kit) -> None:
    (kit.folder / "README.txt").unlink()
    (kit.folder / "README.txt").mkdir()
    with pytest.raises(PackError):
        repack(kit)
    (kit.folder / "README.txt").rmdir()
    kit.signer.counters.reserve(CONTENTS.name)
    repack(kit)
    assert kit.statement["predicate"]["counter"] == 3


def test_the_counter_of_another_workstation_is_taken_from_the_bundle_that_lies_there(
    kit: Kit, tmp_path: Path
) -> None:
    second = KeyRing(tmp_path / "second", CHEAP)
    second.restore(kit.publisher.backup("me", tmp_path / "backup.json"))
    repack(kit)
    repack(kit)
    receipt = pack(few_items(), kit.folder, second.unlock("me", PASSPHRASE), CONTENTS, OPTIONS)
    assert receipt.counter == 4
    assert kit.bundle.verify(kit.field).statement.counter == 4


def test_the_manifest_is_json_that_any_program_can_read(kit: Kit) -> None:
    manifest = kit.blob(kit.statement["subject"][0]).read_bytes()
    again = json.dumps(json.loads(manifest), sort_keys=True, separators=(",", ":"))
    assert again.encode() == manifest


def _closed() -> BinaryIO:
    raise AssertionError("a source was opened that need not be")
