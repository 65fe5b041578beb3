"""What was proved travels signed, by itself, and is believed only from who signed the bundle."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haversack.base.files import StorageError
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.writer import pack as write_bundle
from haversack.pantry.documents import Documents
from haversack.pantry.pantry import Pantry
from haversack.services import unpack
from haversack.services.attesting import SUFFIX, sign_attestations
from haversack.services.contents import select
from haversack.services.readiness import readiness
from haversack.services.unpack import OpenReceipt, open_bundle
from haversack.trust.keyring import KeyRing
from haversack.trust.publisher_signer import PublisherSigner
from services.kits import PASSPHRASE, keyring, light_recipe, packed, proof_of, stocked_pantry


def _proved_pantry(folder: Path) -> tuple[Pantry, str]:
    pantry = stocked_pantry(folder)
    report = proof_of(light_recipe(pantry))
    pantry.attestations.put(report.recipe_id, report.model_dump(mode="json"))
    return pantry, report.recipe_id


def _statement(pantry: Pantry, recipe_id: str) -> dict[str, Any]:
    items = {item.logical_path: item for item in select(pantry).items}
    with items[f"attestations/{recipe_id}.json"].open() as file:
        statement: dict[str, Any] = json.loads(file.read())
        return statement


def _opened(folder: Path, items: tuple[PackItem, ...], signer: PublisherSigner) -> OpenReceipt:
    stick = folder / "STICK"
    write_bundle(items, stick, signer, Contents("STICK"))
    field = keyring(folder / "field-keys")
    field.trust(stick, signer.chain.fingerprint)
    return open_bundle(stick, Pantry.build(folder / "field"), field)


def _signer(keys: KeyRing, name: str) -> PublisherSigner:
    keys.new(name, PASSPHRASE, f"{name} kitchen")
    return keys.unlock(name, PASSPHRASE)


def test_the_statement_names_the_recipe_and_each_asset_by_digest(tmp_path: Path) -> None:
    pantry, recipe_id = _proved_pantry(tmp_path / "home")
    statement = _statement(pantry, recipe_id)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:haversack:preparation"
    assert {"name": "light", "digest": {"sha256": recipe_id}} in statement["subject"]
    assert statement["predicate"]["rehearsal"]["verdict"] == "proved"


def test_a_signed_proof_is_told_on_opening_and_says_who_signed_it(tmp_path: Path) -> None:
    pantry, recipe_id = _proved_pantry(tmp_path / "home")
    home, field = keyring(tmp_path / "keys"), keyring(tmp_path / "field-keys")
    receipt = packed(pantry, tmp_path / "KIT", home)
    field.trust(tmp_path / "KIT", receipt.fingerprint)
    target = Pantry.build(tmp_path / "field")
    opened = open_bundle(tmp_path / "KIT", target, field)
    assert (opened.proved, opened.refused) == (("light",), ())
    document = target.attestations.get(recipe_id)
    assert document is not None
    assert document["attested_by"] == [f"test kitchen ({receipt.fingerprint})"]
    assert readiness(target.recipes.load("light"), target).proved


def test_who_proved_first_is_still_named_when_it_is_carried_on(tmp_path: Path) -> None:
    pantry, recipe_id = _proved_pantry(tmp_path / "home")
    keys = keyring(tmp_path / "keys")
    first = packed(pantry, tmp_path / "KIT", keys)
    keys.trust(tmp_path / "KIT", first.fingerprint)
    middle = Pantry.build(tmp_path / "middle")
    open_bundle(tmp_path / "KIT", middle, keys)
    signer = _signer(keyring(tmp_path / "middle-keys"), "middle")
    _opened(tmp_path, sign_attestations(select(middle).items, signer), signer)
    document = Pantry.open(tmp_path / "field").attestations.get(recipe_id)
    assert document is not None
    fingerprints = [first.fingerprint, signer.chain.fingerprint]
    names = ["test kitchen", "middle kitchen"]
    assert document["attested_by"] == [
        f"{name} ({print_})" for name, print_ in zip(names, fingerprints, strict=True)
    ]


def test_a_proof_signed_by_another_than_the_bundles_publisher_is_refused(tmp_path: Path) -> None:
    pantry, _ = _proved_pantry(tmp_path / "home")
    keys = keyring(tmp_path / "keys")
    publisher, other = _signer(keys, "publisher"), _signer(keys, "other")
    receipt = _opened(tmp_path, sign_attestations(select(pantry).items, other), publisher)
    assert receipt.recipes == ("light",)
    assert receipt.proved == ()
    assert "which is not the publisher's" in receipt.refused[0]


def test_a_proof_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    pantry, _ = _proved_pantry(tmp_path / "home")
    signer = _signer(keyring(tmp_path / "keys"), "publisher")
    receipt = _opened(tmp_path, select(pantry).items, signer)
    assert receipt.proved == ()
    assert "is not a DSSE envelope" in receipt.refused[0]


def _other_recipe(statement: dict[str, Any]) -> None:
    statement["predicate"]["recipe_id"] = statement["subject"][0]["digest"]["sha256"] = "0" * 64


def _other_subject(statement: dict[str, Any]) -> None:
    statement["subject"][0]["digest"]["sha256"] = "0" * 64


def _other_predicate(statement: dict[str, Any]) -> None:
    statement["predicateType"] = "urn:haversack:bundle"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_other_recipe, "about another recipe"),
        (_other_subject, "subjects are not those"),
        (_other_predicate, "no attestation"),
    ],
)
def test_a_signed_statement_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    pantry, recipe_id = _proved_pantry(tmp_path / "home")
    signer = _signer(keyring(tmp_path / "keys"), "publisher")
    statement = _statement(pantry, recipe_id)
    change(statement)
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    items = tuple(
        unpacked(item, signer.sign(payload)) if item.kind == "attestation" else item
        for item in sign_attestations(select(pantry).items, signer)
    )
    receipt = _opened(tmp_path, items, signer)
    assert receipt.proved == ()
    assert says in receipt.refused[0]


def unpacked(item: PackItem, content: bytes) -> PackItem:
    from haversack.services.contents import _from_bytes

    return _from_bytes(item.logical_path, "attestation", item.media_type, content)


def test_the_attestation_can_be_read_by_any_dsse_tool(tmp_path: Path) -> None:
    from securesystemslib.dsse import Envelope

    pantry, recipe_id = _proved_pantry(tmp_path / "home")
    signer = _signer(keyring(tmp_path / "keys"), "publisher")
    items = {i.logical_path: i for i in sign_attestations(select(pantry).items, signer)}
    with items[f"attestations/{recipe_id}{SUFFIX}"].open() as file:
        document = json.loads(file.read())
    envelope = Envelope.from_dict(document)
    envelope.verify(list(signer.chain.keys.values()), 1)
    assert json.loads(base64.b64decode(document["payload"])) == _statement(pantry, recipe_id)


def test_where_the_shelves_are_full_the_opening_is_not_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pantry, _ = _proved_pantry(tmp_path / "home")
    home, field = keyring(tmp_path / "keys"), keyring(tmp_path / "field-keys")
    receipt = packed(pantry, tmp_path / "KIT", home)
    field.trust(tmp_path / "KIT", receipt.fingerprint)
    target = Pantry.build(tmp_path / "field")

    def full(*_: object) -> None:
        raise StorageError("the disk is full", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr(Documents, "put", full)
        with pytest.raises(StorageError):
            unpack.open_bundle(tmp_path / "KIT", target, field)
    assert field.receipts.list() == ()
    assert field.ratchet.newest_signing_time() == ""
    assert open_bundle(tmp_path / "KIT", target, field).proved == ("light",)
    assert len(field.receipts.list()) == 1
