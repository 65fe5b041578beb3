"""From an origin's address to a file on this disk whose digest is the pinned one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import BinaryIO

from haversack.base.digests import sha256_stream
from haversack.pantry.downloads import Place
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import addresses, hub, local
from haversack.pantry.fetch.apt import from_apt
from haversack.pantry.fetch.archives import open_member
from haversack.pantry.fetch.call import Call, Whole
from haversack.pantry.fetch.clients import from_npm, from_pypi
from haversack.pantry.streams import open_regular
from haversack.recipe.assets import Origin


def bring(origin: Origin, place: Place, call: Call) -> Whole:
    """Bring what an origin's address gives.

    What was downloaded is checked here. A file that was here already is checked when it is read,
    through the descriptor that is read.

    Raises:
        FetchError: It cannot be had, or it has another digest and was removed.
        StorageError: The disk is full, read-only or failing.
        Cancelled: Someone asked to stop.
    """
    is_resumed = place.part.exists()
    whole = _from_source(origin, place, call)
    if not whole.is_ours or _has_digest(whole, origin, call):
        return whole
    place.part.unlink(missing_ok=True)
    if is_resumed:
        whole = _from_source(origin, place, call)
        if _has_digest(whole, origin, call):
            return whole
        place.part.unlink(missing_ok=True)
    raise wrong_digest(whole.place)


@contextlib.contextmanager
def opened(whole: Whole, origin: Origin, call: Call) -> Iterator[tuple[BinaryIO, int]]:
    """Open the wanted file: the whole or its member; give its stream and its size.

    The bytes of a whole that was here already have yet to be checked by whoever copies them.

    Raises:
        FetchError: The archive has another digest, is broken, or lacks the member.
        StorageError: The file cannot be read.
    """
    with open_regular(whole.path) as file:
        if origin.member is None:
            yield file, whole.path.stat().st_size
            return
        if not whole.is_ours:
            meter = call.meter(f"checking {whole.path.name}", whole.path.stat().st_size)
            if sha256_stream(file, meter.advance)[0] != origin.sha256:
                raise wrong_digest(whole.place)
            file.seek(0)
        with open_member(file, origin.member, call.limit) as (stream, size):
            yield stream, size


def wrong_digest(place: str) -> FetchError:
    """Build the error for bytes that are not the pinned ones."""
    return FetchError(
        f"{place} does not have the digest that is pinned; it was not kept",
        "The source has changed or was tampered with: use another ingredient, or report this.",
        "wrong digest",
    )


def _from_source(origin: Origin, place: Place, call: Call) -> Whole:
    scheme, _, rest = origin.uri.partition(":")
    match scheme:
        case "pypi":
            return from_pypi(rest, origin.sha256, place.work, call)
        case "npm":
            return from_npm(rest, place.work, call)
        case "apt":
            return from_apt(rest, place.work, call)
        case "https" | "http":
            return _downloaded(origin.uri, addresses.without_secrets(origin.uri), {}, place, call)
        case "hf":
            url, headers = hub.resolve(rest)
            return _downloaded(url, origin.uri, headers, place, call)
        case "file":
            return local.from_file(rest)
        case "resource":
            return local.from_resource(rest)
        case "package":
            return local.from_package(rest)
        case "import":
            raise addresses.bad(
                f"the data {rest[:60]!r} were imported from somebody's own files",
                "Bring them with `haversack data import`, or open a bundle that carries them.",
            )
        case _:
            schemes = "pypi, npm, apt, https, hf, file, resource, package"
            raise addresses.bad(f"no source is called {scheme[:40]!r}", f"There are: {schemes}.")


def download_first(uri: str, place: Place, call: Call) -> Whole:
    """Bring a file whose digest is not known before; only what is downloaded can be.

    Raises:
        FetchError: It cannot be had.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "hf":
        url, headers = hub.resolve(rest)
        return _downloaded(url, uri, headers, place, call)
    return _downloaded(uri, addresses.without_secrets(uri), {}, place, call)


def _downloaded(url: str, shown: str, headers: dict[str, str], place: Place, call: Call) -> Whole:
    from haversack.pantry.fetch.https import download  # httpx costs a tenth of a second

    download(url, place.part, call, headers)
    return Whole(place.part, shown, True)


def _has_digest(whole: Whole, origin: Origin, call: Call) -> bool:
    with open_regular(whole.path) as file:
        meter = call.meter("checking the digest", whole.path.stat().st_size)
        return sha256_stream(file, meter.advance)[0] == origin.sha256
