from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.base.errors import Cancelled, IntegrityError, UsageError
from haversack.base.files import StorageError
from haversack.base.progress import CancelToken, Meter, ignore_progress
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.store import Store
from pantry.samples import files_under, sha256


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@given(content=st.binary(max_size=4096))
@settings(max_examples=40, deadline=None)
def test_what_is_taken_in_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    store = Store(tmp_path_factory.mktemp("round") / "store")
    digest, size = store.take_stream(io.BytesIO(content))
    assert (digest, size) == (sha256(content), len(content))
    assert store.read(digest) == content
    with store.open(digest) as file:
        assert file.read() == content
    assert store.size(digest) == len(content)
    assert list(store.digests()) == [digest]


@given(content=st.binary(min_size=1, max_size=300), where=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_one_flipped_bit_is_found(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, where: object
) -> None:
    store = Store(tmp_path_factory.mktemp("flip") / "store")
    digest, _ = store.take_bytes(content)
    at = where.randrange(len(content) * 8)  # type: ignore[attr-defined] # it is a Random
    damaged = bytearray(content)
    damaged[at // 8] ^= 1 << (at % 8)
    path = store.path(digest)
    path.chmod(0o644)
    path.write_bytes(damaged)
    for ask in (store.read, store.open, store.verify):
        with pytest.raises(IntegrityError, match=digest[:12]):
            ask(digest)


def test_taking_in_again_mends_a_damaged_file(store: Store) -> None:
    digest, _ = store.take_bytes(b"sound")
    store.path(digest).chmod(0o644)
    store.path(digest).write_bytes(b"rot")
    store.take_bytes(b"sound")
    assert store.read(digest) == b"sound"


def test_a_truncated_file_is_found(store: Store) -> None:
    digest, _ = store.take_bytes(b"x" * 5000)
    os.truncate(store.path(digest), 4999)
    with pytest.raises(IntegrityError):
        store.verify(digest)


def test_a_wrong_digest_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(IntegrityError, match="does not have the digest"):
        store.take_bytes(b"other", sha256(b"wanted"))
    assert files_under(store.folder) == []


def test_a_cancelled_take_leaves_nothing_behind(store: Store) -> None:
    cancel = CancelToken()
    cancel.cancel()
    meter = Meter("taking in", None, ignore_progress, cancel=cancel)
    with pytest.raises(Cancelled):
        store.take_stream(io.BytesIO(b"x" * 10), on_bytes=meter.advance)
    assert files_under(store.folder) == []


def test_a_source_that_fails_is_named_and_leaves_nothing_behind(store: Store) -> None:
    class Pulled(io.RawIOBase):
        name = "STICK/blob"
        reads = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.reads += 1
            if self.reads > 1:
                raise OSError(5, "Input/output error")
            return b"x" * 100

    with pytest.raises(StorageError, match=r"reading STICK/blob: the device failed"):
        store.take_stream(Pulled())  # type: ignore[arg-type] # a raw stream reads like a buffered one
    assert files_under(store.folder) == []


def test_short_reads_are_put_together(store: Store) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(3, size if size and size > 0 else 3))

    content = bytes(range(256))
    digest, _ = store.take_stream(Slow(content), sha256(content))
    assert store.read(digest) == content


@pytest.mark.parametrize("wrong", ["", "ab", "../../../etc/passwd", "A" * 64, "g" * 64])
def test_only_a_digest_names_a_file(store: Store, wrong: str) -> None:
    with pytest.raises(UsageError, match="not a SHA-256"):
        store.path(wrong)


def test_an_unknown_digest_is_named(store: Store) -> None:
    for ask in (store.read, store.open, store.verify, store.size):
        with pytest.raises(NotInPantryError, match="no file 00000000"):
            ask("0" * 64)


def test_a_fifo_is_not_taken_in(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="not a file"):
        store.take_file(tmp_path / "pipe")


def test_garbage_collection_keeps_what_is_named_and_clears_leftovers(store: Store) -> None:
    kept, _ = store.take_bytes(b"kept")
    gone, _ = store.take_bytes(b"gone")
    (store.folder / "incoming" / ".hvtmp-dead").write_bytes(b"half")
    assert store.collect_garbage({kept}) == [gone]
    assert files_under(store.folder) == [f"sha256/{kept[:2]}/{kept}"]


def test_garbage_collection_spares_what_has_just_come_in(store: Store) -> None:
    young, _ = store.take_bytes(b"young")
    old, _ = store.take_bytes(b"old")
    os.utime(store.path(old), (1, 1))
    assert store.collect_garbage(set(), spare_younger_than=60) == [old]
    assert store.has(young)


def test_moving_in_checks_the_digest_first(store: Store, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"downloaded")
    with pytest.raises(IntegrityError):
        store.move_in(part, sha256(b"else"))
    assert part.read_bytes() == b"downloaded"
    assert store.move_in(part, sha256(b"downloaded")) == 10
    assert not part.exists()
    assert store.read(sha256(b"downloaded")) == b"downloaded"


def test_strangers_in_the_store_are_not_digests(store: Store) -> None:
    digest, _ = store.take_bytes(b"file")
    (store.path(digest).parent / "notes.txt").write_text("hello")
    misplaced = store.folder / "sha256" / "zz"
    misplaced.mkdir()
    (misplaced / digest).write_bytes(b"file")
    assert list(store.digests()) == [digest]


def test_files_taken_in_together_appear_when_the_block_ends(store: Store) -> None:
    with store.together() as later:
        taken = [
            store.take_stream(io.BytesIO(b"%d" % at), None, None, later)[0] for at in range(40)
        ]
        assert not list(store.digests())
    assert list(store.digests()) == sorted(taken)
    assert [store.read(digest) for digest in taken] == [b"%d" % at for at in range(40)]
    assert not list((store.folder / "incoming").iterdir())


def test_a_file_of_a_group_is_durable_before_it_has_its_name_and_the_name_before_the_block_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        fsync(descriptor)
        done.append(("durable", Path(f"/proc/self/fd/{descriptor}").readlink().name))

    def note_replace(path: Path, target: Path) -> Path:
        done.append(("named", f"{path.name} {target.name}"))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    with store.together() as later:
        for at in range(20):
            store.take_stream(io.BytesIO(b"%d" % at), None, None, later)
        put_by = {digest: temp.name for temp, digest in later}
    for digest, temp in put_by.items():
        named = done.index(("named", f"{temp} {digest}"))
        assert ("durable", temp) in done[:named]
        assert {("durable", digest[:2]), ("durable", "sha256")} <= set(done[named:])


def test_a_group_that_fails_keeps_what_was_whole_and_tells_the_first_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(IntegrityError), store.together() as later:
        kept, _ = store.take_stream(io.BytesIO(b"whole"), None, None, later)
        store.take_stream(io.BytesIO(b"torn"), "0" * 64, None, later)
    assert store.read(kept) == b"whole"

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(IntegrityError), store.together() as later:
        store.take_stream(io.BytesIO(b"lost"), None, None, later)
        store.take_stream(io.BytesIO(b"torn"), "0" * 64, None, later)
    with pytest.raises(StorageError, match="device failed"), store.together() as later:
        store.take_stream(io.BytesIO(b"lost as well"), None, None, later)
    assert list(store.digests()) == [kept]
    assert not list((store.folder / "incoming").iterdir())
