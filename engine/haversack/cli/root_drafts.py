"""``haversack keys cosign`` and ``finish``: roots that several root keys must sign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haversack.base.counting import counted
from haversack.cli.asking import PassphraseFile, passphrase
from haversack.cli.command import Answer, command
from haversack.cli.output import table
from haversack.cli.session import Session

DraftArgument = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="What `keys signers ... --draft` wrote."),
]


def add_to(keys: typer.Typer) -> None:
    """Add both commands to the group of keys."""
    command(keys, "cosign", example="haversack keys cosign team.draft.json --key ann")(cosign)
    command(keys, "finish", example="haversack keys finish team.draft.json --key team")(finish)


def cosign(
    session: Session,
    draft: DraftArgument,
    key: Annotated[str, typer.Option("--key", help="Whose root key signs.")],
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Sign the next root of a publisher whose root keys are several; shows first what it says."""
    from haversack.trust.drafts import read_draft
    from haversack.trust.fingerprints import as_words
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    ring.require(key)
    found = read_draft(draft)
    root = found.root.root
    before = found.chain.newest
    keys_before, keys_now = set(before.root.keys), set(root.keys)
    roles = {
        what: (root.roles[name].threshold, len(root.roles[name].keyids))
        for what, name in (("roots", "root"), ("bundles", "targets"))
    }
    facts = {
        "publisher": found.root.publisher,
        "fingerprint": found.chain.fingerprint,
        "words": as_words(found.chain.fingerprint),
        "root_version": found.root.version,
        **{
            what: f"{most} of {counted(keys, 'key signs', 'keys sign')}"
            for what, (most, keys) in roles.items()
        },
        "new_keys": sorted(keys_now - keys_before),
        "gone_keys": sorted(keys_before - keys_now),
        "revoked": sorted(found.root.revoked - before.revoked),
    }
    shown = [
        (what.replace("_", " "), ", ".join(fact) if isinstance(fact, list) else fact)
        for what, fact in facts.items()
    ]
    session.say("\n".join(f"{what:12} {fact}" for what, fact in shown))
    secret = passphrase(passphrase_file, f"the key {key}")
    signed = ring.cosign_root(draft, key, secret)
    lacking = signed.lacking
    state = f"{lacking} more must sign" if lacking else "all who must have signed"
    return Answer({**facts, "lacking": lacking}, [table("", ("", ""), [("signatures", state)])])


def finish(
    session: Session,
    draft: DraftArgument,
    key: Annotated[str, typer.Option("--key", help="The publisher's key on this machine.")],
) -> Answer:
    """Let a root count that all who must have signed."""
    from haversack.trust.keyring import KeyRing

    info = KeyRing().finish_root(draft, key)
    return Answer(
        info,
        [f"root {info.root_version} of {info.publisher} counts from now on, from the next bundle"],
    )
