"""Reading the addresses of origins; whatever could be more than a name is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from haversack.pantry.errors import FetchError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PYPI = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9][A-Za-z0-9._+!-]*)"
)
_NPM = re.compile(
    r"(?P<name>(?:@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*)"
    r"@(?P<version>\d+\.\d+\.\d+[0-9A-Za-z.+-]*)"
)
_APT = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]+)=(?P<version>[0-9][A-Za-z0-9.+:~-]*)")
_HUB = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)@(?P<version>[A-Za-z0-9][\w.-]*)/(?P<file>.+)"
)
_PACKAGE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)/(?P<file>.+)")


@dataclass(frozen=True, slots=True)
class Named:
    """A file of a named and versioned thing; what a scheme lacks is empty."""

    name: str
    version: str = ""
    file: str = ""


def pypi(rest: str) -> Named:
    """Read ``NAME==VERSION``."""
    return _named(_PYPI, rest, "pypi:NAME==VERSION")


def npm(rest: str) -> Named:
    """Read ``NAME@VERSION``."""
    return _named(_NPM, rest, "npm:NAME@1.2.3")


def apt(rest: str) -> Named:
    """Read ``NAME=VERSION``."""
    return _named(_APT, rest, "apt:NAME=VERSION")


def hub(rest: str) -> Named:
    """Read ``OWNER/REPO@REVISION/FILE``."""
    return _named(_HUB, rest, "hf:OWNER/REPO@REVISION/FILE")


def package(rest: str) -> Named:
    """Read ``DISTRIBUTION/FILE``."""
    return _named(_PACKAGE, rest, "package:DISTRIBUTION/FILE")


def check_inner_path(path: str, what: str) -> str:
    """Give a path back that stays inside whatever it is resolved against.

    Raises:
        FetchError: It is absolute, empty, or climbs out.
    """
    parts = PurePosixPath(path).parts
    strange = "\\" in path or "\0" in path or ":" in path.partition("/")[0]
    if not parts or path.startswith("/") or ".." in parts or strange:
        raise bad(f"{what} {path!r} leads outside", "Use a relative path with forward slashes.")
    return path


def check_url(url: str) -> str:
    """Give a URL back that may be fetched: https, or http on this machine itself.

    Raises:
        FetchError: It is another one.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise bad(f"not an address: {without_secrets(url)}", "Correct the address.") from error
    is_local = parts.scheme == "http" and host in LOOPBACK
    if not host or not (parts.scheme == "https" or is_local):
        raise bad(f"not fetched without https: {without_secrets(url)}", "Use an https address.")
    return url


def is_loopback(url: str) -> bool:
    """Say whether a URL leads to this machine itself."""
    return urlsplit(url).hostname in LOOPBACK


def without_secrets(url: str) -> str:
    """Drop user, password, query and fragment from a URL, for messages and records."""
    try:
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        return "an address that cannot be read"


def bad(message: str, hint: str) -> FetchError:
    """Build the error for an address that cannot be used."""
    return FetchError(message, hint, "bad address")


def _named(pattern: re.Pattern[str], text: str, form: str) -> Named:
    match = pattern.fullmatch(text)
    if match is None:
        raise bad(f"not an address of the form {form}: {text[:120]!r}", "Correct the address.")
    found = Named(**match.groupdict())
    if found.file:
        check_inner_path(found.file, "the file")
    return found
