"""Packages through the user's own clients, pip and npm, with the user's own configuration."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path

from haversack.base.files import storage_error, write_text
from haversack.pantry.errors import FetchError, FetchReason
from haversack.pantry.fetch import addresses
from haversack.pantry.fetch.call import Call, Whole
from haversack.pantry.fetch.interfaces import devices_up
from haversack.pantry.fetch.process import Outcome, run_client

_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
    r"|Failed to establish|[Nn]ame resolution|[Nn]etwork is unreachable|Connection refused"
    r"|Temporary failure resolving|Could not (?:resolve|connect)"
    r"|Max retries exceeded|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH"
)
_NOT_FOUND = re.compile(r"No matching distribution|E404|ETARGET|ENOVERSIONS")
_REFUSED = re.compile(r"E401|E403|401 Client Error|403 Client Error|Unauthorized|Forbidden")
NO_SPACE = re.compile(r"No space left on device|ENOSPC")
_WRONG_DIGEST = re.compile(r"DO NOT MATCH THE HASHES|EINTEGRITY")
_PIP_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_RAW_PROGRESS_SINCE = (24, 1)


def from_pypi(rest: str, sha256: str, work: Path, call: Call) -> Whole:
    """Fetch one wheel of a package through ``pip download``.

    pip is told the digest, so that it chooses that file among those of the version. Source
    distributions are refused: to download one, pip would run its code.

    Args:
        rest: ``NAME==VERSION``.
        sha256: The wheel's digest.
        work: An empty folder.
        call: Whom to tell and when to stop.

    Raises:
        FetchError: No pip, no network, no such package, or none of that digest.
    """
    named = addresses.pypi(rest)
    needed = work / "requirements.txt"
    write_text(needed, f"{named.name}=={named.version} --hash=sha256:{sha256}\n")
    command = [*pip_command(), "download", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", f"--progress-bar={_progress_bar()}"]
    command += [] if devices_up() else ["--retries=1"]
    command += ["--dest", str(work / "got"), "--requirement", str(needed)]
    outcome = _run(command, work, call, f"fetching {named.name} {named.version}")
    return only_file(outcome, work / "got", f"pypi:{rest}", "pip")


def from_npm(rest: str, work: Path, call: Call) -> Whole:
    """Fetch the tarball of a package through ``npm pack``.

    Args:
        rest: ``NAME@VERSION``.
        work: An empty folder.
        call: Whom to tell and when to stop.

    Raises:
        FetchError: No npm, no network, or no such package.
    """
    named = addresses.npm(rest)
    npm = shutil.which("npm")
    if npm is None:
        raise missing_client("npm", "Install Node.js with npm")
    (work / "got").mkdir()
    command = [npm, "pack", f"{named.name}@{named.version}", "--ignore-scripts"]
    command += [] if devices_up() else ["--fetch-retries=0"]
    command += ["--pack-destination", str(work / "got")]
    outcome = _run(command, work, call, f"fetching {named.name} {named.version}")
    return only_file(outcome, work / "got", f"npm:{rest}", "npm")


def pip_command() -> list[str]:
    """Give the words that start pip: this Python's, or in the frozen app the one on PATH.

    Raises:
        FetchError: There is none.
    """
    if getattr(sys, "frozen", False):
        found = shutil.which("pip3") or shutil.which("pip")
        if found is None:
            raise missing_client("pip", "Install Python with pip")
        return [found]
    if importlib.util.find_spec("pip") is None:
        raise missing_client("pip", f"Run `{sys.executable} -m ensurepip`")
    return [sys.executable, "-m", "pip"]


def _progress_bar() -> str:
    """Choose what pip prints; only newer ones print numbers that a program can read."""
    if getattr(sys, "frozen", False):
        return "off"
    try:
        version = tuple(int(part) for part in metadata.version("pip").split(".")[:2])
    except (metadata.PackageNotFoundError, ValueError):
        return "off"
    return "raw" if version >= _RAW_PROGRESS_SINCE else "off"


def _run(command: list[str], work: Path, call: Call, phase: str) -> Outcome:
    meter = call.meter(phase, None)

    def on_line(line: str) -> None:
        match = _PIP_PROGRESS.search(line)
        if match is not None:
            meter.total = int(match[2]) or None
            meter.advance(max(0, int(match[1]) - meter.done))

    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    return run_client(command, work, environment, on_line, lambda: meter.advance(0))


def only_file(outcome: Outcome, folder: Path, place: str, client: str) -> Whole:
    """Give the one file that a client brought.

    Raises:
        FetchError: It failed, or brought none or several.
        StorageError: The disk is full.
    """
    if outcome.status != 0 and NO_SPACE.search("\n".join(outcome.lines)):
        raise storage_error(OSError(errno.ENOSPC, "full"), folder, f"{client}, writing")
    if outcome.status != 0:
        raise explain(outcome, place, client)
    found = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    if len(found) != 1:
        message = f"{place}: {client} brought {len(found)} files where one was expected"
        raise FetchError(message, f"Run {client} by hand to see why.", "client failed")
    return Whole(found[0], f"{place} ({found[0].name})", True)


def explain(outcome: Outcome, place: str, client: str) -> FetchError:
    """Say what a client that failed complained about, without addresses."""
    text = "\n".join(outcome.lines)
    if _WRONG_DIGEST.search(text):
        return FetchError(
            f"{place}: what {client} offers does not have the digest that is pinned",
            "Use another ingredient; what is offered is not what was reviewed.",
            "wrong digest",
        )
    if _NO_NETWORK.search(text):
        message = f"{place}: {client} reached no registry"
        return FetchError(message, "Check the network and run it again.", "no network")
    reason = _reason(text)
    said = next((_said(line) for line in reversed(outcome.lines) if _said(line)), "")
    message = f"{place}: {client} failed" + (f": {said}" if said else f" ({outcome.status})")
    return FetchError(
        message, f"Check the network and {client}'s configuration, then run it again.", reason
    )


def _reason(text: str) -> FetchReason:
    if _REFUSED.search(text):
        return "refused"
    return "not found" if _NOT_FOUND.search(text) else "client failed"


def _said(line: str) -> str:
    """Give what a client's error line says, without addresses; empty for other lines."""
    match = re.match(r"(?:ERROR:|E:|npm (?:error|ERR!)(?: code)?) (?!A complete log)(.+)", line)
    return re.sub(r"\S+://\S+", "the registry", match[1])[:200] if match else ""


def missing_client(client: str, remedy: str) -> FetchError:
    """Build the error for a client that is not installed."""
    message = f"{client} is not installed, and this asset is fetched through it"
    return FetchError(message, f"{remedy}, then run it again.", "missing client")
