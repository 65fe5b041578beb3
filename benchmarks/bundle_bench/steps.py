"""Our own steps and those of hashlib, each run in a process of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from bundle_bench.measure import report
from haversack.bundle.bundle import Bundle
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.manifest import Manifest, ManifestFile
from haversack.bundle.writer import PackOptions, pack
from haversack.pantry.store import Store
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost as KeyCost

CONTENTS = Contents("bench")
SECRET = "a passphrase for benchmarks"  # noqa: S105 - of a key that lives as long as the benchmark


def ring(work: Path) -> KeyRing:
    """Give the keyring of the benchmark, which trusts its own publisher."""
    found = KeyRing(work / "keys", KeyCost(log_n=10))
    if not found.list():
        found.new("bench", SECRET)
        found.trust(found.export("bench", work / "bench.publisher"))
    return found


def items(tree: Path, listed: Path, read: list[int] | None = None) -> Iterator[PackItem]:
    """Give the files of a tree with the digests that were recorded for them.

    Args:
        tree: The tree.
        listed: Their digests.
        read: Gets the size of every file that is opened.
    """
    for name, sha256 in sorted(json.loads(listed.read_text()).items()):
        path = tree / name
        yield PackItem(
            f"data/{name}", "dataset", "application/octet-stream", "CC0-1.0", "made here",
            sha256, path.stat().st_size, _opener(tree, name, read),
        )  # fmt: skip


def run(words: list[str]) -> None:
    """Do one step, named by its first word, and print what it cost."""
    step, *rest = words
    STEPS[step](*[Path(word) if "/" in word else word for word in rest])


def pack_step(work: Path, tree: Path, listed: Path, out: Path, have: str = "") -> None:
    """Pack a tree; ``have`` is a file with digests to leave out."""
    signer = ring(work).unlock("bench", SECRET)
    read: list[int] = []
    everything = list(items(tree, listed, read))
    leave_out = frozenset(json.loads(Path(have).read_text()).values()) if have else frozenset[str]()
    options = PackOptions(leave_out=leave_out)

    def pack_it() -> Mapping[str, float]:
        receipt = pack(everything, out, signer, CONTENTS, options)
        return {"bytes": receipt.bytes_written, "read": sum(read)}

    report(pack_it)


def verify_step(work: Path, bundle: Path, jobs: str) -> None:
    """Check every byte of a bundle."""
    keys = ring(work)
    report(lambda: {"blobs": Bundle(bundle).verify(keys, jobs=int(jobs) or None).blobs})


def take_step(work: Path, bundle: Path, store: Path) -> None:
    """Take a bundle into a store."""
    keys = ring(work)
    report(lambda: {"bytes": Bundle(bundle).take_in(Store(store), keys).copied})


def browse_step(work: Path, bundle: Path) -> None:
    """Open a bundle until its files can be shown."""
    keys = ring(work)
    report(lambda: {"files": len(Bundle(bundle).inspect(keys).files)})


def hash_step(tree: Path) -> None:
    """Read every file once through hashlib: the floor of every check."""

    def hash_all() -> None:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                with path.open("rb", buffering=0) as file:
                    hashlib.file_digest(file, "sha256").hexdigest()

    report(hash_all)


def manifest_step(files: str) -> None:
    """Read a manifest of so many files from memory."""
    from haversack.bundle.manifest import decode_manifest

    digest = [hashlib.sha256(str(at).encode()).hexdigest() for at in range(int(files))]
    listed = tuple(
        ManifestFile(f"data/{at // 1000:04}/{at:06}.png", "dataset", "image/png", "MIT", "here",
                     sha256, at + 1, (sha256,))
        for at, sha256 in enumerate(digest)
    )  # fmt: skip
    content = Manifest(1 << 28, listed).encode()
    report(lambda: {"files": len(decode_manifest(content, "the manifest").files)})


def _opener(tree: Path, name: str, read: list[int] | None) -> Callable[[], BinaryIO]:
    def open_it() -> BinaryIO:
        path = tree / name
        if read is not None:
            read.append(path.stat().st_size)
        return path.open("rb", buffering=0)

    return open_it


STEPS: dict[str, Callable[..., None]] = {
    "pack": pack_step,
    "verify": verify_step,
    "take": take_step,
    "browse": browse_step,
    "hash": hash_step,
    "manifest": manifest_step,
}
