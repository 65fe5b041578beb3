"""What a source publishes of a file beside its bytes: a SHA-256, or the beginning of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from haversack.base.digests import is_sha256
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import addresses, hub
from haversack.pantry.fetch.call import Call

_IN_THE_NAME = re.compile(r"-(?P<beginning>[0-9a-f]{8,64})\.[a-z0-9]+$")
_DIGEST, _SIZE, _REVISION = "X-Linked-Etag", "X-Linked-Size", "X-Repo-Commit"


@dataclass(frozen=True, slots=True)
class Published:
    """What a source says of a file.

    Attributes:
        beginning: The SHA-256 in hexadecimal digits, or its first eight or more.
        size: The bytes; None where it does not say.
        words: Where it says so, for the record.
    """

    beginning: str
    size: int | None
    words: str


def published(uri: str, call: Call) -> Published:
    """Ask a source for the digest of a file.

    A hub announces it with the file (``hf:``); others write its beginning into the file's name
    (``https://\u2026/NAME-a1b2c3d4.pth``, as torch's model zoo does).

    Raises:
        FetchError: It cannot be reached, or publishes no digest.
        Cancelled: Someone asked to stop.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "hf":
        return _from_hub(uri, rest, call)
    named = _IN_THE_NAME.search(addresses.without_secrets(uri))
    if named is None:
        raise _silent(uri)
    return Published(named["beginning"], None, f"its name says SHA-256 {named['beginning']}\u2026")


def _from_hub(uri: str, rest: str, call: Call) -> Published:
    from haversack.pantry.fetch.https import announced  # httpx costs a tenth of a second

    url, login = hub.resolve(rest)
    told = announced(url, call, login)
    digest = told.get(_DIGEST, "").removeprefix("W/").strip('"')
    if not is_sha256(digest):
        raise _silent(uri)
    size = told.get(_SIZE, "")
    revision = told.get(_REVISION, "unknown")[:40]
    return Published(
        digest,
        int(size) if size.isdecimal() else None,
        f"the hub says SHA-256 {digest} at revision {revision}",
    )


def _silent(uri: str) -> FetchError:
    return FetchError(
        f"{addresses.without_secrets(uri)}: its source publishes no SHA-256 to check it against",
        "Fetch it by hand, look at it, and set the option to SHA256:BYTES.",
        "wrong digest",
    )
