from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.archives import open_member
from haversack.pantry.fetch.asset import fetch_asset, fetch_origin
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset, Origin
from pantry.samples import an_asset, files_under, sha256

MEMBER = os.urandom(3000)


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"package/{name}", content)
    return out.getvalue()


def _tar(mode: str = "w:gz", **members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload] # chosen at run time
        for name, content in members.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _asset(folder: Path, archive: bytes, member: str = "package/weights") -> Asset:
    path = folder / "archive"
    path.write_bytes(archive)
    origin = Origin(uri=f"file:{path}", sha256=sha256(archive), member=member)
    return an_asset(MEMBER, "", origin=origin)


@pytest.mark.parametrize(
    "archive",
    [
        _zip(other=b"x", weights=MEMBER),
        _tar(other=b"x", weights=MEMBER),
        _tar("w", other=b"x", weights=MEMBER),
        _tar("w:xz", other=b"x", weights=MEMBER),
    ],
    ids=["zip", "tgz", "tar", "txz"],
)
def test_a_member_is_taken_out_of_an_archive(
    pantry: Pantry, tmp_path: Path, archive: bytes
) -> None:
    asset = _asset(tmp_path, archive)
    fetched = fetch_asset(pantry, asset)
    assert fetched.raw_sha256 == sha256(MEMBER)
    assert fetched.fetched_from.endswith("archive, member package/weights")
    assert pantry.store.read(sha256(MEMBER)) == MEMBER
    path = fetch_origin(asset.origin, tmp_path / "into")
    assert (path.name, path.read_bytes()) == ("weights", MEMBER)


@pytest.mark.parametrize("make", [_zip, _tar], ids=["zip", "tgz"])
class TestRefused:
    def _refused(self, pantry: Pantry, asset: Asset, reason: str, says: str) -> None:
        with pytest.raises(FetchError, match=says) as caught:
            fetch_asset(pantry, asset)
        assert caught.value.reason == reason
        assert files_under(pantry.store.folder) == []

    def test_a_missing_member_is_named(self, pantry: Pantry, tmp_path: Path, make: object) -> None:
        archive = make(other=b"x")  # type: ignore[operator] # a parameter of the test
        self._refused(pantry, _asset(tmp_path, archive), "bad archive", "no plain file package/w")

    def test_an_archive_with_another_digest_is_not_unpacked(
        self, pantry: Pantry, tmp_path: Path, make: object
    ) -> None:
        asset = _asset(tmp_path, make(weights=MEMBER))  # type: ignore[operator] # as above
        (tmp_path / "archive").write_bytes(make(weights=b"evil"))  # type: ignore[operator] # as above
        self._refused(pantry, asset, "wrong digest", "does not have the digest")

    def test_a_member_with_another_digest_is_not_kept(
        self, pantry: Pantry, tmp_path: Path, make: object
    ) -> None:
        asset = _asset(tmp_path, make(weights=b"another file"))  # type: ignore[operator] # as above
        self._refused(pantry, asset, "wrong digest", "does not have the digest")

    def test_a_truncated_archive_is_refused(
        self, pantry: Pantry, tmp_path: Path, make: object
    ) -> None:
        archive = make(weights=MEMBER)[:-700]  # type: ignore[operator] # as above
        self._refused(
            pantry, _asset(tmp_path, archive), "bad archive", "cannot be unpacked|no plain"
        )

    @pytest.mark.parametrize("member", ["../weights", "/etc/passwd", "a/../../b", "C:/x", "a\\b"])
    def test_a_member_that_climbs_out_is_refused(
        self, pantry: Pantry, tmp_path: Path, make: object, member: str
    ) -> None:
        asset = _asset(tmp_path, make(weights=MEMBER), member)  # type: ignore[operator] # as above
        self._refused(pantry, asset, "bad address", "leads outside")

    def test_a_bomb_is_not_unpacked(self, pantry: Pantry, tmp_path: Path, make: object) -> None:
        archive = make(weights=bytes(5 << 20))  # type: ignore[operator] # as above
        with (
            pytest.raises(FetchError, match="larger than it may be") as caught,
            open_member(io.BytesIO(archive), "package/weights", 1 << 20),
        ):
            pass
        assert caught.value.reason == "too large"


def test_a_link_in_a_tar_is_not_followed(pantry: Pantry, tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("package/weights")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(FetchError, match="no plain file"):
        fetch_asset(pantry, _asset(tmp_path, out.getvalue()))


def test_a_zip_that_names_a_member_twice_is_refused(pantry: Pantry, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("package/weights", MEMBER)
        archive.writestr("package/weights", b"other")
    with pytest.raises(FetchError, match="2 entries"):
        fetch_asset(pantry, _asset(tmp_path, out.getvalue()))


def test_a_zip_whose_bytes_fail_their_checksum_is_refused(pantry: Pantry, tmp_path: Path) -> None:
    archive = bytearray(_zip(weights=bytes(100_000)))
    archive[60] ^= 0xFF
    with pytest.raises(FetchError, match="cannot be unpacked"):
        fetch_asset(pantry, _asset(tmp_path, bytes(archive)))
    assert files_under(pantry.store.folder) == []


@pytest.mark.parametrize("noise", [b"", b"PK", b"not an archive at all", os.urandom(600)])
def test_what_is_no_archive_is_refused(pantry: Pantry, tmp_path: Path, noise: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_asset(pantry, _asset(tmp_path, noise))
    assert caught.value.reason == "bad archive"
