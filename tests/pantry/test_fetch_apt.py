"""Debian packages come through apt-get, and what it cannot bring is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.asset import fetch_asset
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset, Origin
from pantry.samples import an_asset, files_under, sha256

PACKAGE = b"a package" * 99


def asked_for(content: bytes = PACKAGE, uri: str = "apt:stamps=1.0-1") -> Asset:
    return an_asset(content, "", origin=Origin(uri=uri, sha256=sha256(content)))


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of apt-get, which is all that PATH holds beside the shell's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "apt-get"


def write(program: Path, body: str) -> None:
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def test_the_pinned_package_is_downloaded_and_not_installed(pantry: Pantry, apt_get: Path) -> None:
    (apt_get.parent / "content").write_bytes(PACKAGE)
    write(
        apt_get,
        '[ "$*" = "download --quiet stamps=1.0-1" ] || exit 9\n'
        f"cp {apt_get.parent}/content ./stamps_1.0-1_all.deb",
    )
    fetched = fetch_asset(pantry, asked_for())
    assert fetched.fetched_from == "apt:stamps=1.0-1 (stamps_1.0-1_all.deb)"
    assert pantry.store.path(fetched.raw_sha256).read_bytes() == PACKAGE


def test_a_package_with_another_digest_is_refused(pantry: Pantry, apt_get: Path) -> None:
    write(apt_get, "echo other > stamps.deb")
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, asked_for())
    assert caught.value.reason == "wrong digest"
    assert files_under(pantry.store.folder) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("E: Unable to locate package stamps", "not found"),
        ("E: Version '1.0-1' for 'stamps' was not found", "not found"),
        ("E: Failed to fetch x  Temporary failure resolving 'mirror'", "no network"),
        ("E: Write error - write (28: No space left on device)", None),
        ("E: something else", "client failed"),
    ],
)
def test_what_apt_get_cannot_bring_is_one_line(
    pantry: Pantry, apt_get: Path, said: str, reason: str | None
) -> None:
    write(apt_get, f'echo "{said}" >&2; exit 100')
    with pytest.raises(Exception, match=r"apt|space|full") as caught:
        fetch_asset(pantry, asked_for())
    assert getattr(caught.value, "reason", None) == reason
    assert "\n" not in str(caught.value)
    assert files_under(pantry.store.folder) == []


def test_no_apt_get_and_a_strange_address_are_named(
    pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match="apt-get is not installed"):
        fetch_asset(pantry, asked_for())
    for uri in ("apt:stamps", "apt:--option=1.0", "apt:stamps=1.0 other=2"):
        with pytest.raises(FetchError) as caught:
            fetch_asset(pantry, asked_for(uri=uri))
        assert caught.value.reason == "bad address"
