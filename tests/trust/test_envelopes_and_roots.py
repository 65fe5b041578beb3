"""Envelopes have one spelling; roots hold what they must and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.signer import Signer

from haversack.base.canonical_json import dump_canonical
from haversack.trust import roots
from haversack.trust.chain import check_chain
from haversack.trust.envelope import decode_envelope, encode_envelope, sign_envelope
from haversack.trust.errors import Invalid, Refused
from haversack.trust.private_keys import generate, signer_of

ROOT_KEY, DATA_KEY, OTHER_KEY = (signer_of(generate()) for _ in range(3))
SIGNERS: list[Signer] = [ROOT_KEY, DATA_KEY, OTHER_KEY]
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def _root() -> bytes:
    root = roots.new_root("Base", [ROOT_KEY.public_key], [DATA_KEY.public_key], NOW)
    return roots.sign_root(root, [ROOT_KEY])


@given(st.binary(max_size=300), st.integers(1, 3))
def test_an_envelope_comes_back_as_it_went_in(payload: bytes, count: int) -> None:
    content = sign_envelope(payload, SIGNERS[:count])
    envelope = decode_envelope(content, "e")
    assert (envelope.payload, len(envelope.signatures)) == (payload, count)
    assert encode_envelope(envelope) == content
    for signature in envelope.signatures:
        key = next(one for one in SIGNERS if one.public_key.keyid == signature.keyid)
        key.public_key.verify_signature(signature, envelope.signed_bytes)


@given(st.binary(max_size=60), st.data())
def test_no_two_spellings_of_an_envelope_are_accepted(payload: bytes, data: st.DataObject) -> None:
    content = sign_envelope(payload, [DATA_KEY])
    at = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(content)
    changed[at] ^= 1 << bit
    try:
        other = decode_envelope(bytes(changed), "e")
    except Refused:
        return
    assert other != decode_envelope(content, "e")


@given(st.binary(max_size=400))
def test_any_bytes_are_an_envelope_or_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        decode_envelope(content, "e")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), inner
            )
        ),
    )
)
def test_any_json_is_an_envelope_or_refused(value: object) -> None:
    with pytest.raises(Refused):
        decode_envelope(dump_canonical(value), "e")


def test_an_envelope_with_white_space_or_other_base64_is_refused() -> None:
    content = sign_envelope(b"payload", [DATA_KEY])
    document = json.loads(content)
    for other in (
        json.dumps(document).encode(),
        content + b"\n",
        dump_canonical({**document, "payload": document["payload"].rstrip("=")}),
        dump_canonical({**document, "payload": base64.urlsafe_b64encode(b"\xff\xfe").decode()}),
        dump_canonical({**document, "extra": 1}),
    ):
        with pytest.raises(Invalid):
            decode_envelope(other, "e")


def test_signatures_out_of_order_are_refused() -> None:
    document = json.loads(sign_envelope(b"payload", SIGNERS))
    document["signatures"].reverse()
    with pytest.raises(Invalid, match="canonically"):
        decode_envelope(dump_canonical(document), "e")


def test_a_root_comes_back_as_it_went_in() -> None:
    content = _root()
    chain = check_chain([content])
    assert chain.newest.content == content
    assert chain.newest.publisher == "Base"
    assert chain.newest.root.expires.isoformat() == "2036-01-29T12:00:00+00:00"


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "unsigned part": lambda root: root.update(extra=1),
    "unknown field": lambda root: root["signed"].update({"x-other": 1}),
    "no publisher": lambda root: root["signed"].pop("x-haversack-publisher"),
    "publisher unseen": lambda root: root["signed"].update({"x-haversack-publisher": "\u202e"}),
    "other role": lambda root: root["signed"]["roles"].update(mirrors={"keyids": []}),
    "threshold 0": lambda root: root["signed"]["roles"]["root"].update(threshold=0),
    "threshold true": lambda root: root["signed"]["roles"]["root"].update(threshold=True),
    "key twice": lambda root: root["signed"]["roles"]["root"]["keyids"].extend(
        root["signed"]["roles"]["root"]["keyids"]
    ),
    "version 0": lambda root: root["signed"].update(version=0),
    "version true": lambda root: root["signed"].update(version=True),
    "another type": lambda root: root["signed"].update(_type="targets"),
    "signature in capitals": lambda root: root["signatures"][0].update(
        sig=root["signatures"][0]["sig"].upper()
    ),
    "revoked unsorted": lambda root: root["signed"].update(
        {"x-haversack-revoked": ["ff" * 32, "00" * 32]}
    ),
    "rsa": lambda root: next(iter(root["signed"]["keys"].values())).update(
        keytype="rsa", scheme="rsassa-pss-sha256"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_root_that_breaks_a_rule_is_refused(change: str) -> None:
    document = json.loads(_root())
    CHANGES[change](document)
    with pytest.raises(Invalid):
        check_chain([dump_canonical(document)])


def test_a_root_signed_by_a_stranger_as_well_is_refused() -> None:
    root = roots.new_root("Base", [ROOT_KEY.public_key], [DATA_KEY.public_key], NOW)
    with pytest.raises(Invalid, match="not valid"):
        check_chain([roots.sign_root(root, [ROOT_KEY, OTHER_KEY])])


def test_a_next_root_takes_the_old_and_the_new_keys() -> None:
    first = check_chain([_root()]).newest
    swaps = {"root": {ROOT_KEY.public_key.keyid: OTHER_KEY.public_key}}
    for signers in ([ROOT_KEY], [OTHER_KEY], [DATA_KEY]):
        root = roots.next_root(first, NOW, swaps, revoke=False)
        with pytest.raises(Invalid, match="root before it"):
            check_chain([first.content, roots.sign_root(root, [*signers])])
    root = roots.next_root(first, NOW, swaps, revoke=False)
    chain = check_chain([first.content, roots.sign_root(root, [ROOT_KEY, OTHER_KEY])])
    assert chain.newest.version == 2


def test_a_next_root_cannot_take_back_a_revocation() -> None:
    first = check_chain([_root()]).newest
    swaps = {"targets": {DATA_KEY.public_key.keyid: OTHER_KEY.public_key}}
    second = roots.sign_root(roots.next_root(first, NOW, swaps, revoke=True), [ROOT_KEY])
    third = roots.next_root(check_chain([first.content, second]).newest, NOW, {}, revoke=False)
    third.unrecognized_fields["x-haversack-revoked"] = []
    with pytest.raises(Invalid, match="takes back"):
        check_chain([first.content, second, roots.sign_root(third, [ROOT_KEY])])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_root_or_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        check_chain([content])


@pytest.mark.parametrize("place", ["_type", "expires", "spec_version", "version"])
def test_a_hostile_root_cannot_make_its_error_long(place: str) -> None:
    document = json.loads(_root())
    document["signed"][place] = "x\n" * 25_000
    with pytest.raises(Invalid) as caught:
        roots.decode_root(dump_canonical(document), "root/1.root.json")
    assert len(caught.value.message) < 300
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("root/1.root.json is not a publisher's root: ")
