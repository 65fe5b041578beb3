"""``haversack bundle sign``: one more signature on a bundle, without reading its blobs."""

from __future__ import annotations

from typing import Annotated

import typer

from haversack.cli.asking import PassphraseFile, passphrase
from haversack.cli.command import Answer
from haversack.cli.output import table
from haversack.cli.places import BundleArgument
from haversack.cli.session import Session


def sign(
    session: Session,
    bundle: BundleArgument,
    key: Annotated[str, typer.Option("--key", help="The name of a key of one's own.")],
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Add one's signature to a bundle that another has packed; each stick of a set by itself."""
    from haversack.services.cosign import cosign
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    ring.require(key)
    secret = passphrase(passphrase_file, f"the key {key}")
    done = cosign(bundle, ring, key, secret)
    facts = [
        ("bundle", f"{done.name}, number {done.counter}"),
        ("publisher", done.publisher),
        ("fingerprint", done.fingerprint),
        ("signatures", f"{done.signatures} of {done.threshold}"),
    ]
    return Answer(done, [table("", ("", ""), facts)])
