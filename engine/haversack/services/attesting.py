"""Attestations: what was proved of a recipe, as signed in-toto Statements of their own.

Each is a DSSE envelope around a Statement whose subjects are the recipe (by its id) and its assets,
so that it says the same wherever it is carried, with or without the bundle that brought it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import sha256_bytes
from haversack.base.errors import FileFormatError
from haversack.bundle.items import PackItem
from haversack.bundle.statement import STATEMENT_TYPE
from haversack.services.report import PreparationReport
from haversack.trust import roots
from haversack.trust.chain import RootChain, check_signatures
from haversack.trust.envelope import decode_envelope
from haversack.trust.publisher_signer import PublisherSigner

ATTESTATION_TYPE = "application/vnd.dsse.envelope.v1+json"
PREDICATE_TYPE = "urn:haversack:preparation"
SUFFIX = ".dsse.json"
_LIMIT = 8 << 20
_HINT = "Tell its publisher; prepare the recipe here to prove it."


def statement_of(document: dict[str, Any]) -> bytes:
    """Give the canonical in-toto Statement about a preparation.

    Args:
        document: A ``PreparationReport`` as it lies on the shelf.

    Raises:
        FileFormatError: It is none.
    """
    report = _report(document)
    subjects = [(report.recipe_name or "recipe", report.recipe_id)]
    subjects += [(asset.name, asset.sha256) for asset in report.captured]
    return dump_canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": n, "digest": {"sha256": d}} for n, d in subjects],
            "predicateType": PREDICATE_TYPE,
            "predicate": report.model_dump(mode="json"),
        }
    )


def sign_attestations(items: Iterable[PackItem], signer: PublisherSigner) -> tuple[PackItem, ...]:
    """Put every Statement among the items into an envelope; the other items stay as they are."""
    return tuple(_signed(item, signer) if item.kind == "attestation" else item for item in items)


def read_attestation(content: bytes, path: str, chain: RootChain) -> PreparationReport:
    """Check an attestation's signature and give its report.

    One data key of the publisher that was not revoked is enough, also where a bundle takes more.

    Args:
        content: The envelope.
        path: Its logical path, which names the recipe.
        chain: The publisher's roots.

    Returns:
        The report, with the publisher added to ``attested_by``.

    Raises:
        Refused: The envelope is damaged, unsigned, or not signed by the publisher.
        FileFormatError: It says something else than its place, or cannot be read.
    """
    envelope = decode_envelope(content, path)
    counting = check_signatures(envelope, chain, path) - chain.revoked
    if not any(counting & set(one.root.roles[roots.DATA_ROLE].keyids) for one in chain.roots):
        raise FileFormatError(f"{path} is signed with a revoked key", _HINT)
    statement = load_strict(envelope.payload, path, _LIMIT)
    if not isinstance(statement, dict) or statement.get("predicateType") != PREDICATE_TYPE:
        raise FileFormatError("it is no attestation of a preparation", _HINT)
    report = _report(statement.get("predicate"))
    if statement_of(report.model_dump(mode="json")) != envelope.payload:
        raise FileFormatError("its subjects are not those of its report", _HINT)
    if path != f"attestations/{report.recipe_id}{SUFFIX}":
        raise FileFormatError("it is about another recipe", _HINT)
    newest = chain.newest
    publisher = f"{newest.publisher} ({chain.fingerprint})"
    return report.model_copy(
        update={"attested_by": tuple(dict.fromkeys((*report.attested_by, publisher)))}
    )


def _report(document: object) -> PreparationReport:
    try:
        return PreparationReport.model_validate(document)
    except ValidationError as error:
        raise FileFormatError("it is no report of a preparation", _HINT) from error


def _signed(item: PackItem, signer: PublisherSigner) -> PackItem:
    with item.open() as statement:
        content = signer.sign(statement.read())
    return replace(
        item,
        logical_path=item.logical_path.removesuffix(".json") + SUFFIX,
        media_type=ATTESTATION_TYPE,
        sha256=sha256_bytes(content),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )
