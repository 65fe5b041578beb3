"""Export as plain files with an OpenSSF model signature (v1.0), which model-signing verifies.

The signature is a Sigstore bundle around a DSSE envelope with an in-toto Statement that names every
file by SHA-256. It is made with an elliptic-curve key of its own kind: the tools for it know no
Ed25519, so it cannot be the publisher's key, and it says nothing about the publisher.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import copy_and_hash
from haversack.base.errors import UsageError
from haversack.base.files import atomic_writer, read_bytes, write_bytes
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle.admission import Policy, admit
from haversack.bundle.device import damaged
from haversack.bundle.donors import locate
from haversack.bundle.exporting import refuse_what_is_there
from haversack.bundle.manifest import Manifest, ManifestFile
from haversack.bundle.parallel import Counting, for_all
from haversack.bundle.paths import fold
from haversack.bundle.sticks import partial
from haversack.bundle.stream import FileStream
from haversack.trust.keyring import KeyRing

SIGNATURE = "model.sig"
PREDICATE = "https://model_signing/signature/v1.0"
PAYLOAD = "application/vnd.in-toto+json"
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_HASHES = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
_KEY_LIMIT = 1 << 16


@dataclass(frozen=True)
class SignedFiles:
    """What was exported.

    Attributes:
        folder: The files, by their logical paths, and the signature.
        name: What the signature calls them.
        digest: The SHA-256 over the digests of all files, in order.
        files: How many files.
        bytes: Their bytes.
    """

    folder: Path
    name: str
    digest: str
    files: int
    bytes: int


def export_oms(
    folder: Path,
    out: Path,
    keyring: KeyRing,
    key: Path,
    policy: Policy | None = None,
    *,
    donors: Sequence[Path] = (),
    jobs: int | None = None,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> SignedFiles:
    """Check a bundle while writing its files, then sign them; the signature comes last.

    Args:
        folder: The bundle, or one stick of a set.
        out: The folder to write; must not be there, or be empty.
        keyring: Whom this machine trusts and what it has seen.
        key: A PEM file with an unencrypted private key on P-256, P-384 or P-521.
        policy: What a person decided; None for the ordinary.
        donors: Folders of its other sticks, or of older bundles, for blobs that it lacks.
        jobs: Threads; None for one per core.
        on_progress: Told about the bytes written.
        cancel: Asked between pieces.

    Raises:
        Refused: The bundle is not what it should be.
        Partial: Blobs are missing.
        UsageError: ``out`` is not empty, or the key will not do.
        StorageError: A disk fails.
    """
    signer = _load_key(key)
    found = admit(folder, keyring, policy or Policy())
    places = locate(found, donors)
    if places.needs:
        raise partial(found, places, donors)
    refuse_what_is_there(out)
    if any(f"{fold(file.path)}/".startswith(f"{SIGNATURE}/") for file in found.manifest.files):
        raise UsageError(
            f"the bundle has a file {SIGNATURE}, which is what the signature is called",
            "Export it with --oci instead.",
        )
    files = found.manifest.files
    meter = Meter("exporting", found.manifest.size, on_progress, cancel=cancel)
    count = Counting(meter.advance)

    def write(file: ManifestFile) -> None:
        is_weights = file.kind == "weights"
        with (
            atomic_writer(out / file.path) as target,
            FileStream(places, found.manifest, file, is_weights) as stream,
        ):
            sha256, _ = copy_and_hash(cast("BinaryIO", stream), target, count)
            if sha256 != file.sha256:
                raise damaged(file.path)

    for_all(files, write, jobs, lambda file: file.size)
    name = f"{found.statement.name}-{found.statement.counter}"
    statement, digest = make_statement(name, found.manifest)
    write_bytes(out / SIGNATURE, sign(statement, signer))
    return SignedFiles(out, name, digest, len(files), found.manifest.size)


def make_statement(name: str, manifest: Manifest) -> tuple[bytes, str]:
    """Give the in-toto Statement over all files, and their common digest."""
    files = sorted(manifest.files, key=lambda file: file.path)
    digest = hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in files)).hexdigest()
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}}],
        "predicateType": PREDICATE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": [SIGNATURE],
            },
            "resources": [
                {"name": file.path, "algorithm": "sha256", "digest": file.sha256} for file in files
            ],
        },
    }
    return dump_canonical(document), digest


def sign(statement: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give the Sigstore bundle around a statement."""
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    covered = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD), PAYLOAD.encode(), len(statement), statement)
    signature = key.sign(covered, ec.ECDSA(_HASHES[key.curve.key_size]))
    return dump_canonical(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {
                "publicKey": {"hint": hashlib.sha256(public).hexdigest()},
                "tlogEntries": [],
            },
            "dsseEnvelope": {
                "payload": base64.b64encode(statement).decode(),
                "payloadType": PAYLOAD,
                "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
            },
        }
    )


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    hint = "Make one: openssl ecparam -name prime256v1 -genkey -noout -out key.pem"
    content = read_bytes(path, _KEY_LIMIT)
    try:
        key = serialization.load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is no unencrypted private key in PEM", hint) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in {
        "secp256r1", "secp384r1", "secp521r1",
    }:  # fmt: skip
        raise UsageError(f"{path} is no key on P-256, P-384 or P-521", hint)
    return key
