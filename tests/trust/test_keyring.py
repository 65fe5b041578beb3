"""The keyring: nothing is there or trusted until a person says so."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from haversack.base.errors import HaversackError, UsageError
from haversack.trust.chain import authorise
from haversack.trust.envelope import decode_envelope
from haversack.trust.errors import Invalid, TrustError, Untrusted, WrongPassphrase
from haversack.trust.fingerprints import as_words
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import DEFAULT_COST, Cost

CHEAP = Cost(log_n=10)
WORD = "correct horse"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "ring", CHEAP)


def test_a_new_keyring_is_empty_and_writes_nothing(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "ring")
    assert (ring.list(), ring.publishers(), ring.receipts.list()) == ((), (), ())
    assert not (tmp_path / "ring").exists()


def test_the_home_is_where_the_environment_says(own_home: Path) -> None:
    assert KeyRing().home == own_home


def test_a_new_key_says_who_it_is_and_signs(ring: KeyRing) -> None:
    info = ring.new("base", WORD, "Base Camp")
    assert (info.name, info.publisher, info.root_version) == ("base", "Base Camp", 1)
    assert info.words == as_words(info.fingerprint)
    signer = ring.unlock("base", WORD)
    envelope = decode_envelope(signer.sign(b"payload"), "e")
    assert authorise(envelope, signer.chain, "e") == (1,)
    assert ring.list() == (info,)


def test_a_new_key_is_not_trusted(ring: KeyRing) -> None:
    info = ring.new("base", WORD)
    assert ring.publishers() == ()
    assert ring.pinned(info.fingerprint) is None


def test_a_wrong_passphrase_opens_nothing(ring: KeyRing) -> None:
    ring.new("base", WORD)
    for wrong in ("", "Correct horse", WORD + " "):
        with pytest.raises(WrongPassphrase) as caught:
            ring.unlock("base", wrong)
        assert (caught.value.exit_code, bool(caught.value.hint)) == (1, True)
    with pytest.raises(WrongPassphrase):
        ring.rotate("base", "wrong")
    assert ring.show("base").root_version == 1


def test_an_empty_passphrase_is_refused_and_leaves_nothing(ring: KeyRing) -> None:
    with pytest.raises(UsageError):
        ring.new("base", "")
    assert ring.list() == ()
    assert list(ring.home.rglob("*.json")) == []


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a b", "nul", "com1.x", "-a", "a.", "é", "x" * 65]
)
def test_a_name_that_is_no_file_name_everywhere_is_refused(ring: KeyRing, name: str) -> None:
    with pytest.raises(UsageError):
        ring.new(name, WORD)


@pytest.mark.parametrize("publisher", ["a\nb", "\u202eevil", "x" * 201])
def test_a_publisher_that_cannot_be_shown_is_refused(ring: KeyRing, publisher: str) -> None:
    with pytest.raises(UsageError):
        ring.new("base", WORD, publisher)


def test_a_name_in_use_is_refused_and_the_key_kept(ring: KeyRing) -> None:
    info = ring.new("base", WORD)
    with pytest.raises(TrustError, match="already"):
        ring.new("base", "other")
    assert ring.show("base") == info
    ring.unlock("base", WORD)


def test_private_halves_lie_on_disk_only_encrypted_and_for_their_owner(ring: KeyRing) -> None:
    ring.new("base", WORD)
    signer = ring.unlock("base", WORD).signer
    assert isinstance(signer, CryptoSigner)
    secret = signer.private_bytes
    files = list((ring.home / "keys" / "base").glob("*.key.json"))
    assert len(files) == 2
    for file in files:
        assert secret not in file.read_bytes()
        assert b"BEGIN" not in file.read_bytes()
        if sys.platform != "win32":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_guessing_a_passphrase_takes_memory_by_default() -> None:
    assert 128 * DEFAULT_COST.r * 2**DEFAULT_COST.log_n >= 128 << 20


def test_every_byte_of_a_private_key_file_counts(ring: KeyRing) -> None:
    ring.new("base", WORD)
    file = next((ring.home / "keys" / "base").glob("data-*.key.json"))
    content = file.read_bytes()
    for at in range(0, len(content) - 1, 7):
        changed = bytearray(content)
        changed[at] ^= 1
        file.write_bytes(changed)
        with pytest.raises(HaversackError):
            ring.unlock("base", WORD)
    file.write_bytes(content)
    ring.unlock("base", WORD)


def test_a_key_file_that_asks_for_absurd_memory_is_refused(ring: KeyRing) -> None:
    ring.new("base", WORD)
    file = next((ring.home / "keys" / "base").glob("data-*.key.json"))
    file.write_bytes(file.read_bytes().replace(b'"log_n":10', b'"log_n":40'))
    with pytest.raises(TrustError, match="out of range"):
        ring.unlock("base", WORD)


def test_a_publisher_is_pinned_from_the_file_that_was_exported(
    ring: KeyRing, tmp_path: Path
) -> None:
    info = ring.new("base", WORD, "Base Camp")
    field = KeyRing(tmp_path / "field")
    file = ring.export("base", tmp_path / "base.publisher")
    for told in (None, info.fingerprint, info.fingerprint.upper(), info.words):
        assert field.trust(file, told).fingerprint == info.fingerprint
    (publisher,) = field.publishers()
    assert (publisher.publisher, publisher.words) == ("Base Camp", info.words)
    field.distrust(info.words)
    assert field.publishers() == ()


def test_a_publisher_with_another_fingerprint_than_told_is_not_pinned(
    ring: KeyRing, tmp_path: Path
) -> None:
    ring.new("base", WORD)
    other = ring.new("other", WORD)
    field = KeyRing(tmp_path / "field")
    file = ring.export("base", tmp_path / "base.publisher")
    with pytest.raises(Untrusted, match="another fingerprint"):
        field.trust(file, other.fingerprint)
    with pytest.raises(UsageError, match="whole fingerprint"):
        field.trust(file, other.fingerprint[:16])
    assert field.publishers() == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"signed":{}}', b"\xff"])
def test_a_file_that_names_no_publisher_is_an_error(
    ring: KeyRing, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(HaversackError) as caught:
        ring.trust(file)
    assert caught.value.hint
    with pytest.raises(HaversackError):
        ring.restore(file)
    with pytest.raises(HaversackError):
        ring.trust(tmp_path / "nowhere")
    assert ring.publishers() == ()


def test_a_publisher_that_makes_two_roots_of_one_version_is_refused(
    ring: KeyRing, tmp_path: Path
) -> None:
    ring.new("base", WORD)
    thief = KeyRing(tmp_path / "thief", CHEAP)
    thief.restore(ring.backup("base", tmp_path / "backup"))
    field = KeyRing(tmp_path / "field")
    ring.rotate("base", WORD)
    thief.rotate("base", WORD)
    field.trust(ring.export("base", tmp_path / "one"))
    with pytest.raises(Invalid, match="another root"):
        field.trust(thief.export("base", tmp_path / "two"))
    assert field.publishers()[0].root_version == 2


def test_rotating_keeps_the_fingerprint_and_revoking_names_the_key(ring: KeyRing) -> None:
    first = ring.new("base", WORD)
    second = ring.rotate("base", WORD)
    third = ring.revoke("base", WORD)
    fourth = ring.rotate("base", WORD, "root")
    assert {one.fingerprint for one in (first, second, third, fourth)} == {first.fingerprint}
    assert [one.root_version for one in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert (second.revoked, third.revoked) == ((), second.data_keyids)
    assert len({first.data_keyids, second.data_keyids, third.data_keyids}) == 3
    ring.unlock("base", WORD)
    assert len(list((ring.home / "keys" / "base").glob("*.key.json"))) == 2


def test_a_backup_brings_back_key_roots_and_counters(ring: KeyRing, tmp_path: Path) -> None:
    ring.new("base", WORD, "Base Camp")
    ring.rotate("base", WORD)
    ring.unlock("base", WORD).counters.reserve("kit")
    backup = ring.backup("base", tmp_path / "backup")
    other = KeyRing(tmp_path / "other")
    assert other.restore(backup) == ring.show("base")
    assert other.show("base").counters == {"kit": 1}
    other.unlock("base", WORD)
    with pytest.raises(TrustError, match="already"):
        other.restore(backup)
    assert other.restore(backup, "again").fingerprint == ring.show("base").fingerprint


def test_a_backup_that_would_write_elsewhere_is_refused(ring: KeyRing, tmp_path: Path) -> None:
    ring.new("base", WORD)
    backup = ring.backup("base", tmp_path / "backup")
    backup.write_bytes(backup.read_bytes().replace(b'"root/1.root.json"', b'"../1.root.json"'))
    other = KeyRing(tmp_path / "other")
    with pytest.raises(TrustError, match="no backup"):
        other.restore(backup)
    assert not other.home.exists()


def test_unknown_names_are_errors_that_help(ring: KeyRing) -> None:
    for call in (
        lambda: ring.show("nobody"),
        lambda: ring.unlock("nobody", WORD),
        lambda: ring.rotate("nobody", WORD),
        lambda: ring.distrust("ab" * 32),
    ):
        with pytest.raises(TrustError) as caught:
            call()
        assert caught.value.exit_code == 2


def test_damaged_pins_are_never_taken_for_no_pins(ring: KeyRing, tmp_path: Path) -> None:
    info = ring.new("base", WORD)
    field = KeyRing(tmp_path / "field")
    field.trust(ring.export("base", tmp_path / "file"))
    root = field.home / "publishers" / info.fingerprint / "1.root.json"
    root.write_bytes(root.read_bytes()[:-2])
    with pytest.raises(TrustError, match="damaged"):
        field.pinned(info.fingerprint)
