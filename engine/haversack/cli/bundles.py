"""``haversack inspect, verify, open``: bundles, looked at, checked and taken in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.errors import EXIT_DONE, EXIT_PARTIAL, EXIT_REFUSED
from haversack.cli import which_pantry
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.exporting import export
from haversack.cli.output import human_size, table
from haversack.cli.places import BundleArgument, WithOption
from haversack.cli.receipts import receipts
from haversack.cli.session import Session
from haversack.cli.signing import sign
from haversack.services.licences import licences_inside

RefuseExpired = Annotated[
    bool, typer.Option("--refuse-expired", help="Refuse where the publisher's root has expired.")
]
JobsOption = Annotated[int | None, typer.Option("--jobs", min=1, help="Threads at work at once.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    command(app, "inspect", example="haversack inspect /media/stick/FIELD-KIT")(inspect)
    command(app, "verify", example="haversack verify /media/stick/FIELD-KIT")(verify)
    command(app, "open", example="haversack open /media/stick/FIELD-KIT --pantry ./kitchen")(
        open_bundle
    )
    bundle = group(app, "bundle", "Export a bundle, or see what was opened on this machine.")
    command(
        bundle, "export", example="haversack bundle export /media/stick/FIELD-KIT --oci ./layout"
    )(export)
    command(bundle, "sign", example="haversack bundle sign /media/stick/FIELD-KIT --key me")(sign)
    command(bundle, "receipts", example="haversack bundle receipts")(receipts)


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
            ("licences", ", ".join(licences_inside(found.files, claims.licences))),
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
    donor: WithOption = None,
    allow_downgrade: Annotated[
        str, typer.Option("--allow-downgrade", help="Why an older bundle is accepted.")
    ] = "",
    refuse_expired: RefuseExpired = False,
    jobs: JobsOption = None,
) -> Answer:
    """Check everything: the signature, the publisher, the counter and every byte."""
    from haversack.services.unpack import verify as check
    from haversack.trust.keyring import KeyRing

    with session.listening() as hear:
        found = check(
            bundle,
            KeyRing(),
            donors=donor or (),
            allow_downgrade=allow_downgrade,
            refuse_expired=refuse_expired,
            jobs=jobs,
            on_event=hear,
            cancel=session.cancel,
        )
    facts = [
        ("state", found.state),
        ("bundle", f"{found.statement.name}, number {found.statement.counter}"),
        ("publisher", found.publisher),
        ("files", len(found.files)),
        ("read", f"{counted(found.blobs, 'blob')}, {human_size(found.bytes)}"),
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
    donor: WithOption = None,
    gather: Annotated[
        bool,
        typer.Option("--gather", help="Keep what a stick has until the others were opened too."),
    ] = False,
    refuse_expired: RefuseExpired = False,
    jobs: JobsOption = None,
    pantry: PantryOption = None,
) -> Answer:
    """Verify a bundle and take it into a pantry; the pantry is made if it is not there."""
    from haversack.services.new_pantry import pantry_for_opening
    from haversack.services.unpack import open_bundle as take_in
    from haversack.trust.keyring import KeyRing

    chosen = which_pantry.choose(pantry)
    with pantry_for_opening(chosen) as opened, session.listening() as hear:
        receipt = take_in(
            bundle,
            opened,
            KeyRing(),
            items=item or None,
            donors=donor or (),
            gather=gather,
            allow_downgrade=allow_downgrade,
            refuse_expired=refuse_expired,
            jobs=jobs,
            on_event=hear,
            cancel=session.cancel,
        )
    which_pantry.remember(opened.path)
    facts = [
        ("bundle", f"{receipt.bundle}, number {receipt.counter}"),
        ("publisher", receipt.publisher),
        ("pantry", opened.path),
        ("recipes", ", ".join(receipt.recipes)),
        ("proved", ", ".join(receipt.proved)),
        ("volumes", ", ".join(receipt.volumes)),
        ("code", "\n".join(map(str, receipt.code))),
        ("files", f"{receipt.files}, {human_size(receipt.bytes)}"),
        ("receipt", receipt.receipt),
    ]
    refused = [f"not taken in: {line}" for line in receipt.refused]
    return Answer(receipt, [table("", ("", ""), facts), *receipt.moved, *refused])


def _warnings(warnings: tuple[str, ...], litter: tuple[str, ...]) -> list[RenderableType]:
    ignored = [f"ignored: {', '.join(litter)}"] if litter else []
    return [*(f"warning: {line}" for line in warnings), *ignored]
