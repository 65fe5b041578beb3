from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from haversack.base.files import StorageError
from haversack.pantry.errors import PantryBusyError
from haversack.pantry.fetch.asset import fetch_asset
from haversack.pantry.lock import FileLock
from haversack.pantry.pantry import Pantry
from haversack.pantry.store import Store
from pantry.samples import QUICK, an_asset, files_under, sha256
from pantry.web_site import Site, whole

AS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root"
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    tmpfs = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)]
    done = subprocess.run(tmpfs, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


@pytest.mark.root
@AS_ROOT
def test_a_full_disk_is_one_line_and_leaves_nothing_behind(small_disk: Path) -> None:
    store = Store(small_disk / "store")
    kept, _ = store.take_bytes(b"x" * 1000)
    with pytest.raises(StorageError, match="the disk is full") as caught:
        store.take_bytes(os.urandom(2 << 20))
    assert "Free some space" in caught.value.hint
    assert files_under(store.folder) == [f"sha256/{kept[:2]}/{kept}"]
    assert store.read(kept) == b"x" * 1000


@pytest.mark.root
@AS_ROOT
def test_a_read_only_pantry_is_opened_and_read_and_refuses_writing(small_disk: Path) -> None:
    made = Pantry.build(small_disk / "pantry")
    digest, _ = made.store.take_bytes(b"kept")
    made.volumes.put("xval_det", b"PAR1", {"task": "detection"})
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for opened in (Pantry.open(made.path), Pantry.build(made.path)):
        assert opened.store.read(digest) == b"kept"
        assert opened.volumes.path("xval_det").read_bytes() == b"PAR1"
        assert opened.assets.list() == []
        assert opened.recipes.list() == []
        for change in (
            lambda: opened.store.take_bytes(b"more"),  # noqa: B023 - called at once
            lambda: opened.attestations.put("0" * 64, {}),  # noqa: B023 - called at once
            opened.collect_garbage,
        ):
            with pytest.raises(StorageError, match="read-only"):
                change()


@pytest.mark.root
@AS_ROOT
@pytest.mark.parametrize("is_length_told", [True, False])
def test_a_download_that_does_not_fit_leaves_nothing_behind(
    small_disk: Path, site: Site, is_length_told: bool
) -> None:
    def untold(site: Site, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            request.wfile.write(site.content)

    pantry = Pantry.build(small_disk / "pantry")
    site.content = os.urandom(2 << 20)
    site.answers = [whole if is_length_told else untold]
    with pytest.raises(StorageError) as caught:
        fetch_asset(pantry, an_asset(site.content, site.url), patience=QUICK)
    assert "Free some space" in caught.value.hint
    assert files_under(pantry.store.folder) == []


@pytest.mark.root
@AS_ROOT
def test_a_package_that_does_not_fit_leaves_nothing_behind(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "sample_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("weights", os.urandom(2 << 20))
        info = "sample_weights-1.0.dist-info"
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: sample-weights\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    pantry = Pantry.build(small_disk / "pantry")
    content = wheel.read_bytes()
    with pytest.raises(StorageError, match="the disk is full"):
        fetch_asset(pantry, an_asset(content, "pypi:sample_weights==1.0"))
    assert files_under(pantry.store.folder) == []


SLOW_TAKE = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from haversack.pantry.store import Store
    class Slow:
        name = "slow"
        left = 400
        def read(self, size):
            self.left -= 1
            if self.left == 390:
                print("under way", flush=True)
            time.sleep(0.01)
            return b"x" * 1000 if self.left else b""
    print(Store(Path(sys.argv[1])).take_stream(Slow())[0])
""")


def test_a_killed_take_leaves_the_store_whole_and_unlocked(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    kept, _ = store.take_bytes(b"kept")
    with _child(SLOW_TAKE, store.folder) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "under way\n"
        leftovers = list((store.folder / "incoming").iterdir())
        with pytest.raises(PantryBusyError), FileLock(store.folder / "lock").alone(patience=0):
            pass
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert len(leftovers) == 1
    assert list(store.digests()) == [kept]
    assert store.collect_garbage({kept}) == []
    assert files_under(store.folder) == [f"sha256/{kept[:2]}/{kept}"]


def test_garbage_collection_waits_for_a_take_that_is_under_way(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with _child(SLOW_TAKE.replace("0.01", "0.001"), store.folder) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "under way\n"
        removed = store.collect_garbage(set())
        digest = child.stdout.read().strip()
    assert removed == [digest]
    assert files_under(store.folder) == []


def test_two_processes_taking_the_same_file_agree(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    source = tmp_path / "source"
    source.write_bytes(content)
    code = (
        "import sys; from pathlib import Path; from haversack.pantry.store import Store\n"
        "for _ in range(5): print(Store(Path(sys.argv[1])).take_file(Path(sys.argv[2]))[0])"
    )
    children = [_child(code, tmp_path / "store", source) for _ in range(2)]
    said = {child.communicate(timeout=60)[0] for child in children}
    assert said == {f"{sha256(content)}\n" * 5}
    assert Store(tmp_path / "store").read(sha256(content)) == content


def test_many_builds_at_once_make_one_pantry(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from haversack.pantry.pantry import Pantry\n"
        "Pantry.build(sys.argv[1]); print((Path(sys.argv[1]) / 'pantry.json').stat().st_ino)"
    )
    children = [_child(code, tmp_path / "pantry") for _ in range(4)]
    said = {child.communicate(timeout=60)[0] for child in children}
    assert len(said) == 1
    assert not list((tmp_path / "pantry").glob("*.damaged"))


def test_many_threads_take_in_while_garbage_is_collected(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    contents = [bytes([number]) * 20_000 for number in range(24)]
    keep = {sha256(content) for content in contents}
    with ThreadPoolExecutor(6) as pool:
        takes = [pool.submit(store.take_bytes, content) for content in contents]
        sweeps = [pool.submit(store.collect_garbage, keep) for _ in range(4)]
        assert {take.result()[0] for take in takes} == keep
        assert [sweep.result() for sweep in sweeps] == [[]] * 4
    assert set(store.digests()) == keep
    assert list((store.folder / "incoming").iterdir()) == []


def test_a_recorded_asset_survives_garbage_collection_at_any_moment(tmp_path: Path) -> None:
    """Taking in and recording under ``writing`` is one step for the collector."""
    pantry = Pantry.build(tmp_path / "pantry")
    digest = sha256(b"taken")
    with ThreadPoolExecutor(1) as pool:
        with pantry.store.writing():
            pantry.store.take_bytes(b"taken")
            sweep = pool.submit(pantry.store.collect_garbage, set())
            time.sleep(0.2)
            assert not sweep.done()
            assert pantry.store.has(digest)
        assert sweep.result() == [digest]


def test_a_thread_that_holds_the_lock_may_take_it_again(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with lock.alone(), lock.alone(patience=0), lock.shared(patience=0):
        pass
    with (
        lock.shared(),
        lock.shared(patience=0),
        pytest.raises(PantryBusyError, match="in use"),
        lock.alone(patience=0),
    ):
        pass
    with lock.alone(patience=0):
        pass


def _child(code: str, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
