"""Debian packages through the user's own apt-get: which mirror is asked is its configuration."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import addresses
from haversack.pantry.fetch.call import Call, Whole
from haversack.pantry.fetch.clients import missing_client, only_file
from haversack.pantry.fetch.process import run_client

_ABSENT = re.compile(r"Unable to locate package|Version '\S+' for '\S+' was not found")


def from_apt(rest: str, work: Path, call: Call) -> Whole:
    """Fetch one package through ``apt-get download``; nothing is installed.

    Args:
        rest: ``NAME=VERSION``.
        work: An empty folder.
        call: Whom to tell and when to stop.

    Raises:
        FetchError: No apt-get, no network, or its sources do not offer that version.
    """
    named = addresses.apt(rest)
    apt_get = shutil.which("apt-get")
    if apt_get is None:
        raise missing_client("apt-get", "Prepare on Debian or one of its kin")
    folder = work / "got"
    folder.mkdir()
    meter = call.meter(f"fetching {named.name} {named.version}", None)
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    outcome = run_client(
        [apt_get, "download", "--quiet", f"{named.name}={named.version}"],
        folder,
        environment,
        lambda _: meter.advance(0),
        lambda: meter.advance(0),
    )
    if outcome.status != 0 and _ABSENT.search("\n".join(outcome.lines)):
        raise FetchError(
            f"apt:{rest} is not among the packages that apt-get knows here",
            "Run `apt-get update`; another release of Debian may offer another version.",
            "not found",
        )
    return only_file(outcome, folder, f"apt:{rest}", "apt-get")
