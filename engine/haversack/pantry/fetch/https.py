"""Downloading over https: streamed, resumed by range, tried again, never over http elsewhere."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx

from haversack.base.files import StorageError, storage_error
from haversack.pantry.errors import FetchError, FetchReason
from haversack.pantry.fetch.addresses import check_url, is_loopback, without_secrets
from haversack.pantry.fetch.archives import too_large
from haversack.pantry.fetch.call import Call
from haversack.pantry.fetch.waiting import Transient, persist

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_BUSY = {408, 425, 429}


def download(url: str, part: Path, call: Call, headers: Mapping[str, str] | None = None) -> None:
    """Download into ``part``, going on after the bytes that it already has.

    Args:
        url: https, or http on this machine itself.
        part: Grows; kept when the download fails on the way, so that it can go on.
        call: Whom to tell, when to stop, how patient to be, how much to take.
        headers: More request headers, such as an authorization.

    Raises:
        FetchError: No network, not there, refused, or too large.
        StorageError: The disk is full, read-only or failing.
        Cancelled: Someone asked to stop.
    """
    check_url(url)
    with _client(url, call) as client:

        def attempt() -> None:
            _attempt(client, url, part, call, dict(headers or {}))

        persist(attempt, lambda: _size(part), call)


def announced(url: str, call: Call, headers: Mapping[str, str] | None = None) -> httpx.Headers:
    """Ask a server for the headers of a file, without following it to where the bytes lie.

    Raises:
        FetchError: No network, not there, or refused.
        Cancelled: Someone asked to stop.
    """
    check_url(url)
    shown, found = without_secrets(url), httpx.Headers()
    with _client(url, call) as client:

        def attempt() -> None:
            try:
                response = client.head(url, headers=dict(headers or {}), follow_redirects=False)
            except httpx.TransportError as error:
                raise Transient(_unreachable(shown, error)) from error
            if not response.is_redirect:
                _check_status(response, shown)
            found.update(response.headers)

        persist(attempt, lambda: 0, call)
    return found


def _client(url: str, call: Call) -> httpx.Client:
    return httpx.Client(
        follow_redirects=True,
        max_redirects=10,
        timeout=call.patience.timeout,
        trust_env=not is_loopback(url),
        event_hooks={"request": [lambda request: check_url(str(request.url)) and None]},
        headers={"Accept-Encoding": "identity", "User-Agent": "haversack"},
    )


def _attempt(
    client: httpx.Client, url: str, part: Path, call: Call, headers: dict[str, str]
) -> None:
    have = _size(part)
    if have:
        headers["Range"] = f"bytes={have}-"
    shown = without_secrets(url)
    try:
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                if _total(response) != have:
                    part.unlink(missing_ok=True)
                    raise Transient(_failed(shown, "could not go on", "server failed"), 0.0)
                return
            _check_status(response, shown)
            _receive(response, part, have, call, shown)
    except httpx.TooManyRedirects as error:
        raise _failed(shown, "it redirects in circles", "server failed") from error
    except httpx.TransportError as error:
        raise Transient(_unreachable(shown, error)) from error
    except (httpx.InvalidURL, httpx.HTTPError) as error:
        raise _failed(shown, str(error), "client failed") from error


def _receive(response: httpx.Response, part: Path, have: int, call: Call, shown: str) -> None:
    """Write the answer's body behind the bytes that it continues."""
    start, total = 0, _length(response)
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        start, total = have, _total(response)
        if _start(response) != have:
            part.unlink(missing_ok=True)
            raise Transient(_failed(shown, "it sent another part", "server failed"), 0.0)
    meter = call.meter(f"fetching {_last_name(shown)}", total, done=start)
    try:
        _check_limit(total, call, shown)
        _check_room(part, total, start)
        with part.open("ab" if start else "wb") as file:
            for piece in response.iter_raw():
                _check_limit(meter.done + len(piece), call, shown)
                file.write(piece)
                meter.advance(len(piece))
    except (OSError, StorageError, FetchError) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise storage_error(error, part, "writing") from error
        raise
    if total is not None and meter.done != total:
        raise Transient(_failed(shown, f"it ended at {meter.done} of {total} bytes", "no network"))


def _check_limit(size: int | None, call: Call, shown: str) -> None:
    if size is not None and size > call.limit:
        raise too_large(shown)


def _check_status(response: httpx.Response, shown: str) -> None:
    status = response.status_code
    if status in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        return
    answer = f"the server answered {status} {response.reason_phrase}".strip()
    if status in _BUSY or status >= 500:
        raise Transient(_failed(shown, answer, "server failed"), _retry_after(response))
    if status in (401, 403):
        raise _failed(shown, answer, "refused")
    raise _failed(shown, answer, "not found" if status in (404, 410) else "server failed")


def _check_room(part: Path, total: int | None, start: int) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    needed = (total or 0) - start
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise StorageError(
            f"fetching needs {needed} bytes and {part.parent} has {free}",
            "Free some space or use a pantry on another disk, then run it again.",
        )


def _last_name(shown: str) -> str:
    return shown.rstrip("/").rpartition("/")[2] or shown


def _start(response: httpx.Response) -> int | None:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(match[1]) if match and match[1] else None


def _total(response: httpx.Response) -> int | None:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(match[2]) if match and match[2] != "*" else None


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _unreachable(shown: str, error: httpx.TransportError) -> FetchError:
    began = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.ReadTimeout)
    what = "broke off" if began else "cannot be reached"
    return FetchError(
        f"{shown} {what}: {str(error) or type(error).__name__}",
        "Check the network and run it again; what was fetched so far is kept.",
        "no network",
    )


_HINTS: dict[FetchReason, str] = {
    "not found": "It has moved or never was there; correct the address or use another ingredient.",
    "refused": "Log in, or accept the terms of the source, then run it again.",
    "server failed": "Wait a while and run it again.",
    "no network": "Check the network and run it again; what was fetched so far is kept.",
}


def _failed(shown: str, what: str, reason: FetchReason) -> FetchError:
    return FetchError(f"{shown}: {what}", _HINTS.get(reason, "Correct the address."), reason)
