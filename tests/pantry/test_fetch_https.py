from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from haversack.base.errors import Cancelled
from haversack.base.files import StorageError
from haversack.base.progress import CancelToken, Progress
from haversack.pantry.assets import Fetched
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.asset import fetch_asset, fetch_origin
from haversack.pantry.fetch.call import Call, Patience
from haversack.pantry.fetch.https import download
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Origin
from pantry.samples import QUICK, an_asset, files_under, sha256
from pantry.web_site import Site, cut_after, send, status, whole

CONTENT = bytes(range(256)) * 2000


@pytest.fixture(autouse=True)
def content(site: Site) -> None:
    site.content = CONTENT


def _fetch(pantry: Pantry, site: Site) -> Fetched:
    return fetch_asset(pantry, an_asset(CONTENT, site.url), patience=QUICK)


def _left(pantry: Pantry) -> list[str]:
    return files_under(pantry.store.folder)


def _whole_in_store() -> list[str]:
    digest = sha256(CONTENT)
    return [f"sha256/{digest[:2]}/{digest}"]


def _part() -> str:
    return f"partial/{sha256(CONTENT)}.part"


def test_a_file_is_fetched_recorded_and_nothing_else_stays(pantry: Pantry, site: Site) -> None:
    asset = an_asset(CONTENT, site.url)
    fetched = _fetch(pantry, site)
    assert fetched.fetched_from == site.url
    assert not pantry.assets.is_ready(asset)
    pantry.assets.put(asset, fetched)
    assert pantry.assets.is_ready(asset)
    assert pantry.store.read(asset.sha256) == CONTENT
    assert _left(pantry) == _whole_in_store()


def test_a_cut_connection_is_gone_on_from_where_it_was(pantry: Pantry, site: Site) -> None:
    site.answers = [cut_after(100_000), cut_after(50_000), whole]
    _fetch(pantry, site)
    assert site.ranges == [None, "bytes=100000-", "bytes=150000-"]
    assert _left(pantry) == _whole_in_store()


def test_bytes_that_keep_coming_are_patience_enough(pantry: Pantry, site: Site) -> None:
    site.answers = [cut_after(40_000)] * 12
    _fetch(pantry, site)
    assert len(site.ranges) == 13


def test_a_server_that_stays_broken_is_given_up_and_the_part_kept(
    pantry: Pantry, site: Site
) -> None:
    site.answers = [cut_after(100_000), *[status(503)] * 9]
    with pytest.raises(FetchError, match="answered 503") as caught:
        _fetch(pantry, site)
    assert caught.value.reason == "server failed"
    assert len(site.ranges) == QUICK.tries
    assert _left(pantry) == [_part()]
    site.answers = []
    _fetch(pantry, site)
    assert site.ranges[-1] == "bytes=100000-"
    assert _left(pantry) == _whole_in_store()


def test_a_busy_server_is_asked_again(pantry: Pantry, site: Site) -> None:
    site.answers = [status(503, Retry_After="0"), status(429), whole]
    _fetch(pantry, site)
    assert len(site.ranges) == 3


def test_no_wait_is_longer_than_patience_allows(pantry: Pantry, site: Site) -> None:
    site.answers = [status(503, Retry_After="86400"), whole]
    began = time.monotonic()
    _fetch(pantry, site)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("code", "reason"), [(404, "not found"), (410, "not found"), (403, "refused"), (401, "refused")]
)
def test_a_dead_address_is_one_line_asked_once_and_leaves_nothing(
    pantry: Pantry, site: Site, code: int, reason: str
) -> None:
    site.answers = [status(code)] * 3
    with pytest.raises(FetchError, match=f"sample.bin: the server answered {code}") as caught:
        _fetch(pantry, site)
    assert caught.value.reason == reason
    assert caught.value.hint
    assert caught.value.diagnostics()["reason"] == reason
    assert len(site.ranges) == 1
    assert _left(pantry) == []


def test_a_wrong_digest_leaves_nothing_behind(pantry: Pantry, site: Site) -> None:
    site.content = b"tampered with" * 1000
    with pytest.raises(FetchError, match="does not have the digest that is pinned") as caught:
        _fetch(pantry, site)
    assert caught.value.reason == "wrong digest"
    assert len(site.ranges) == 1
    assert _left(pantry) == []


def test_a_part_that_went_bad_is_fetched_anew_once(pantry: Pantry, site: Site) -> None:
    site.answers = [cut_after(1000), *[status(503)] * 2]
    with pytest.raises(FetchError):
        _fetch(pantry, site)
    (pantry.store.folder / _part()).write_bytes(b"\xff" * 1000)
    _fetch(pantry, site)
    assert site.ranges[-2:] == ["bytes=1000-", None]
    assert pantry.store.read(sha256(CONTENT)) == CONTENT


def test_a_part_longer_than_the_file_is_fetched_anew(pantry: Pantry, site: Site) -> None:
    part = pantry.store.folder / _part()
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + b"and more")
    _fetch(pantry, site)
    assert site.ranges == [f"bytes={len(CONTENT) + 8}-", None]
    assert _left(pantry) == _whole_in_store()


def test_a_part_that_is_whole_already_is_taken_as_it_is(pantry: Pantry, site: Site) -> None:
    part = pantry.store.folder / _part()
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT)
    _fetch(pantry, site)
    assert site.ranges == [f"bytes={len(CONTENT)}-"]
    assert _left(pantry) == _whole_in_store()


def test_a_server_without_ranges_starts_from_the_beginning(pantry: Pantry, site: Site) -> None:
    def ignoring_ranges(site: Site, request: BaseHTTPRequestHandler) -> None:
        del request.headers["Range"]
        send(site, request, len(site.content))

    site.answers = [cut_after(100_000), ignoring_ranges]
    _fetch(pantry, site)
    assert pantry.store.read(sha256(CONTENT)) == CONTENT


def test_a_server_that_sends_another_range_is_not_believed(pantry: Pantry, site: Site) -> None:
    def shifted(site: Site, request: BaseHTTPRequestHandler) -> None:
        request.headers.replace_header("Range", "bytes=7-")
        send(site, request, len(site.content))

    site.answers = [cut_after(100_000), shifted, whole]
    _fetch(pantry, site)
    assert site.ranges == [None, "bytes=100000-", None]
    assert pantry.store.read(sha256(CONTENT)) == CONTENT


def test_nobody_listening_is_no_network(pantry: Pantry) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        with pytest.raises(FetchError, match="cannot be reached") as caught:
            fetch_asset(pantry, an_asset(CONTENT, url), patience=QUICK)
    assert caught.value.reason == "no network"
    assert _left(pantry) == []


def test_a_server_that_says_nothing_is_given_up(pantry: Pantry) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        patience = Patience(tries=2, first_wait=0.01, timeout=0.2)
        with pytest.raises(FetchError, match="broke off: timed out") as caught:
            fetch_asset(pantry, an_asset(CONTENT, url), patience=patience)
    assert caught.value.reason == "no network"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "http://127.0.0.1.example.org/x",
        "https:///x",
        "https://[::1/x",
        "https://host:notaport/x",
    ],
)
def test_only_https_is_fetched_and_http_on_this_machine(pantry: Pantry, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, an_asset(CONTENT, url), patience=QUICK)
    assert caught.value.reason == "bad address"
    assert _left(pantry) == []


def test_a_redirect_to_http_elsewhere_is_not_followed(pantry: Pantry, site: Site) -> None:
    site.answers = [status(302, Location="http://example.org/sample.bin")]
    with pytest.raises(FetchError, match=r"without https: http://example.org/sample.bin"):
        _fetch(pantry, site)
    assert _left(pantry) == []


def test_a_redirect_on_this_machine_is_followed(pantry: Pantry, site: Site) -> None:
    site.answers = [status(302, Location="/elsewhere"), whole]
    _fetch(pantry, site)
    assert site.paths == ["/files/sample.bin", "/elsewhere"]


def test_redirects_in_circles_end(pantry: Pantry, site: Site) -> None:
    site.answers = [status(302, Location="/again")] * 50
    with pytest.raises(FetchError, match="circles"):
        _fetch(pantry, site)


def test_an_endless_answer_is_cut_off(tmp_path: Path, site: Site) -> None:
    def endless(site: Site, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            pass

    site.answers = [endless]
    with pytest.raises(FetchError, match="larger than it may be"):
        download(site.url, tmp_path / "part", Call(patience=QUICK, limit=1 << 20))
    assert not (tmp_path / "part").exists()


def test_a_promise_beyond_the_limit_is_refused_unread(tmp_path: Path, site: Site) -> None:
    with pytest.raises(FetchError, match="larger than it may be"):
        download(site.url, tmp_path / "part", Call(patience=QUICK, limit=1000))
    assert not (tmp_path / "part").exists()


def test_a_promise_beyond_the_disk_is_refused_unread(pantry: Pantry, site: Site) -> None:
    def huge(site: Site, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(60 << 30 << 10))
        request.end_headers()

    site.answers = [huge]
    call = Call(patience=QUICK, limit=1 << 60)
    with pytest.raises(StorageError, match="fetching needs"):
        download(site.url, pantry.store.folder / "part", call)
    assert _left(pantry) == []


def test_cancelling_keeps_the_part_and_the_next_fetch_goes_on(pantry: Pantry, site: Site) -> None:
    cancel = CancelToken()
    asset = an_asset(CONTENT, site.url)

    def stop_early(progress: Progress) -> None:
        if progress.phase.startswith("fetching") and progress.done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        fetch_asset(pantry, asset, stop_early, cancel, QUICK)
    assert _left(pantry) == [_part()]
    _fetch(pantry, site)
    assert str(site.ranges[-1]).startswith("bytes=")
    assert _left(pantry) == _whole_in_store()


def test_waiting_for_a_server_can_be_cancelled(pantry: Pantry, site: Site) -> None:
    site.answers = [status(503)] * 5
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        patience = Patience(tries=5, first_wait=20.0)
        fetch_asset(pantry, an_asset(CONTENT, site.url), cancel=cancel, patience=patience)
    assert time.monotonic() - began < 5


def test_progress_counts_every_byte(pantry: Pantry, site: Site) -> None:
    told: list[Progress] = []
    fetch_asset(pantry, an_asset(CONTENT, site.url), told.append, patience=QUICK)
    last = [progress for progress in told if progress.phase == "fetching sample.bin"][-1]
    assert (last.done, last.total, last.unit) == (len(CONTENT), len(CONTENT), "bytes")


def test_secrets_in_an_address_are_neither_shown_nor_kept(pantry: Pantry, site: Site) -> None:
    url = f"http://user:hunter2@127.0.0.1:{site.port}/sample.bin?token=hunter2"
    fetched = fetch_asset(pantry, an_asset(CONTENT, url), patience=QUICK)
    assert "hunter2" not in fetched.fetched_from
    site.answers = [status(404)]
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, an_asset(CONTENT, url), patience=QUICK)
    assert "hunter2" not in str(caught.value.diagnostics())


def test_two_fetches_of_one_file_ask_once_at_a_time(pantry: Pantry, site: Site) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            _fetch(pantry, site)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert site.ranges == [None] * 3
    assert _left(pantry) == _whole_in_store()


def test_garbage_collection_clears_parts_that_nobody_fetches(pantry: Pantry, site: Site) -> None:
    site.answers = [cut_after(1000), *[status(503)] * 2]
    with pytest.raises(FetchError):
        _fetch(pantry, site)
    with pantry.store.downloads.place(sha256(CONTENT)):
        pantry.collect_garbage()
        assert (pantry.store.folder / _part()).exists()
    pantry.collect_garbage()
    assert _left(pantry) == []


def test_a_killed_fetch_is_gone_on_with(pantry: Pantry, site: Site) -> None:
    def stall(site: Site, request: BaseHTTPRequestHandler) -> None:
        send(site, request, 200_000)
        request.wfile.flush()
        time.sleep(3)

    site.answers = [stall]
    code = (
        "import sys; from pathlib import Path\n"
        "from haversack.pantry.fetch.call import Call\n"
        "from haversack.pantry.fetch.https import download\n"
        "from haversack.pantry.store import Store\n"
        "with Store(Path(sys.argv[1])).downloads.place(sys.argv[2]) as place:\n"
        "    download(sys.argv[3], place.part, Call())\n"
    )
    digest = sha256(CONTENT)
    arguments = [str(pantry.store.folder), digest, site.url]
    child = subprocess.Popen([sys.executable, "-c", code, *arguments])
    part = pantry.store.folder / _part()
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    had = part.stat().st_size
    assert 0 < had <= 200_000
    _fetch(pantry, site)
    assert site.ranges[-1] == f"bytes={had}-"
    assert _left(pantry) == _whole_in_store()


def test_an_origin_is_fetched_into_a_folder(tmp_path: Path, site: Site) -> None:
    origin = Origin(uri=site.url, sha256=sha256(CONTENT))
    path = fetch_origin(origin, tmp_path / "into", patience=QUICK)
    assert path == tmp_path / "into" / "sample.bin"
    assert path.read_bytes() == CONTENT
    assert os.listdir(path.parent) == ["sample.bin"]  # noqa: PTH208 - names are what is asked
