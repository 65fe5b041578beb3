"""A web server on this machine that misbehaves as it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

Answer = Callable[["Site", BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A web server on this machine that misbehaves as it is told, one answer after another."""

    content: bytes = b""
    answers: list[Answer] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    port: int = 0
    announced: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/files/sample.bin"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.ranges.append(request.headers.get("Range"))
        self.paths.append(request.path)
        (self.answers.pop(0) if self.answers else whole)(self, request)

    def announce(self, request: BaseHTTPRequestHandler) -> None:
        """Answer as a hub does that keeps the bytes elsewhere."""
        request.send_response(302)
        request.send_header("Location", f"http://127.0.0.1:{self.port}/elsewhere")
        for name, value in self.announced.items():
            request.send_header(name, value)
        request.end_headers()


def whole(site: Site, request: BaseHTTPRequestHandler) -> None:
    """Answer as a good server does, ranges included."""
    send(site, request, len(site.content))


def cut_after(count: int) -> Answer:
    """Promise everything, send so many bytes, close the connection."""
    return lambda site, request: send(site, request, count)


def send(site: Site, request: BaseHTTPRequestHandler, count: int) -> None:
    start = int((request.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
    total = len(site.content)
    if start >= total > 0:
        request.send_response(416)
        request.send_header("Content-Range", f"bytes */{total}")
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    request.send_response(206 if start else 200)
    request.send_header("Content-Length", str(total - start))
    if start:
        request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    request.end_headers()
    request.wfile.write(site.content[start : start + count])


def status(code: int, **headers: str) -> Answer:
    def answer(site: Site, request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer
