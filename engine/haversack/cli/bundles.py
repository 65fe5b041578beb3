"""``haversack pack, inspect, verify, open``: bundles, written, checked and taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.base.errors import EXIT_DONE, EXIT_PARTIAL, EXIT_REFUSED
from haversack.cli import which_pantry
from haversack.cli.asking import PassphraseFile, passphrase
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import human_size, table
from haversack.cli.session import Session

if TYPE_CHECKING:
    from haversack.services.contents import Selection
    from haversack.trust.keyring import KeyRing

_RECEIPT = ("opened_at", "bundle", "counter", "publisher_name", "downgrade")
BundleArgument = Annotated[Path, typer.Argument(help="The bundle's folder.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    command(app, "pack", example="haversack pack /media/stick/FIELD-KIT --key field-team")(pack)
    command(app, "inspect", example="haversack inspect /media/stick/FIELD-KIT")(inspect)
    command(app, "verify", example="haversack verify /media/stick/FIELD-KIT")(verify)
    command(app, "open", example="haversack open /media/stick/FIELD-KIT --pantry ./kitchen")(
        open_bundle
    )
    bundle = group(app, "bundle", "What was opened on this machine.")
    command(bundle, "receipts", example="haversack bundle receipts")(receipts)


def pack(
    session: Session,
    out: Annotated[Path, typer.Argument(help="The bundle's folder, usually on a stick.")],
    key: Annotated[str, typer.Option("--key", help="The key that signs it.")],
    name: Annotated[
        str | None, typer.Option("--name", help="The bundle's name; else the folder's.")
    ] = None,
    recipe: Annotated[
        list[str] | None,
        typer.Option("--recipe", help="A recipe; again for more. Else all that are ready."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would go in; write nothing.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    pantry: PantryOption = None,
) -> Answer:
    """Write recipes and all they need as a signed bundle."""
    from haversack.services import pack as service
    from haversack.trust.keyring import KeyRing

    opened = session.pantry(pantry)
    recipes = tuple(recipe) if recipe else None
    if plan:
        return _plan(service.plan(opened, recipes))
    ring = KeyRing()
    ring.show(key)
    secret = passphrase(passphrase_file, f"the key {key}")
    with session.listening() as hear:
        receipt = service.pack(
            opened,
            out,
            ring,
            key,
            secret,
            name=name,
            recipes=recipes,
            on_event=hear,
            cancel=session.cancel,
        )
    facts = [
        ("bundle", f"{receipt.name}, number {receipt.counter}"),
        ("folder", receipt.folder),
        ("publisher", receipt.publisher),
        ("fingerprint", receipt.fingerprint),
        ("files", f"{receipt.files}, {human_size(receipt.bytes)}"),
        ("written now", human_size(receipt.bytes_written)),
        ("read back", receipt.read_back),
    ]
    return Answer(receipt, [table("", ("", ""), facts)])


def _standing(trusted: bool, state: str) -> str:
    known = "trusted" if trusted else "not trusted"
    return known if state in ("signed", "partial") else f"{known}; only claimed, see the state"


def inspect(session: Session, bundle: BundleArgument) -> Answer:
    """Say what a bundle claims and whether its signature holds; exits with 3 or 4 if not."""
    from haversack.services.unpack import inspect as look
    from haversack.trust.keyring import KeyRing

    found = look(bundle, KeyRing())
    claims = found.claims
    facts: list[tuple[str, object]] = [("state", found.state), ("that is", found.message)]
    if claims is not None:
        facts += [
            ("bundle", f"{claims.name}, number {claims.counter}"),
            ("recipes", ", ".join(r.name or r.id[:12] for r in claims.recipes)),
            ("volumes", ", ".join(claims.volumes)),
            ("licences", ", ".join(claims.licences)),
        ]
    facts += [
        ("publisher", f"{found.publisher} ({_standing(found.trusted, found.state)})"),
        ("fingerprint", found.fingerprint),
        ("in words", found.words),
        ("to do", found.hint),
    ]
    codes = {"signed": EXIT_DONE, "partial": EXIT_PARTIAL}
    shown = [table("", ("", ""), facts), *_warnings(found.warnings, found.litter)]
    return Answer(found, shown, codes.get(found.state, EXIT_REFUSED))


def verify(
    session: Session,
    bundle: BundleArgument,
    allow_downgrade: Annotated[
        str, typer.Option("--allow-downgrade", help="Why an older bundle is accepted.")
    ] = "",
) -> Answer:
    """Check everything: the signature, the publisher, the counter and every byte."""
    from haversack.services.unpack import verify as check
    from haversack.trust.keyring import KeyRing

    with session.listening() as hear:
        found = check(
            bundle,
            KeyRing(),
            allow_downgrade=allow_downgrade,
            on_event=hear,
            cancel=session.cancel,
        )
    facts = [
        ("state", found.state),
        ("bundle", f"{found.statement.name}, number {found.statement.counter}"),
        ("publisher", found.publisher),
        ("files", len(found.files)),
        ("read", f"{found.blobs} blobs, {human_size(found.bytes)}"),
    ]
    return Answer(found, [table("", ("", ""), facts), *_warnings(found.warnings, found.litter)])


def open_bundle(
    session: Session,
    bundle: BundleArgument,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", help="Only this path, or what begins so; again for more."),
    ] = None,
    allow_downgrade: Annotated[
        str, typer.Option("--allow-downgrade", help="Why an older bundle is accepted; recorded.")
    ] = "",
    pantry: PantryOption = None,
) -> Answer:
    """Verify a bundle and take it into a pantry; the pantry is made if it is not there."""
    from haversack.pantry.pantry import Pantry
    from haversack.services.unpack import open_bundle as take_in
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    chosen = which_pantry.choose(pantry)
    if not (chosen / which_pantry.MARK).exists():
        _refuse_before_a_pantry_is_made(bundle, ring, allow_downgrade)
    opened = Pantry.build(chosen)
    with session.listening() as hear:
        receipt = take_in(
            bundle,
            opened,
            ring,
            items=item or None,
            allow_downgrade=allow_downgrade,
            on_event=hear,
            cancel=session.cancel,
        )
    which_pantry.remember(opened.path)
    facts = [
        ("bundle", f"{receipt.bundle}, number {receipt.counter}"),
        ("publisher", receipt.publisher),
        ("pantry", opened.path),
        ("recipes", ", ".join(receipt.recipes)),
        ("volumes", ", ".join(receipt.volumes)),
        ("files", f"{receipt.files}, {human_size(receipt.bytes)}"),
        ("receipt", receipt.receipt),
    ]
    refused = [f"not taken in: {line}" for line in receipt.refused]
    return Answer(receipt, [table("", ("", ""), facts), *refused])


def receipts(session: Session) -> Answer:
    """List what was opened on this machine."""
    from haversack.trust.keyring import KeyRing

    found = KeyRing().receipts.list()
    rows = [tuple(receipt.get(name) for name in _RECEIPT) for receipt in found]
    return Answer(found, [table("", _RECEIPT, rows)] if rows else ["nothing was opened yet"])


def _refuse_before_a_pantry_is_made(bundle: Path, ring: KeyRing, allow_downgrade: str) -> None:
    from haversack.bundle.admission import Policy
    from haversack.bundle.bundle import Bundle

    Bundle(bundle).admit(ring, Policy(allow_downgrade=allow_downgrade))


def _plan(chosen: Selection) -> Answer:
    items = [
        {
            "path": item.logical_path,
            "kind": item.kind,
            "size": item.size,
            "licence": item.licence,
            "source": item.source,
            "sha256": item.sha256,
        }
        for item in chosen.items
    ]
    rows = [
        (item.kind, item.logical_path, human_size(item.size), item.licence, item.source)
        for item in chosen.items
    ]
    data = {
        "recipes": chosen.recipes,
        "volumes": chosen.volumes,
        "total_bytes": chosen.total_bytes,
        "items": items,
    }
    total = f"{len(items)} files, {human_size(chosen.total_bytes)}; nothing was written"
    return Answer(data, [table("", ("kind", "path", "size", "licence", "source"), rows), total])


def _warnings(warnings: tuple[str, ...], litter: tuple[str, ...]) -> list[RenderableType]:
    ignored = [f"ignored: {', '.join(litter)}"] if litter else []
    return [*(f"warning: {line}" for line in warnings), *ignored]
