"""A file whose digest nobody knew is kept only where it is what its source publishes."""

from __future__ import annotations

import pytest

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import hub
from haversack.pantry.fetch.call import Call
from haversack.pantry.fetch.first import fetch_first
from haversack.pantry.fetch.published import published
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Pin, Unpinned
from pantry.samples import QUICK, files_under, sha256
from pantry.web_site import Site, cut_after

CONTENT = bytes(range(256)) * 500
DIGEST = sha256(CONTENT)
REVISION = "a" * 40


@pytest.fixture
def hub_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A hub on this machine that tells the digest of its file."""
    site.content = CONTENT
    site.announced = {
        "X-Linked-Etag": f'"{DIGEST}"',
        "X-Linked-Size": str(len(CONTENT)),
        "X-Repo-Commit": REVISION,
    }
    monkeypatch.setattr(hub, "resolve", lambda rest: (site.url, {}))
    return site


def _at_the_hub() -> Unpinned:
    return Unpinned(name="weights/x", licence="MIT", uri="hf:a/b@main/model.safetensors")


def _in_a_zoo(site: Site, beginning: str) -> Unpinned:
    uri = f"http://127.0.0.1:{site.port}/models/net-{beginning}.pth"
    return Unpinned(name="weights/x", licence="MIT", uri=uri)


def test_what_the_hub_announces_is_fetched_and_the_record_says_what_it_said(
    pantry: Pantry, hub_site: Site
) -> None:
    fetched = fetch_first(pantry, _at_the_hub(), patience=QUICK)
    assert fetched.raw_sha256 == DIGEST
    assert pantry.store.read(DIGEST) == CONTENT
    assert DIGEST in fetched.fetched_from
    assert f"at revision {REVISION}" in fetched.fetched_from
    assert fetched.fetched_from.startswith("hf:a/b@main/model.safetensors")
    asset = _at_the_hub().pinned(Pin(DIGEST, len(CONTENT), DIGEST))
    pantry.assets.put(asset, fetched)
    assert pantry.assets.is_ready(asset)


def test_a_name_that_begins_the_digest_is_enough(pantry: Pantry, site: Site) -> None:
    site.content = CONTENT
    fetched = fetch_first(pantry, _in_a_zoo(site, DIGEST[:8]), patience=QUICK)
    assert fetched.raw_sha256 == DIGEST
    assert f"its name says SHA-256 {DIGEST[:8]}" in fetched.fetched_from


def test_a_broken_download_goes_on_and_is_still_checked(pantry: Pantry, hub_site: Site) -> None:
    hub_site.answers = [cut_after(1000)]
    assert fetch_first(pantry, _at_the_hub(), patience=QUICK).raw_sha256 == DIGEST
    assert hub_site.ranges == [None, "bytes=1000-"]


@pytest.mark.parametrize("lie", ["digest", "size", "name"])
def test_what_differs_from_what_is_published_is_not_kept(
    pantry: Pantry, hub_site: Site, lie: str
) -> None:
    file = _in_a_zoo(hub_site, "0" * 8) if lie == "name" else _at_the_hub()
    if lie == "digest":
        hub_site.announced["X-Linked-Etag"] = "0" * 64
    if lie == "size":
        hub_site.announced["X-Linked-Size"] = "7"
    with pytest.raises(FetchError, match="is not what its source publishes") as error:
        fetch_first(pantry, file, patience=QUICK)
    assert error.value.reason == "wrong digest"
    assert [f for f in files_under(pantry.store.folder) if not f.endswith(".lock")] == []


@pytest.mark.parametrize("etag", ["", '"0123456789abcdef0123456789abcdef01234567"'])
def test_a_source_that_publishes_no_sha256_is_refused_before_anything_is_fetched(
    pantry: Pantry, hub_site: Site, etag: str
) -> None:
    hub_site.announced["X-Linked-Etag"] = etag
    with pytest.raises(FetchError, match="publishes no SHA-256"):
        fetch_first(pantry, _at_the_hub(), patience=QUICK)
    with pytest.raises(FetchError, match="publishes no SHA-256"):
        published("https://models.example/net.pth", Call())
    assert hub_site.paths == []


def test_without_a_network_the_reason_says_so(
    pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "resolve", lambda rest: ("http://127.0.0.1:9/x", {}))
    with pytest.raises(FetchError) as error:
        fetch_first(pantry, _at_the_hub(), patience=QUICK)
    assert error.value.reason == "no network"


@pytest.mark.parametrize("fetched", ["", "b" * 64])
def test_a_pin_survives_its_text(fetched: str) -> None:
    pin = Pin("a" * 64, 12, fetched or "a" * 64)
    assert Pin.parse(str(pin)) == pin
    assert str(pin).count(":") == (2 if fetched else 1)
