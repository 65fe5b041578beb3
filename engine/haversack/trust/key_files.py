"""Private keys wherever they are: in a file under a passphrase, or on a token under its PIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust.errors import TrustError
from haversack.trust.private_keys import (
    Cost,
    generate,
    open_private,
    read_key_file,
    save_private,
    signer_of,
)
from haversack.trust.token_keys import (
    TokenPlace,
    TokenSigner,
    is_token_key,
    new_token_key,
    open_token_key,
    token_label,
)

OwnSigner = CryptoSigner | TokenSigner
_MODULE = "module.json"
_LIMIT = 16 * 1024


@dataclass(frozen=True)
class NewKey:
    """A key that was just made and is not kept yet.

    Attributes:
        signer: What signs with it.
        save: Writes its file.
        discard: Takes it back where it will not be kept.
    """

    signer: OwnSigner
    save: Callable[[Path], None]
    discard: Callable[[], None]


def make_key(secret: str, cost: Cost, token: TokenPlace | None, label: str) -> NewKey:
    """Make a key on a token, or one for a file.

    Args:
        secret: The token's PIN, or the passphrase of the file.
        cost: How dear a guess at the passphrase is.
        token: The token; None for a file.
        label: What the token's own tools will call it.

    Raises:
        WrongPassphrase: That is not the PIN.
        TrustError: The token is not there or makes no such keys.
    """
    if token is not None:
        on_token = new_token_key(token, secret, label)
        return NewKey(on_token, on_token.save, on_token.destroy)
    private = generate()
    return NewKey(
        signer_of(private), lambda path: save_private(private, path, secret, cost), lambda: None
    )


def open_key(path: Path, secret: str) -> OwnSigner:
    """Open the key that a file holds or stands for.

    Raises:
        WrongPassphrase: That is not its passphrase, or not the PIN of its token.
        TrustError: The file is damaged, or the token is not there.
    """
    if is_token_key(path):
        return open_token_key(path, read_module(path.parent), secret)
    return open_private(read_key_file(path), secret)


def label_of(path: Path) -> str:
    """Give the label of the token that a key is on; empty where it is in its file."""
    return token_label(path) if is_token_key(path) else ""


def write_module(folder: Path, module: Path) -> None:
    """Remember by which module the token of a key is reached.

    It is kept out of the key's files and backups: it names code, and no file that was brought
    along may do that.

    Raises:
        StorageError: The disk says no.
    """
    write_bytes(folder / _MODULE, dump_canonical({"module": str(module.absolute())}) + b"\n")


def read_module(folder: Path) -> Path | None:
    """Give the module by which a key's token is reached; None where nobody named one.

    Raises:
        TrustError: The file that says it is damaged.
    """
    path = folder / _MODULE
    if not path.is_file():
        return None
    try:
        return Path(load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT)["module"])
    except (FileFormatError, KeyError, TypeError) as error:
        raise TrustError(
            f"{path} is damaged", "Restore the key from its backup with --token MODULE."
        ) from error
