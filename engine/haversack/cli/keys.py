"""``haversack keys``: keys of one's own, and the publishers that are trusted here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.errors import UsageError
from haversack.cli import root_drafts
from haversack.cli.asking import PassphraseFile, confirm, passphrase
from haversack.cli.command import Answer, command, group
from haversack.cli.output import Raw, table
from haversack.cli.qr import draw
from haversack.cli.session import Session

if TYPE_CHECKING:
    from haversack.trust.key_info import KeyInfo
    from haversack.trust.keyring import KeyRing
    from haversack.trust.own_keys import KeyRole
    from haversack.trust.publishers import PublisherInfo

KeyName = Annotated[str, typer.Argument(help="The key's name on this machine.")]
WithKeys = Annotated[
    list[Path] | None,
    typer.Option(
        "--with-key",
        exists=True,
        dir_okay=False,
        help="A co-signer's file, by `keys show NAME -o FILE`; again for more.",
    ),
]
Token = Annotated[
    Path | None,
    typer.Option("--token", help="The PKCS#11 module of a hardware token that keeps the key."),
]
RootToo = Annotated[bool, typer.Option("--root", help="The key above the one that signs bundles.")]
DraftFile = Annotated[
    Path | None,
    typer.Option(
        "--draft",
        dir_okay=False,
        help="Where the new root goes if other root keys must sign it first.",
    ),
]
CodeToo = Annotated[
    bool, typer.Option("--code", help="The key that may sign code; made where there is none.")
]


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    keys = group(app, "keys", "Keys that sign bundles, and publishers that are trusted.")
    command(keys, "new", example="haversack keys new field-team --passphrase-file pass.txt")(new)
    command(keys, "list", example="haversack keys list")(list_keys)
    command(keys, "trust", example="haversack keys trust field-team.publisher.json")(trust)
    command(keys, "distrust", example="haversack keys distrust FINGERPRINT")(distrust)
    command(keys, "show", example="haversack keys show field-team -o field-team.publisher.json")(
        show
    )
    command(keys, "rotate", example="haversack keys rotate field-team")(rotate)
    command(
        keys,
        "signers",
        example="haversack keys signers field-team --with-key me.json --threshold 2",
    )(signers)
    root_drafts.add_to(keys)
    command(keys, "revoke", example="haversack keys revoke field-team")(revoke)
    command(keys, "backup", example="haversack keys backup field-team key-backup.json")(backup)
    command(keys, "restore", example="haversack keys restore key-backup.json")(restore)


def new(
    session: Session,
    name: KeyName,
    publisher: Annotated[
        str | None, typer.Option("--publisher", help="The name that other machines show.")
    ] = None,
    with_key: WithKeys = None,
    threshold: Annotated[
        int, typer.Option("--threshold", min=1, help="How many must sign a bundle.")
    ] = 1,
    code: Annotated[
        bool, typer.Option("--code", help="It may sign code too: the app, a runtime.")
    ] = False,
    token: Token = None,
    token_label: Annotated[
        str, typer.Option("--token-label", help="Which token, where several are plugged in.")
    ] = "",
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Make a key, encrypted with a passphrase or kept on a hardware token under its PIN."""
    from haversack.trust.keyring import KeyRing
    from haversack.trust.token_keys import TokenPlace

    place = TokenPlace(token, token_label) if token is not None else None
    about = f"the new key {name}" if place is None else "the token (its PIN)"
    secret = passphrase(passphrase_file, about, twice=place is None)
    info = KeyRing().new(
        name,
        secret,
        publisher,
        with_keys=with_key or (),
        threshold=threshold,
        code=code,
        token=place,
    )
    advice = f"others trust it after: haversack keys show {name} -o {name}.publisher.json"
    return Answer(info, [*_key(info), advice])


def list_keys(session: Session) -> Answer:
    """List keys of one's own and trusted publishers."""
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    own, publishers = ring.list(), ring.publishers()
    mine = [(k.name, k.publisher, k.fingerprint[:16], k.expires.date()) for k in own]
    theirs = [(p.publisher, p.fingerprint[:16], p.expires.date()) for p in publishers]
    shown: list[RenderableType] = [
        table("own keys", ("name", "publisher", "fingerprint", "until"), mine)
        if own
        else "no keys yet; make one with: haversack keys new NAME",
        table("trusted publishers", ("publisher", "fingerprint", "until"), theirs)
        if publishers
        else "no publisher is trusted here; trust one with: haversack keys trust FILE",
    ]
    return Answer({"own": own, "publishers": publishers}, shown)


def trust(
    session: Session,
    file: Annotated[
        Path, typer.Argument(exists=True, help="A publisher's file, a root, or a bundle.")
    ],
    fingerprint: Annotated[
        str | None,
        typer.Option("--fingerprint", help="As the publisher told it, in digits or words."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Trust without comparing the fingerprint.")
    ] = False,
) -> Answer:
    """Trust a publisher, after comparing the fingerprint."""
    from haversack.trust.chain_files import read_any_chain
    from haversack.trust.fingerprints import as_words
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    if fingerprint is None and not yes:
        chain = read_any_chain(file)
        if ring.pinned(chain.fingerprint) is None:
            session.say(f"publisher    {chain.newest.publisher}")
            session.say(f"fingerprint  {chain.fingerprint}")
            session.say(f"in words     {as_words(chain.fingerprint)}")
            confirm(
                "Is that what the publisher told you?",
                "Give it with --fingerprint.",
                "nothing was trusted",
            )
        fingerprint = chain.fingerprint  # a stick may give other bytes when it is read again
    info = ring.trust(file, fingerprint)
    return Answer(info, ["trusted from now on", *_publisher(info)])


def distrust(
    session: Session,
    fingerprint: Annotated[str, typer.Argument(help="The whole fingerprint, digits or words.")],
) -> Answer:
    """Trust a publisher no longer."""
    from haversack.trust.keyring import KeyRing

    KeyRing().distrust(fingerprint)
    return Answer({"distrusted": fingerprint}, ["no longer trusted"])


def show(
    session: Session,
    name: KeyName,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the file by which others can trust it."),
    ] = None,
) -> Answer:
    """Show a key and its fingerprint; write the file by which others can trust it."""
    from haversack.trust.fingerprints import as_qr
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    info = ring.show(name)
    shown = [*_key(info), Raw(draw(as_qr(info.fingerprint)) + "\n")]
    if output is not None:
        shown.append(f"publisher file: {ring.export(name, output)}")
    return Answer(info, shown)


def rotate(
    session: Session,
    name: KeyName,
    root: RootToo = False,
    code: CodeToo = False,
    draft: DraftFile = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Replace a key by a new one; what the old one signed stays good."""
    role = _role(root, code)

    def change(ring: KeyRing, secret: str) -> KeyInfo:
        return ring.rotate(name, secret, role, draft=draft)

    return _with_new_root(name, change, passphrase_file, draft)


def signers(
    session: Session,
    name: KeyName,
    with_key: WithKeys = None,
    without_key: Annotated[
        list[Path] | None,
        typer.Option(
            "--without-key",
            exists=True,
            dir_okay=False,
            help="Whose key signs no longer; what it signed stays good.",
        ),
    ] = None,
    revoke_them: Annotated[
        bool, typer.Option("--revoke", help="With --without-key: what it signed counts no longer.")
    ] = False,
    threshold: Annotated[
        int | None, typer.Option("--threshold", min=1, help="How many must sign.")
    ] = None,
    root: Annotated[
        bool, typer.Option("--root", help="Who signs the next roots, rather than the bundles.")
    ] = False,
    draft: DraftFile = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Say in a new root whose keys sign bundles (or roots), and how many of them must."""
    if not with_key and not without_key and threshold is None:
        raise UsageError(
            "nothing is to be changed", "Give --with-key, --without-key or --threshold."
        )
    role = _role(root, code=False)

    def change(ring: KeyRing, secret: str) -> KeyInfo:
        return ring.change_signers(
            name,
            secret,
            add=with_key or (),
            remove=without_key or (),
            threshold=threshold,
            revoke=revoke_them,
            role=role,
            draft=draft,
        )

    return _with_new_root(name, change, passphrase_file, draft)


def revoke(
    session: Session,
    name: KeyName,
    root: RootToo = False,
    code: CodeToo = False,
    draft: DraftFile = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Replace a key that others may have; what it signed counts no longer."""
    role = _role(root, code)

    def change(ring: KeyRing, secret: str) -> KeyInfo:
        return ring.revoke(name, secret, role, draft=draft)

    return _with_new_root(name, change, passphrase_file, draft)


def backup(
    session: Session,
    name: KeyName,
    file: Annotated[Path, typer.Argument(help="File to write.")],
) -> Answer:
    """Write a key to a file; its private half stays encrypted."""
    from haversack.trust.keyring import KeyRing

    written = KeyRing().backup(name, file)
    return Answer({"name": name, "file": written}, [f"{name} was written to {written}"])


def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup of a key.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it here.")] = None,
    token: Token = None,
) -> Answer:
    """Put a key from its backup into this machine's keyring."""
    from haversack.trust.keyring import KeyRing

    info = KeyRing().restore(file, name, module=token)
    return Answer(info, _key(info))


def _role(root: bool, code: bool) -> KeyRole:
    if root and code:
        raise UsageError("--root and --code name two keys", "Do one after the other.")
    return "root" if root else "code" if code else "data"


def _with_new_root(
    name: str,
    change: Callable[[KeyRing, str], KeyInfo],
    passphrase_file: Path | None,
    draft: Path | None,
) -> Answer:
    """Let a change make a key's new root, or the draft of one, and show what came of it."""
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    before = ring.show(name).root_version
    secret = passphrase(passphrase_file, f"the key {name}")
    info = change(ring, secret)
    return Answer(info, [*_key(info), *_waiting(info, before, draft)])


def _waiting(info: KeyInfo, before: int, draft: Path | None) -> list[str]:
    if info.root_version > before or draft is None:
        return []
    return [
        f"nothing has changed yet: other root keys must sign {draft}",
        "each of them with: haversack keys cosign FILE --key NAME",
        f"in the end: haversack keys finish {draft} --key {info.name}",
    ]


def _key(info: KeyInfo) -> list[RenderableType]:
    counters = ", ".join(f"{name} {count}" for name, count in info.counters.items())
    facts = [
        ("name", info.name),
        ("publisher", info.publisher),
        ("fingerprint", info.fingerprint),
        ("in words", info.words),
        ("root", info.root_version),
        ("until", info.expires.date()),
        ("signatures", f"{info.threshold} of {counted(len(info.data_keyids), 'key')}"),
        ("of roots", f"{info.root_threshold} of {counted(len(info.root_keyids), 'key')}"),
        ("code", "may be signed" if info.code_keyids else "may not be signed"),
        ("on token", info.token),
        ("bundles", counters),
        ("revoked", ", ".join(info.revoked)),
    ]
    return [table("", ("", ""), facts)]


def _publisher(info: PublisherInfo) -> list[RenderableType]:
    facts = [
        ("publisher", info.publisher),
        ("fingerprint", info.fingerprint),
        ("in words", info.words),
        ("root", info.root_version),
        ("until", info.expires.date()),
    ]
    return [table("", ("", ""), facts)]
