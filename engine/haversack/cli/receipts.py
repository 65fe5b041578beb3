"""``haversack bundle receipts``: what was opened here, taken along signed, checked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.errors import UsageError
from haversack.cli.asking import PassphraseFile, passphrase
from haversack.cli.command import Answer
from haversack.cli.output import table
from haversack.cli.session import Session

_COLUMNS = ("number", "opened_at", "bundle", "counter", "publisher_name", "downgrade")


def receipts(
    session: Session,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write them to a file, signed.")
    ] = None,
    key: Annotated[str, typer.Option("--key", help="The key that signs the file.")] = "",
    check: Annotated[
        Path | None, typer.Option("--check", help="A file that another machine wrote.")
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="With --check: whether this bundle was opened there."),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """List what was opened on this machine, export it signed, or check another machine's."""
    if check is not None and output is None:
        return _check(check, bundle)
    if check is not None or bundle is not None:
        raise UsageError("too much at once", "Give -o FILE --key NAME, or --check FILE.")
    if output is None:
        return _list()
    if not key:
        raise UsageError("a key is needed to sign the file", "Give --key NAME.")
    return _export(output, key, passphrase_file)


def _list() -> Answer:
    from haversack.trust.keyring import KeyRing
    from haversack.trust.receipts import faults

    found = KeyRing().receipts.list()
    if not found:
        return Answer(found, ["nothing was opened yet"])
    return Answer(found, [_table(found), *(f"warning: {line}" for line in faults(found))])


def _export(output: Path, key: str, passphrase_file: Path | None) -> Answer:
    from haversack.services.receipts import export_receipts
    from haversack.trust.keyring import KeyRing

    ring = KeyRing()
    ring.show(key)
    secret = passphrase(passphrase_file, f"the key {key}")
    count = export_receipts(ring, key, secret, output)
    told = f"{counted(count, 'receipt is', 'receipts are')} in {output}"
    return Answer({"file": output, "receipts": count}, [told])


def _check(file: Path, bundle: Path | None) -> Answer:
    from haversack.services.receipts import check_receipts
    from haversack.trust.keyring import KeyRing

    found = check_receipts(file, KeyRing(), bundle)
    facts = [
        ("signed by", found.publisher),
        ("fingerprint", found.fingerprint),
        ("exported", found.exported_at),
    ]
    if bundle is not None:
        opened = ", ".join(found.opened_at) or "no, or not before the export"
        facts.append((f"{bundle.name} was opened there", opened))
    shown: list[RenderableType] = [table("", ("", ""), facts), _table(found.receipts)]
    return Answer(found, [*shown, *(f"warning: {line}" for line in found.faults)])


def _table(found: Sequence[dict[str, Any]]) -> RenderableType:
    rows = [tuple(receipt.get(name) for name in _COLUMNS) for receipt in found]
    return table("", _COLUMNS, rows)
