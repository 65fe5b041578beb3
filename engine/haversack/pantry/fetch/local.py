"""Files that are on this machine already: anywhere, shipped with Haversack, or in a package."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from urllib.parse import unquote

from haversack.base.resources import resource
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import addresses
from haversack.pantry.fetch.call import Whole


def from_file(rest: str) -> Whole:
    """Name a file of this machine: ``PATH`` or ``///PATH`` with percent signs for odd letters.

    Raises:
        FetchError: There is no such file.
    """
    path = Path(unquote(rest.removeprefix("//"))) if rest.startswith("//") else Path(rest)
    hint = "Correct the path, or plug the disk in."
    return Whole(_existing(path, str(path), hint), f"file:{path}", False)


def from_resource(rest: str) -> Whole:
    """Name a file that is shipped with Haversack.

    Raises:
        FetchError: There is no such file.
    """
    addresses.check_inner_path(rest, "the resource")
    path = _existing(resource(rest), f"the resource {rest}", "Install Haversack again.")
    return Whole(path, f"resource:{rest}", False)


def from_package(rest: str) -> Whole:
    """Name a file inside an installed distribution, which is not imported.

    Raises:
        FetchError: The distribution is not installed or has no such file.
    """
    named = addresses.package(rest)
    hint = f"Install it with `pip install {named.name}`, then run it again."
    try:
        distribution = metadata.distribution(named.name)
    except metadata.PackageNotFoundError as error:
        raise FetchError(f"{named.name} is not installed", hint, "not found") from error
    path = Path(str(distribution.locate_file(named.file)))
    what = f"{named.file} in {named.name} {distribution.version}"
    place = f"package:{rest} ({distribution.version})"
    return Whole(_existing(path, what, hint), place, False)


def _existing(path: Path, what: str, hint: str) -> Path:
    try:
        if path.is_file():
            return path.absolute()
    except (OSError, ValueError) as error:
        raise FetchError(f"{what} cannot be looked at: {error}", hint, "not found") from error
    raise FetchError(f"there is no file {what}", hint, "not found")
