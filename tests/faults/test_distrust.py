"""Faults 42 to 53: who signed, whether that still counts, and how old it is."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from securesystemslib.signer import Signer

from faults.staging import (
    CONTENTS,
    PASSPHRASE,
    Kit,
    assert_refused,
    assert_whole,
    few_items,
    item,
    repack,
)
from haversack.base.canonical_json import dump_canonical
from haversack.bundle.admission import Policy
from haversack.bundle.errors import Expired, Invalid, PackError, Rollback, Untrusted
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.writer import pack
from haversack.trust import roots
from haversack.trust.chain import RootChain, authorise, check_chain
from haversack.trust.envelope import decode_envelope, sign_envelope
from haversack.trust.errors import TrustError
from haversack.trust.own_keys import KeyRole
from haversack.trust.private_keys import generate, signer_of
from haversack.trust.publisher_signer import PublisherSigner


def test_fault_42_a_bundle_without_an_envelope_is_unsigned(kit: Kit) -> None:
    (kit.folder / ENVELOPE).unlink()
    assert_refused(kit, "unsigned", ENVELOPE, "packing was not finished")


def test_fault_42_an_envelope_without_signatures_is_unsigned(kit: Kit) -> None:
    envelope = json.loads((kit.folder / ENVELOPE).read_bytes())
    (kit.folder / ENVELOPE).write_bytes(dump_canonical({**envelope, "signatures": []}))
    assert_refused(kit, "unsigned", ENVELOPE)


def test_fault_43_an_envelope_signed_with_a_foreign_key_is_refused(kit: Kit) -> None:
    mine = kit.signer
    foreign = PublisherSigner("x", mine.chain, mine.counters, signer_of(generate()))
    kit.seal(kit.statement, foreign)
    assert_refused(kit, "invalid", ENVELOPE, "not the publisher's")


def test_fault_43_a_foreign_signature_under_the_right_key_id_is_refused(kit: Kit) -> None:
    mine = kit.signer
    foreign = PublisherSigner("x", mine.chain, mine.counters, signer_of(generate()))
    kit.seal(kit.statement, foreign)
    envelope = json.loads((kit.folder / ENVELOPE).read_bytes())
    envelope["signatures"][0]["keyid"] = mine.signer.public_key.keyid
    (kit.folder / ENVELOPE).write_bytes(dump_canonical(envelope))
    assert_refused(kit, "invalid", ENVELOPE, "does not match its signature")


def test_fault_43_a_bundle_signed_with_the_root_key_instead_of_the_data_key_is_refused(
    kit: Kit,
) -> None:
    mine = kit.signer
    root_key = kit.publisher._own._open("me", mine.chain, "root", PASSPHRASE)
    kit.seal(kit.statement, PublisherSigner("x", mine.chain, mine.counters, root_key))
    assert_refused(kit, "invalid", ENVELOPE, "fewer signatures")


def test_fault_43_a_publisher_whom_nobody_pinned_is_untrusted(kit: Kit) -> None:
    kit.field.distrust(kit.signer.chain.fingerprint)
    error = assert_refused(kit, "untrusted", says="not trusted here")
    assert kit.publisher.show("me").words in error.hint


def test_fault_43_ones_own_key_is_not_trusted_by_having_it(kit: Kit) -> None:
    with pytest.raises(Untrusted):
        kit.bundle.verify(kit.publisher)


def test_fault_44_a_bundle_signed_by_a_revoked_key_is_refused(kit: Kit) -> None:
    kit.publisher.revoke("me", PASSPHRASE)
    kit.field.trust(kit.publisher.export("me", kit.folder.parent / "newer.publisher"))
    assert_refused(kit, "untrusted", ENVELOPE, "revoked")


def test_fault_44_a_revocation_learnt_from_one_bundle_counts_for_the_next(
    kit: Kit, tmp_path: object
) -> None:
    old = {path: path.read_bytes() for path in kit.folder.rglob("*") if path.is_file()}
    kit.publisher.revoke("me", PASSPHRASE)
    repack(kit)
    assert_whole(kit)
    for path in [path for path in kit.folder.rglob("*") if path.is_file() and path not in old]:
        path.unlink()
    for path, content in old.items():
        path.write_bytes(content)
    assert_refused(kit, "untrusted", ENVELOPE, "revoked")


def test_what_was_signed_before_a_rotation_opens_afterwards(kit: Kit) -> None:
    kit.publisher.rotate("me", PASSPHRASE)
    kit.field.trust(kit.publisher.export("me", kit.folder.parent / "newer.publisher"))
    assert_whole(kit)
    repack(kit)
    assert kit.statement["predicate"]["root_version"] == 2
    assert_whole(kit)


def test_a_rotated_root_key_carries_the_pin_along(kit: Kit) -> None:
    roles: tuple[KeyRole, ...] = ("root", "data", "root")
    for role in roles:
        kit.publisher.rotate("me", PASSPHRASE, role)
    repack(kit)
    assert_whole(kit)
    assert kit.field.publishers()[0].root_version == 4


def test_fault_45_an_expired_root_is_told_or_refused_as_the_policy_says(kit: Kit) -> None:
    later = datetime.now(UTC) + timedelta(days=4000)
    found = kit.bundle.verify(kit.field, Policy(now=later))
    assert any("expired" in warning for warning in found.warnings)
    with pytest.raises(Expired, match="expired") as caught:
        kit.bundle.verify(kit.field, Policy(now=later, refuse_expired=True))
    assert (caught.value.state, caught.value.exit_code) == ("expired", 3)


def test_fault_46_one_of_two_required_signatures_is_not_enough() -> None:
    chain, signers = _two_of_two()
    envelope = _envelope_by(signers[:1])
    with pytest.raises(Invalid, match="fewer signatures"):
        _authorise(envelope, chain)
    assert _authorise(_envelope_by(signers), chain) == (1,)


def test_fault_47_one_key_counted_twice_is_refused() -> None:
    chain, signers = _two_of_two()
    document = json.loads(_envelope_by(signers[:1]))
    document["signatures"] *= 2
    with pytest.raises(Invalid, match="two signatures of one key"):
        _authorise(dump_canonical(document), chain)


def test_fault_47_one_key_under_two_ids_is_refused() -> None:
    chain, _ = _two_of_two()
    root = json.loads(chain.newest.content)
    keyid, key = next(iter(root["signed"]["keys"].items()))
    root["signed"]["keys"]["00" * 32] = key
    with pytest.raises(Invalid, match="another id"):
        roots.decode_root(dump_canonical(root), "1.root.json")
    assert keyid


def test_fault_48_another_payload_type_is_refused(kit: Kit) -> None:
    envelope = json.loads((kit.folder / ENVELOPE).read_bytes())
    envelope["payloadType"] = "application/vnd.something-else+json"
    (kit.folder / ENVELOPE).write_bytes(dump_canonical(envelope))
    assert_refused(kit, "invalid", ENVELOPE, "type of payload")


@pytest.mark.parametrize(
    ("key", "value"),
    [("_type", "https://in-toto.io/Statement/v0.1"), ("predicateType", "https://slsa.dev/v1")],
)
def test_fault_48_a_statement_about_something_else_is_refused(
    kit: Kit, key: str, value: str
) -> None:
    kit.seal({**kit.statement, key: value})
    assert_refused(kit, "invalid", ENVELOPE, "something else")


def test_fault_48_a_root_in_place_of_the_envelope_is_refused(kit: Kit) -> None:
    (kit.folder / ENVELOPE).write_bytes((kit.folder / "root" / "1.root.json").read_bytes())
    assert_refused(kit, "invalid", ENVELOPE, "not a DSSE envelope")


def test_fault_49_an_older_bundle_is_a_rollback_and_names_both_counters(kit: Kit) -> None:
    older = (kit.folder / ENVELOPE).read_bytes()
    repack(kit)
    assert_whole(kit)
    (kit.folder / ENVELOPE).write_bytes(older)
    assert_refused(kit, "rollback", says="counter 1, but 2 was opened")


def test_fault_49_the_same_bundle_opens_again(kit: Kit) -> None:
    assert_whole(kit)
    assert_whole(kit)


def test_fault_49_a_downgrade_takes_a_reason_which_is_recorded(kit: Kit) -> None:
    older = (kit.folder / ENVELOPE).read_bytes()
    repack(kit)
    assert_whole(kit)
    (kit.folder / ENVELOPE).write_bytes(older)
    kit.bundle.take_in(kit.store, kit.field, Policy(allow_downgrade="the new one is broken"))
    assert kit.field.receipts.list()[-1]["downgrade"] == "the new one is broken"
    with pytest.raises(Rollback):
        kit.bundle.take_in(kit.store, kit.field)


def test_verifying_does_not_move_the_ratchet(kit: Kit) -> None:
    older = (kit.folder / ENVELOPE).read_bytes()
    repack(kit)
    kit.bundle.verify(kit.field)
    (kit.folder / ENVELOPE).write_bytes(older)
    assert_whole(kit)


def test_fault_51_the_manifest_of_another_bundle_is_refused(kit: Kit) -> None:
    first = kit.statement
    repack(kit, [*few_items(), item("data/new.tar", b"new")])
    second = kit.statement
    mixed = {**second, "subject": first["subject"]}
    document = json.loads((kit.folder / ENVELOPE).read_bytes())
    document["payload"] = base64.b64encode(dump_canonical(mixed)).decode()
    (kit.folder / ENVELOPE).write_bytes(dump_canonical(document))
    assert_refused(kit, "invalid", ENVELOPE, "does not match its signature")


def test_fault_53_a_gap_in_the_root_chain_is_refused(kit: Kit) -> None:
    kit.publisher.rotate("me", PASSPHRASE)
    kit.publisher.rotate("me", PASSPHRASE)
    repack(kit)
    (kit.folder / "root" / "2.root.json").unlink()
    assert_refused(kit, "invalid", "root", "without gaps")


def test_fault_54_a_damaged_ratchet_is_not_taken_for_an_empty_one(kit: Kit) -> None:
    assert_whole(kit)
    (kit.field.home / "state" / "ratchet.json").write_bytes(b'{"format":1,"seen":{')
    with pytest.raises(TrustError, match="damaged"):
        kit.bundle.verify(kit.field)


def test_fault_55_a_clock_at_1970_is_called_wrong_and_refuses_nothing(kit: Kit) -> None:
    assert_whole(kit)
    found = kit.bundle.verify(kit.field, Policy(now=datetime(1970, 1, 1, tzinfo=UTC)))
    assert any("clock is wrong" in warning for warning in found.warnings)


def test_code_is_refused_where_no_key_may_sign_it(kit: Kit) -> None:
    kit.forge_files(lambda files: files[0].update(kind="code"))
    assert_refused(kit, "untrusted", ENVELOPE, "may not sign code")
    with pytest.raises(PackError, match="code"):
        pack([item("app/run", b"x", "code")], kit.folder, kit.signer, CONTENTS)


def _two_of_two() -> tuple[RootChain, list[Signer]]:
    root_key, one, two = (signer_of(generate()) for _ in range(3))
    root = roots.new_root(
        "Two", [root_key.public_key], [one.public_key, two.public_key], datetime.now(UTC)
    )
    root.roles[roots.DATA_ROLE].threshold = 2
    return check_chain([roots.sign_root(root, [root_key])]), [one, two]


def _envelope_by(signers: list[Signer]) -> bytes:
    return sign_envelope(b"{}", signers)


def _authorise(content: bytes, chain: RootChain) -> tuple[int, ...]:
    return authorise(decode_envelope(content, ENVELOPE), chain, ENVELOPE)
