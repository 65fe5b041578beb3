"""Export as an OCI image layout (image-spec 1.1), so that tools for containers can carry a bundle.

Each blob becomes a layer under the digest that it has anyway; envelope, roots, README and manifest
go along, so that the bundle can be put together again and checked. ``index.json`` is written last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.base.files import atomic_writer, write_bytes
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle.admission import Admitted, Policy, admit
from haversack.bundle.device import check_blob, read_whole
from haversack.bundle.donors import locate
from haversack.bundle.exporting import refuse_what_is_there
from haversack.bundle.layout import ENVELOPE, README, ROOTS, blob_name
from haversack.bundle.listing import list_bundle
from haversack.bundle.manifest import EMPTY
from haversack.bundle.parallel import Counting, for_all
from haversack.bundle.sticks import partial
from haversack.trust.envelope import LIMIT
from haversack.trust.keyring import KeyRing
from haversack.trust.roots import file_name

ARTIFACT = "application/vnd.haversack.bundle.v1"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
NOTHING = "application/vnd.oci.empty.v1+json"
TITLE = "org.opencontainers.image.title"
NAME = "org.opencontainers.image.ref.name"
CREATED = "org.opencontainers.image.created"
PART = "io.haversack.part"
FILE = "io.haversack.file"


@dataclass(frozen=True)
class Exported:
    """What was exported.

    Attributes:
        folder: The image layout.
        name: The reference in its index.
        digest: The digest of its manifest, as ``sha256:...``.
        layers: How many layers it has.
        bytes: The bytes of all layers, those of the same bytes once.
    """

    folder: Path
    name: str
    digest: str
    layers: int
    bytes: int


def export_oci(
    folder: Path,
    out: Path,
    keyring: KeyRing,
    policy: Policy | None = None,
    *,
    donors: Sequence[Path] = (),
    jobs: int | None = None,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Exported:
    """Check a bundle while copying it into an OCI image layout.

    Args:
        folder: The bundle, or one stick of a set.
        out: The layout's folder; must not be there, or be empty.
        keyring: Whom this machine trusts and what it has seen.
        policy: What a person decided; None for the ordinary.
        donors: Folders of its other sticks, or of older bundles, for blobs that it lacks.
        jobs: Threads; None for one per core.
        on_progress: Told about the bytes copied.
        cancel: Asked between pieces.

    Raises:
        Refused: The bundle is not what it should be.
        Partial: Blobs are missing.
        UsageError: ``out`` is not empty.
        StorageError: A disk fails.
    """
    found = admit(folder, keyring, policy or Policy())
    places = locate(found, donors)
    if places.needs:
        raise partial(found, places, donors)
    refuse_what_is_there(out)
    blobs = found.manifest.blobs
    count = Counting(Meter("exporting", sum(blobs.values()), on_progress, cancel=cancel).advance)

    def copy(blob: tuple[str, int]) -> None:
        sha256, size = blob
        with atomic_writer(_path(out, sha256)) as file:
            name = blob_name(sha256)
            check_blob(places.of(sha256), name, sha256, size, count, also=file.write)

    for_all(list(blobs.items()), copy, jobs, lambda blob: blob[1])
    layers = [*_own_layers(found, out), *_file_layers(found)]
    if any(file.size == 0 for file in found.manifest.files):
        write_bytes(_path(out, EMPTY), b"")
    return _finish(found, out, layers)


def _finish(found: Admitted, out: Path, layers: list[dict[str, Any]]) -> Exported:
    said = found.statement
    manifest = dump_canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": ARTIFACT,
            "config": _put(out, b"{}", NOTHING),
            "layers": layers,
            "annotations": {CREATED: said.created},
        }
    )
    name = f"{said.name}-{said.counter}"
    descriptor = {**_put(out, manifest, MANIFEST), "annotations": {NAME: name}}
    write_bytes(out / "oci-layout", dump_canonical({"imageLayoutVersion": "1.0.0"}))
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]}
    write_bytes(out / "index.json", dump_canonical(index))
    total = sum({layer["digest"]: layer["size"] for layer in layers}.values())
    return Exported(out, name, descriptor["digest"], len(layers), total)


def _own_layers(found: Admitted, out: Path) -> Iterator[dict[str, Any]]:
    """Give what the bundle itself consists of; it was checked by ``admit``."""
    said = found.statement
    listing = list_bundle(found.folder, blobs=False)
    names = [ENVELOPE, README, *(f"{ROOTS}/{file_name(version)}" for version in listing.roots)]
    names.append(blob_name(said.manifest))
    for name in names:
        content = read_whole(found.folder, name, max(LIMIT, said.manifest_size))
        media_type = "text/plain" if name == README else "application/json"
        yield _put(out, content, media_type, name)


def _file_layers(found: Admitted) -> Iterator[dict[str, Any]]:
    for file in found.manifest.files:
        parts = list(found.manifest.parts(file)) or [(EMPTY, 0)]
        for at, (sha256, size) in enumerate(parts, 1):
            notes = {TITLE: file.path}
            if len(parts) > 1:
                notes = {
                    TITLE: f"{file.path}.part-{at:04}",
                    FILE: file.path,
                    PART: f"{at}/{len(parts)}",
                }
            kind = file.media_type or "application/octet-stream"
            yield _descriptor(sha256, size, kind, notes)


def _put(out: Path, content: bytes, media_type: str, title: str = "") -> dict[str, Any]:
    sha256 = sha256_bytes(content)
    write_bytes(_path(out, sha256), content)
    return _descriptor(sha256, len(content), media_type, {TITLE: title} if title else {})


def _descriptor(sha256: str, size: int, media_type: str, notes: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"mediaType": media_type, "digest": f"sha256:{sha256}", "size": size}
    return {**made, "annotations": notes} if notes else made


def _path(out: Path, sha256: str) -> Path:
    return out / "blobs" / "sha256" / sha256
