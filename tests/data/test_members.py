from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from haversack.data.errors import DataError
from haversack.data.readers.members import TarMembers, open_members

FILES = {"a.txt": b"first", "deep/er/b.bin": bytes(range(256)) * 40, "empty": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "set"


@pytest.fixture
def tar(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "set.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(folder, arcname=".")
    return path


def test_a_folder_and_its_tar_give_the_same_bytes(folder: Path, tar: Path) -> None:
    for members in (open_members(folder), open_members(tar)):
        assert list(members.names()) == sorted(FILES)
        assert {name: members.read(name) for name in FILES} == FILES


def test_a_file_that_is_not_there_is_named(folder: Path, tar: Path) -> None:
    for members in (open_members(folder), open_members(tar)):
        with pytest.raises(DataError, match=r"c\.txt is missing in set"):
            members.read("c.txt")


def test_a_folder_gives_nothing_from_outside_of_it(folder: Path) -> None:
    (folder.parent / "secret").write_text("no")
    members = open_members(folder)
    assert "../secret" not in members
    with pytest.raises(DataError):
        members.read("../secret")


def test_a_link_in_a_tar_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        real = tarfile.TarInfo("real")
        real.size = 3
        archive.addfile(real, io.BytesIO(b"yes"))
    members = TarMembers(path)
    assert list(members.names()) == ["real"]
    assert "passwd" not in members


def test_a_tar_that_was_cut_short_is_an_error_not_fewer_bytes(tar: Path) -> None:
    members = TarMembers(tar)
    with tar.open("r+b") as file:
        file.truncate(3000)
    with pytest.raises(DataError, match="cut short"):
        members.read("deep/er/b.bin")


def test_what_is_neither_folder_nor_tar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"not a tar at all")
    with pytest.raises(DataError, match="not a plain tar"):
        open_members(tmp_path / "x.tar")
    with pytest.raises(DataError, match="does not exist"):
        open_members(tmp_path / "nothing")
