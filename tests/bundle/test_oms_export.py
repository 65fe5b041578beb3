"""Exported files bear a model signature that OpenSSF's own tool accepts, and no other files."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from faults.staging import Kit, few_items, item, make_kit, repack, state_of
from haversack.base.errors import UsageError
from haversack.bundle.errors import Invalid
from haversack.bundle.oms import PAYLOAD, SIGNATURE, export_oms


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return make_kit(tmp_path)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return _write(ec.generate_private_key(ec.SECP256R1()), tmp_path)


def _write(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, folder: Path) -> Path:
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(private)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pub").write_bytes(public)
    return folder / "key.pem"


def test_the_files_lie_at_their_paths_beside_the_signature(
    kit: Kit, key: Path, tmp_path: Path
) -> None:
    found = export_oms(kit.folder, tmp_path / "oms", kit.field, key)
    written = state_of(tmp_path / "oms")
    assert set(written) == {SIGNATURE, *(one.logical_path for one in few_items())}
    for one in few_items():
        assert hashlib.sha256(written[one.logical_path]).hexdigest() == one.sha256
    assert (found.name, found.files) == ("field-kit-1", len(few_items()))


def test_the_signature_covers_every_file_by_its_digest(kit: Kit, key: Path, tmp_path: Path) -> None:
    export_oms(kit.folder, tmp_path / "oms", kit.field, key)
    bundle = json.loads((tmp_path / "oms" / SIGNATURE).read_bytes())
    envelope = bundle["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    resources = json.loads(payload)["predicate"]["resources"]
    assert {one["name"]: one["digest"] for one in resources} == {
        one.logical_path: one.sha256 for one in few_items()
    }
    covered = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)
    public = serialization.load_pem_public_key((tmp_path / "key.pub").read_bytes())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    public.verify(signature, covered, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(signature, covered + b" ", ec.ECDSA(hashes.SHA256()))


def test_the_tool_of_openssf_accepts_it_and_refuses_a_changed_file(
    kit: Kit, key: Path, tmp_path: Path
) -> None:
    verifying = pytest.importorskip(
        "model_signing.verifying", reason="the extra `bench` is not installed"
    )
    out = tmp_path / "oms"
    export_oms(kit.folder, out, kit.field, key)
    config = verifying.Config().use_elliptic_key_verifier(public_key=tmp_path / "key.pub")
    config.verify(out, out / SIGNATURE)
    (out / "data" / "a.tar").write_bytes(b"changed")
    with pytest.raises(ValueError, match=r"data/a\.tar"):
        config.verify(out, out / SIGNATURE)


def test_a_damaged_bundle_is_not_signed(kit: Kit, key: Path, tmp_path: Path) -> None:
    blob = kit.blobs_of("weights/lite0.safetensors")[1]
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    with pytest.raises(Invalid, match="damaged"):
        export_oms(kit.folder, tmp_path / "oms", kit.field, key)
    assert not (tmp_path / "oms" / SIGNATURE).exists()


def test_a_key_that_the_tool_does_not_know_is_refused_first(kit: Kit, tmp_path: Path) -> None:
    wrong = _write(ed25519.Ed25519PrivateKey.generate(), tmp_path)
    with pytest.raises(UsageError, match="P-256"):
        export_oms(kit.folder, tmp_path / "oms", kit.field, wrong)
    wrong.write_bytes(b"no key")
    with pytest.raises(UsageError, match="PEM"):
        export_oms(kit.folder, tmp_path / "oms", kit.field, wrong)
    assert not (tmp_path / "oms").exists()


def test_a_file_that_bears_the_name_of_the_signature_is_told(
    kit: Kit, key: Path, tmp_path: Path
) -> None:
    repack(kit, [*few_items(), item("MODEL.sig", b"mine")])
    with pytest.raises(UsageError, match=r"a file model\.sig"):
        export_oms(kit.folder, tmp_path / "oms", kit.field, key)
    assert not (tmp_path / "oms").exists()
