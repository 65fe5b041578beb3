"""Small real bundles, and the means to damage, forge, kill and unplug them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Refused
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.layout import ENVELOPE, blob_name, blob_path
from haversack.bundle.statement import RecipeClaim
from haversack.bundle.writer import PackOptions, pack
from haversack.pantry.store import Store
from haversack.trust.envelope import decode_envelope
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost
from haversack.trust.publisher_signer import PublisherSigner

CHEAP = Cost(log_n=10)
PASSPHRASE = "a passphrase for tests"
BLOB_SIZE = 4096
CONTENTS = Contents("field-kit", (RecipeClaim("ab" * 32, "smoke", "detection"),), ("xval_det",))


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Give a folder in memory where there is one; a killed process loses nothing there either."""
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - the system's own
    folder = Path(tempfile.mkdtemp(dir=shared))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Kit:
    """A bundle, who made it, and a machine that trusts the maker."""

    folder: Path
    publisher: KeyRing
    field: KeyRing
    store: Store

    @property
    def bundle(self) -> Bundle:
        return Bundle(self.folder)

    @property
    def signer(self) -> PublisherSigner:
        return self.publisher.unlock("me", PASSPHRASE)

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as plain values, read as another program would."""
        manifest: dict[str, Any] = json.loads(self.blob(self.statement["subject"][0]).read_bytes())
        return manifest

    @property
    def statement(self) -> dict[str, Any]:
        content = (self.folder / ENVELOPE).read_bytes()
        statement: dict[str, Any] = json.loads(decode_envelope(content, ENVELOPE).payload)
        return statement

    def blob(self, subject: dict[str, Any]) -> Path:
        return blob_path(self.folder, subject["digest"]["sha256"])

    def blobs_of(self, path: str) -> list[Path]:
        for file in self.manifest["files"]:
            if file["path"] == path:
                return [blob_path(self.folder, one) for one in file["blobs"]]
        raise KeyError(path)

    def seal(self, statement: dict[str, Any], signer: PublisherSigner | None = None) -> None:
        """Sign a statement rightly, whatever it says."""
        envelope = (signer or self.signer).sign(dump_canonical(statement))
        (self.folder / ENVELOPE).write_bytes(envelope)

    def forge_manifest(self, content: bytes, **claims: object) -> str:
        """Put another manifest in and sign it rightly; give its name within the bundle."""
        statement = self.statement
        self.blob(statement["subject"][0]).unlink()
        sha256 = sha256_bytes(content)
        path = blob_path(self.folder, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        statement["subject"][0]["digest"] = {"sha256": sha256}
        statement["predicate"]["manifest_size"] = len(content)
        statement["predicate"].update(claims)
        self.seal(statement)
        return blob_name(sha256)

    def forge_files(self, change: Callable[[list[dict[str, Any]]], object]) -> str:
        """Change the manifest's entries, keep them in order, and sign them rightly."""
        manifest = self.manifest
        change(manifest["files"])
        manifest["files"].sort(key=lambda file: str(file["path"]))
        return self.forge_manifest(json.dumps(manifest).encode("utf-8"))


def weights(fill: bytes = b"\x01", size: int = 9000) -> bytes:
    """Give a sound safetensors file."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}})
    return struct.pack("<Q", len(header)) + header.encode() + fill * size


def item(path: str, content: bytes, kind: str = "dataset", source: str = "made here") -> PackItem:
    return PackItem(
        path,
        kind,
        "application/octet-stream",
        "Apache-2.0",
        source,
        hashlib.sha256(content).hexdigest(),
        len(content),
        lambda: io.BytesIO(content),
    )


def few_items() -> list[PackItem]:
    """Give files of one blob, of three, of none, and two with the same bytes."""
    return [
        item("recipes/smoke.sppr", b"kind: task/detection@1\n" * 9, "recipe"),
        item("weights/lite0.safetensors", weights(), "weights"),
        item("data/a.tar", bytes(range(256)) * 12),
        item("data/b.tar", b"b" * 2500),
        item("data/copy of b.tar", b"b" * 2500),
        item("data/empty.txt", b""),
        item("volumes/xval_det.parquet", b"PAR1" + b"v" * 3000 + b"PAR1", "volume"),
    ]


def many_items(count: int, size: int) -> list[PackItem]:
    """Give files of different bytes."""
    blocks = [hashlib.sha256(str(at).encode()).digest() * (size // 32) for at in range(count)]
    return [item(f"data/{at:04}.tar", block) for at, block in enumerate(blocks)]


def make_kit(folder: Path, items: list[PackItem] | None = None) -> Kit:
    publisher = KeyRing(folder / "publisher", CHEAP)
    publisher.new("me", PASSPHRASE, "A Publisher")
    kit = Kit(folder / "KIT", publisher, KeyRing(folder / "field", CHEAP), Store(folder / "store"))
    pack(
        items or few_items(),
        kit.folder,
        kit.signer,
        CONTENTS,
        PackOptions(blob_size=BLOB_SIZE, jobs=1),
    )
    kit.field.trust(publisher.export("me", folder / "me.publisher"))
    return kit


def copy_kit(kit: Kit, folder: Path) -> Kit:
    shutil.copytree(kit.folder.parent, folder, dirs_exist_ok=True)
    return Kit(
        folder / "KIT",
        KeyRing(folder / "publisher", CHEAP),
        KeyRing(folder / "field", CHEAP),
        Store(folder / "store"),
    )


def repack(kit: Kit, items: list[PackItem] | None = None, **options: Any) -> None:
    pack(
        items or few_items(),
        kit.folder,
        kit.signer,
        CONTENTS,
        PackOptions(blob_size=BLOB_SIZE, jobs=1, **options),
    )


def state_of(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder with its bytes, lock files aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "lock" not in path.name
    }


def assert_refused(kit: Kit, state: str, file: str = "", says: str = "") -> Refused:
    """Check that a bundle is refused by both ways in, and that neither leaves a trace."""
    store, field = state_of(kit.store.folder), state_of(kit.field.home)
    with pytest.raises(Refused) as looked:
        kit.bundle.verify(kit.field)
    with pytest.raises(Refused) as taken:
        kit.bundle.take_in(kit.store, kit.field)
    for error in (looked.value, taken.value):
        assert error.state == state, error.message
        assert error.exit_code == (4 if state == "partial" else 3)
        assert error.hint
        assert "\n" not in error.message
        if file:
            assert error.file == file, error.message
            assert file in error.message
        assert says in error.message
    assert state_of(kit.store.folder) == store
    assert state_of(kit.field.home) == field
    inspected = kit.bundle.inspect(kit.field)
    assert inspected.state in {state, "signed"}
    return looked.value


def assert_whole(kit: Kit) -> None:
    """Check that a bundle verifies and that everything in it comes in."""
    assert kit.bundle.verify(kit.field).state == "verified"
    taken = kit.bundle.take_in(kit.store, kit.field)
    for file in taken.files:
        kit.store.verify(file.sha256)


def killed_after(seconds: float, work: Callable[[], None]) -> bool:
    """Run work in a process of its own and kill it; say whether it had not finished before.

    The process is forked, so that it is at work at once, and is ended by SIGKILL alone.
    """
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.WIFSIGNALED(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
