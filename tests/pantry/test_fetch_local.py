from __future__ import annotations

import hashlib
import os
import sys
from importlib import metadata
from pathlib import Path

import pytest

from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import hub
from haversack.pantry.fetch.asset import fetch_asset, fetch_origin
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Origin
from pantry.samples import an_asset, files_under, sha256


def test_a_file_is_copied_and_stays_where_it_is(pantry: Pantry, tmp_path: Path) -> None:
    path = tmp_path / "my data é.bin"
    path.write_bytes(b"mine")
    for uri in (f"file:{path}", path.as_uri()):
        fetched = fetch_asset(pantry, an_asset(b"mine", uri))
        assert fetched.fetched_from == f"file:{path}"
    assert path.read_bytes() == b"mine"
    assert pantry.store.read(sha256(b"mine")) == b"mine"


def test_a_changed_file_is_refused_and_left_alone(pantry: Pantry, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"changed")
    asset = an_asset(b"as it was", f"file:{path}")
    with pytest.raises(FetchError, match="does not have the digest") as caught:
        fetch_asset(pantry, asset)
    assert caught.value.reason == "wrong digest"
    with pytest.raises(FetchError, match="does not have the digest"):
        fetch_origin(asset.origin, tmp_path / "into")
    assert path.read_bytes() == b"changed"
    assert files_under(pantry.store.folder) == []
    assert files_under(tmp_path / "into") == []


def test_a_shipped_resource_is_fetched(pantry: Pantry) -> None:
    shipped = next(path for path in sorted(resource("").rglob("*")) if path.is_file())
    content = shipped.read_bytes()
    relative = shipped.relative_to(resource("")).as_posix()
    fetched = fetch_asset(pantry, an_asset(content, f"resource:{relative}"))
    assert fetched.fetched_from == f"resource:{relative}"
    assert pantry.store.read(sha256(content)) == content


def test_the_digits_of_scikit_learn_are_fetched_without_importing_it(pantry: Pantry) -> None:
    digits = registry().get("data/sets/builtin/classification/digits@1")()
    (asset,) = digits.assets()
    was_loaded = "sklearn" in sys.modules
    fetched = fetch_asset(pantry, asset)
    pantry.assets.put(asset, fetched)
    assert pantry.assets.is_ready(asset)
    assert metadata.version("scikit-learn") in fetched.fetched_from
    assert ("sklearn" in sys.modules) == was_loaded


@pytest.mark.parametrize(
    ("uri", "reason", "says"),
    [
        ("file:/no/such/file", "not found", "no file /no/such/file"),
        ("file:/dev/null", "not found", "no file /dev/null"),
        ("resource:no/such", "not found", "the resource no/such"),
        ("resource:../pyproject.toml", "bad address", "leads outside"),
        ("package:no-such-distribution-here/x", "not found", "is not installed"),
        ("package:pytest/no/such", "not found", "no/such in pytest"),
        ("package:pytest/../x", "bad address", "leads outside"),
        ("package:pytest", "bad address", "package:DISTRIBUTION/FILE"),
        ("pypi:name", "bad address", "pypi:NAME==VERSION"),
        ("pypi:name==1 --index-url=x", "bad address", "pypi:NAME==VERSION"),
        ("pypi:--pre==1", "bad address", "pypi:NAME==VERSION"),
        ("npm:name@latest", "bad address", "npm:NAME@1.2.3"),
        ("npm:git+https@1.2.3", "bad address", "npm:NAME@1.2.3"),
        ("hf:repo/file", "bad address", "hf:OWNER/REPO@REVISION/FILE"),
        ("hf:a/b@main/../x", "bad address", "leads outside"),
        ("ftp://host/x", "bad address", "no source is called 'ftp'"),
        ("", "bad address", "no source is called"),
    ],
)
def test_a_bad_address_is_one_line_with_a_remedy(
    pantry: Pantry, uri: str, reason: str, says: str
) -> None:
    with pytest.raises(FetchError, match=says) as caught:
        fetch_asset(pantry, an_asset(b"", uri))
    assert caught.value.reason == reason
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert files_under(pantry.store.folder) == []


def test_a_folder_is_no_file(pantry: Pantry, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="there is no file"):
        fetch_asset(pantry, an_asset(b"", f"file:{tmp_path}"))


def test_a_hub_file_becomes_an_https_address_with_the_users_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    url, headers = hub.resolve("owner/repo@abc123/folder/model file.safetensors")
    assert url.startswith("https://")
    assert url.endswith("/owner/repo/resolve/abc123/folder/model%20file.safetensors")
    assert headers == {"Authorization": "Bearer secret"}


def test_an_origin_whose_name_is_odd_is_stored_under_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "-rf *"
    path.write_bytes(b"x")
    origin = Origin(uri=f"file:{path}", sha256=hashlib.sha256(b"x").hexdigest())
    assert fetch_origin(origin, tmp_path / "into").name == origin.sha256
    assert os.listdir(tmp_path / "into") == [origin.sha256]  # noqa: PTH208 - names are what is asked
