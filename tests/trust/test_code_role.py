"""The role that may sign code: a key of its own, which never is one that may sign data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Root

from haversack.trust import roots
from haversack.trust.chain import RootChain, check_chain, may_sign_code
from haversack.trust.errors import Invalid, TrustError
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost, generate, signer_of

SECRET = "correct horse battery staple"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "ring", Cost(log_n=10))


def test_a_key_that_signs_data_has_no_say_over_code(ring: KeyRing) -> None:
    info = ring.new("me", SECRET)
    assert info.code_keyids == ()
    assert not ring.unlock("me", SECRET).may_sign_code
    with pytest.raises(TrustError, match="no key that may sign code") as caught:
        ring.unlock("me", SECRET, code=True)
    assert "haversack keys rotate me --code" in caught.value.hint


def test_a_key_may_sign_code_from_the_start_or_later(ring: KeyRing) -> None:
    first = ring.new("first", SECRET, code=True)
    ring.new("later", SECRET)
    later = ring.rotate("later", SECRET, "code")
    assert (first.root_version, later.root_version) == (1, 2)
    for info in (first, later):
        assert len(info.code_keyids) == 1
        assert set(info.code_keyids).isdisjoint(info.data_keyids)
        assert ring.unlock(info.name, SECRET, code=True).may_sign_code


def test_code_is_signed_by_both_keys_and_data_by_one(ring: KeyRing) -> None:
    ring.new("me", SECRET, code=True)
    signer = ring.unlock("me", SECRET, code=True)
    assert signer.sign(b"{}").count(b'"keyid"') == 1
    assert signer.sign(b"{}", code=True).count(b'"keyid"') == 2


def test_a_code_key_that_was_rotated_or_revoked_signs_code_no_longer(ring: KeyRing) -> None:
    old = ring.new("me", SECRET, code=True).code_keyids
    rotated = ring.rotate("me", SECRET, "code")
    assert set(rotated.code_keyids).isdisjoint(old)
    assert rotated.revoked == ()
    revoked = ring.revoke("me", SECRET, "code")
    assert set(revoked.revoked) == set(rotated.code_keyids)
    assert ring.unlock("me", SECRET, code=True).may_sign_code
    chain = ring.unlock("me", SECRET).chain
    assert not may_sign_code(chain, frozenset({*old, *rotated.code_keyids}))


def test_rotating_the_data_key_leaves_the_code_key_as_it_is(ring: KeyRing) -> None:
    before = ring.new("me", SECRET, code=True)
    after = ring.rotate("me", SECRET)
    assert before.code_keyids == after.code_keyids
    assert before.data_keyids != after.data_keyids


def test_a_backup_brings_the_code_key_back(ring: KeyRing, tmp_path: Path) -> None:
    ring.new("me", SECRET, code=True)
    other = KeyRing(tmp_path / "other", Cost(log_n=10))
    other.restore(ring.backup("me", tmp_path / "backup.json"))
    assert other.unlock("me", SECRET, code=True).may_sign_code


def test_a_root_in_which_one_key_signs_data_and_code_is_refused() -> None:
    with pytest.raises(Invalid, match="signs something else too"):
        _chain(code_is_data=True)


def test_a_root_whose_code_key_is_unknown_is_refused() -> None:
    with pytest.raises(Invalid, match="not among its keys"):
        _chain(known=False)


def test_a_key_that_signed_data_before_never_counts_for_code() -> None:
    root_key, data_key, next_data = (signer_of(generate()) for _ in range(3))
    first = _root(root_key, data_key)
    old = roots.sign_root(first, [root_key])
    second = roots.next_root(
        roots.decode_root(old, "1"),
        datetime.now(UTC),
        {roots.DATA_ROLE: {data_key.public_key.keyid: next_data.public_key}},
        revoke=False,
    )
    roots.give_code_key(second, data_key.public_key, (), revoke=False)
    chain = check_chain([old, roots.sign_root(second, [root_key])])
    assert chain.newest.code_keyids == (data_key.public_key.keyid,)
    assert not may_sign_code(chain, frozenset({data_key.public_key.keyid}))


def _chain(code_is_data: bool = False, known: bool = True) -> RootChain:
    root_key, data_key, code_key = (signer_of(generate()) for _ in range(3))
    root = _root(root_key, data_key)
    if code_is_data:
        root.unrecognized_fields["x-haversack-code"]["keyids"] = [data_key.public_key.keyid]
    else:
        roots.give_code_key(root, code_key.public_key, (), revoke=False)
    if not known:
        del root.keys[code_key.public_key.keyid]
    return check_chain([roots.sign_root(root, [root_key])])


def _root(root_key: CryptoSigner, data_key: CryptoSigner) -> Root:
    return roots.new_root("One", [root_key.public_key], [data_key.public_key], datetime.now(UTC))
