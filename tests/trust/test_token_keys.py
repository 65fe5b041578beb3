"""Keys on a hardware token: they sign as others do, and never leave it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.staging import CONTENTS, few_items, item
from haversack.base.errors import UsageError
from haversack.bundle.bundle import Bundle
from haversack.bundle.cosigning import add_signature
from haversack.bundle.errors import Untrusted
from haversack.bundle.writer import pack
from haversack.pantry.store import Store
from haversack.trust.errors import Invalid, TrustError, WrongPassphrase
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost
from haversack.trust.token_keys import TokenPlace
from trust.soft_token import LABELS, PIN, SoftTokens, soft_tokens

CHEAP = Cost(log_n=10)
ONE, TWO = LABELS


@pytest.fixture
def tokens() -> Iterator[SoftTokens]:
    found = soft_tokens()
    yield found
    for label in LABELS:
        found.wipe(label)


@pytest.fixture
def place(tokens: SoftTokens) -> TokenPlace:
    return TokenPlace(tokens.module, ONE)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "ring", CHEAP)


def test_a_bundle_signed_on_a_token_opens_like_any_other(
    ring: KeyRing, place: TokenPlace, tmp_path: Path
) -> None:
    info = ring.new("me", PIN, "With Token", token=place)
    assert (info.token, info.root_version) == (ONE, 1)
    pack(few_items(), tmp_path / "KIT", ring.unlock("me", PIN), CONTENTS)
    field = KeyRing(tmp_path / "field")
    with pytest.raises(Untrusted):
        Bundle(tmp_path / "KIT").verify(field)
    field.trust(ring.export("me", tmp_path / "me.json"), info.words)
    assert Bundle(tmp_path / "KIT").verify(field).publisher == "With Token"
    Bundle(tmp_path / "KIT").take_in(Store(tmp_path / "store"), field)


def test_the_private_halves_cannot_be_read_from_the_token_and_are_not_on_the_disk(
    ring: KeyRing, place: TokenPlace, tokens: SoftTokens
) -> None:
    import pkcs11

    ring.new("me", PIN, token=place)
    with pkcs11.lib(str(tokens.module)).get_token(token_label=ONE).open(user_pin=PIN) as session:
        keys = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}))
        assert len(keys) == 2
        for key in keys:
            assert key[pkcs11.Attribute.NEVER_EXTRACTABLE]
            with pytest.raises(pkcs11.exceptions.AttributeSensitive):
                key[pkcs11.Attribute.VALUE]
    for file in (ring.home / "keys" / "me").glob("*.key.json"):
        assert b"sealed" not in file.read_bytes()


def test_a_wrong_pin_opens_nothing_and_leaves_nothing(
    ring: KeyRing, place: TokenPlace, tokens: SoftTokens
) -> None:
    with pytest.raises(WrongPassphrase, match="PIN"):
        ring.new("me", "4321", token=place)
    assert (ring.list(), tokens.objects()) == ((), 0)
    ring.new("me", PIN, token=place)
    for wrong in ("4321", "", "1234 "):
        with pytest.raises(WrongPassphrase):
            ring.unlock("me", wrong)
    ring.unlock("me", PIN)


def test_what_cannot_be_kept_is_taken_off_the_token_again(
    ring: KeyRing, place: TokenPlace, tokens: SoftTokens
) -> None:
    ring.new("me", PIN, token=place)
    before = tokens.objects()
    with pytest.raises(TrustError, match="already"):
        ring.new("me", PIN, token=place)
    with pytest.raises(UsageError, match="threshold"):
        ring.new("other", PIN, threshold=9, token=place)
    assert tokens.objects() == before
    assert [info.name for info in ring.list()] == ["me"]


def test_a_key_is_renewed_on_its_token_and_the_old_one_goes(
    ring: KeyRing, place: TokenPlace, tokens: SoftTokens, tmp_path: Path
) -> None:
    ring.new("me", PIN, token=place)
    pack(few_items(), tmp_path / "KIT", ring.unlock("me", PIN), CONTENTS)
    field, before = KeyRing(tmp_path / "field"), tokens.objects()
    ring.rotate("me", PIN)
    info = ring.rotate("me", PIN, "root")
    assert (info.root_version, info.token, tokens.objects()) == (3, ONE, before)
    field.trust(ring.export("me", tmp_path / "me.json"))
    Bundle(tmp_path / "KIT").verify(field)
    pack([item("data/b.tar", b"b")], tmp_path / "NEW", ring.unlock("me", PIN), CONTENTS)
    Bundle(tmp_path / "NEW").verify(field)
    ring.revoke("me", PIN)
    field.trust(ring.export("me", tmp_path / "me.json"))
    with pytest.raises(Untrusted, match="revoked"):
        Bundle(tmp_path / "NEW").verify(field)


def test_a_token_and_a_file_sign_one_bundle_together(
    ring: KeyRing, place: TokenPlace, tmp_path: Path
) -> None:
    ring.new("me", PIN, token=place)
    half = ring.export("me", tmp_path / "me.json")
    ring.new("both", "a passphrase", with_keys=[half], threshold=2)
    pack(few_items(), tmp_path / "KIT", ring.unlock("both", "a passphrase"), CONTENTS)
    ring.trust(ring.export("both", tmp_path / "both.json"))
    with pytest.raises(Invalid, match="1 of 2"):
        Bundle(tmp_path / "KIT").verify(ring)
    assert add_signature(tmp_path / "KIT", ring.unlock("me", PIN).signer, ring).signatures == 2
    Bundle(tmp_path / "KIT").verify(ring)


def test_a_backup_names_no_module_and_works_where_a_person_names_it(
    ring: KeyRing, place: TokenPlace, tmp_path: Path
) -> None:
    ring.new("me", PIN, token=place)
    saved = ring.backup("me", tmp_path / "backup.json")
    other = KeyRing(tmp_path / "other")
    other.restore(saved)
    with pytest.raises(TrustError, match="not known here") as caught:
        other.unlock("me", PIN)
    assert "--token" in caught.value.hint
    other.restore(saved, "again", module=place.module)
    assert other.unlock("again", PIN).sign(b"payload")
    assert str(place.module).encode() not in saved.read_bytes()


def test_which_of_several_tokens_is_meant_has_to_be_said(ring: KeyRing, tokens: SoftTokens) -> None:
    with pytest.raises(UsageError, match=f"'{ONE}', '{TWO}'"):
        ring.new("me", PIN, token=TokenPlace(tokens.module))
    assert ring.new("me", PIN, token=TokenPlace(tokens.module, TWO)).token == TWO
    with pytest.raises(TrustError, match="no token labelled 'three'"):
        ring.new("more", PIN, token=TokenPlace(tokens.module, "three"))


def test_what_is_no_module_is_told(ring: KeyRing, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="the extra `token` is not installed")
    (tmp_path / "text.so").write_text("no library")
    for module in (tmp_path / "text.so", tmp_path / "none.so", tmp_path):
        with pytest.raises(TrustError, match=r"module|work") as caught:
            ring.new("me", PIN, token=TokenPlace(module))
        assert "libsofthsm2.so" in caught.value.hint
    assert ring.list() == ()


def test_a_key_that_is_gone_from_the_token_is_told(
    ring: KeyRing, place: TokenPlace, tokens: SoftTokens
) -> None:
    ring.new("me", PIN, token=place)
    signer = ring.unlock("me", PIN)
    tokens.wipe()
    for act in (lambda: signer.sign(b"payload"), lambda: ring.unlock("me", PIN)):
        with pytest.raises(TrustError, match="not on the token any more"):
            act()


def test_a_changed_key_file_signs_nothing_that_counts(ring: KeyRing, place: TokenPlace) -> None:
    ring.new("me", PIN, token=place)
    file = next((ring.home / "keys" / "me").glob("data-*.key.json"))
    sound = file.read_bytes()
    for old, new in ((b'"public":"', b'"public":"00'), (b'"object"', b'"obj"'), (b"{", b"[")):
        file.write_bytes(sound.replace(old, new, 1))
        with pytest.raises(TrustError):
            ring.unlock("me", PIN)


def test_without_the_library_it_says_what_to_install(
    ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(TrustError) as caught:
        ring.new("me", PIN, token=TokenPlace(tmp_path / "any.so"))
    assert "haversack[token]" in caught.value.hint
