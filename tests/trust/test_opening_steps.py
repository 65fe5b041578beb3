"""A payload is believed only after every step before it: the steps cannot be taken out of order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Root

from haversack.trust import roots
from haversack.trust.chain import RootChain, check_chain
from haversack.trust.envelope import decode_envelope, sign_envelope
from haversack.trust.errors import Invalid, Untrusted
from haversack.trust.opening import Pinned, Received, Vouched
from haversack.trust.private_keys import generate, signer_of

A, B, C, D, E = ROOT_KEYS = tuple(signer_of(generate()) for _ in range(5))
DATA, OTHER = signer_of(generate()), signer_of(generate())
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def _first(keys: tuple[CryptoSigner, ...] = (A,), threshold: int = 1) -> Root:
    root = roots.new_root("Base", [key.public_key for key in keys], [DATA.public_key], NOW)
    root.roles[Root.type].threshold = threshold
    return root


def _received(chain: RootChain, signer: CryptoSigner = DATA) -> Received:
    envelope = decode_envelope(sign_envelope(b"payload", [signer]), "e")
    return Received(envelope, [root.content for root in chain.roots], "e", "root")


@pytest.fixture
def chain() -> RootChain:
    return check_chain([roots.sign_root(_first(), [A])])


def test_the_steps_in_order_give_the_payload(chain: RootChain) -> None:
    vouched = Vouched(Pinned(_received(chain), chain))
    assert vouched.payload == b"payload"
    vouched.check_claims(chain.fingerprint, 1)
    assert not vouched.for_code


def test_no_step_can_be_left_out(chain: RootChain) -> None:
    received = _received(chain)
    assert not hasattr(received, "payload")
    assert not hasattr(Pinned(received, chain), "payload")
    with pytest.raises(AttributeError):
        Vouched(received)  # type: ignore[arg-type] # which is what is tried here


def test_a_chain_of_another_publisher_pins_nothing(chain: RootChain) -> None:
    other = check_chain([roots.sign_root(_first((B,)), [B])])
    with pytest.raises(ValueError, match="another publisher"):
        Pinned(_received(chain), other)


def test_a_key_that_is_not_named_vouches_for_nothing(chain: RootChain) -> None:
    with pytest.raises(Invalid):
        Vouched(Pinned(_received(chain, OTHER), chain))
    with pytest.raises(Invalid):
        _received(chain, OTHER).check_by_itself()


def test_what_is_claimed_must_be_what_vouches(chain: RootChain) -> None:
    vouched = Vouched(Pinned(_received(chain), chain))
    for publisher, version in (("0" * 64, 1), (chain.fingerprint, 2)):
        with pytest.raises(Invalid):
            vouched.check_claims(publisher, version)


def test_a_revocation_that_is_known_here_counts_though_the_stick_does_not_bear_it(
    chain: RootChain,
) -> None:
    swaps = {roots.DATA_ROLE: {DATA.public_key.keyid: OTHER.public_key}}
    second = roots.sign_root(roots.next_root(chain.newest, NOW, swaps, revoke=True), [A])
    known = check_chain([chain.newest.content, second])
    with pytest.raises(Untrusted, match="revoked"):
        Vouched(Pinned(_received(chain), known))


def test_a_root_of_several_keys_changes_only_by_the_old_and_the_new_threshold() -> None:
    """Two of A, B, C hand over to two of C, D, E: every choice of signers is tried."""
    first = roots.sign_root(_first((A, B, C), 2), [A, C])
    newest = check_chain([first]).newest
    swaps = {Root.type: {A.public_key.keyid: D.public_key, B.public_key.keyid: E.public_key}}
    for count in range(6):
        for signers in combinations(ROOT_KEYS, count):
            root = roots.next_root(newest, NOW, swaps, revoke=False)
            contents = [first, roots.sign_root(root, [*signers])]
            if len({A, B, C} & {*signers}) >= 2 and len({C, D, E} & {*signers}) >= 2:
                assert check_chain(contents).newest.version == 2
            else:
                with pytest.raises(Invalid, match="root before it"):
                    check_chain(contents)


def test_one_of_two_needed_root_keys_makes_no_publisher() -> None:
    with pytest.raises(Invalid, match="root before it"):
        check_chain([roots.sign_root(_first((A, B, C), 2), [B])])


def test_a_root_of_too_many_keys_is_refused_before_they_are_tried() -> None:
    document = _first()
    for _ in range(roots.MOST_KEYS):
        document.add_key(signer_of(generate()).public_key, roots.DATA_ROLE)
    with pytest.raises(Invalid, match="more than 64 keys"):
        check_chain([roots.sign_root(document, [A])])
