"""The frozen app on a stick: signed as code, verified like the rest, put where it can be run."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from haversack.base.digests import sha256_bytes, sha256_file
from haversack.base.errors import UsageError
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Untrusted
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.writer import pack as write_bundle
from haversack.pantry.pantry import Pantry
from haversack.services.carry.app_archive import BUILD, frozen_app, write_archive
from haversack.services.carry.placing import FOLDER
from haversack.services.pack import Code, pack
from haversack.services.unpack import OpenReceipt, open_bundle
from haversack.trust.errors import TrustError
from haversack.trust.keyring import KeyRing
from services.kits import PASSPHRASE, keyring

NAME = "haversack-9.8.7-linux-x86_64"
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_bundle.py"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder like the one that is frozen: a program, a library, a link."""
    folder = tmp_path / "dist" / "haversack"
    (folder / "_internal").mkdir(parents=True)
    (folder / BUILD).write_text('{"machine":"x86_64","system":"linux","version":"9.8.7"}')
    program = folder / "haversack"
    program.write_text("#!/bin/sh\necho it runs\n")
    program.chmod(0o755)
    (folder / "_internal" / "library.so.1").write_bytes(os.urandom(5000))
    (folder / "_internal" / "library.so").symlink_to("library.so.1")
    return folder


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    ring = keyring(tmp_path / "keys")
    ring.new("maker", PASSPHRASE, "the maker", code=True)
    return ring


def _open(stick: Path, keys: KeyRing, folder: Path) -> OpenReceipt:
    field = keyring(folder / "field-keys")
    field.trust(stick, keys.show("maker").fingerprint)
    return open_bundle(stick, Pantry.build(folder / "field"), field)


def _pack(app: Path, stick: Path, keys: KeyRing, pantry: Path) -> None:
    pack(Pantry.build(pantry), stick, keys, "maker", PASSPHRASE, code=Code(app_from=app))


def test_the_app_arrives_with_its_executable_bits_and_links(
    app: Path, keys: KeyRing, tmp_path: Path
) -> None:
    _pack(app, tmp_path / "KIT", keys, tmp_path / "home")
    receipt = _open(tmp_path / "KIT", keys, tmp_path)
    assert receipt.code == (tmp_path / "field" / FOLDER / NAME,)
    assert receipt.refused == ()
    placed = receipt.code[0]
    done = subprocess.run([str(placed / "haversack")], capture_output=True, text=True, check=True)
    assert done.stdout == "it runs\n"
    assert (placed / "_internal" / "library.so").readlink() == Path("library.so.1")
    assert not os.access(placed / "_internal" / "library.so.1", os.X_OK)
    here = {p.relative_to(app) for p in app.rglob("*")}
    assert {p.relative_to(placed) for p in placed.rglob("*")} == here
    assert [path.name for path in placed.parent.iterdir()] == [NAME]


def test_a_version_that_is_there_stays_as_it_is(app: Path, keys: KeyRing, tmp_path: Path) -> None:
    _pack(app, tmp_path / "KIT", keys, tmp_path / "home")
    placed = _open(tmp_path / "KIT", keys, tmp_path).code[0]
    (placed / "mine.txt").write_text("kept")
    again = open_bundle(
        tmp_path / "KIT", Pantry.open(tmp_path / "field"), keyring(tmp_path / "field-keys")
    )
    assert again.code == (placed,)
    assert (placed / "mine.txt").read_text() == "kept"


def test_the_same_folder_gives_the_same_archive(app: Path, tmp_path: Path) -> None:
    for at, name in enumerate(("one.tar.gz", "two.tar.gz")):
        os.utime(app / "haversack", (at, at))
        write_archive(frozen_app(app), tmp_path / name, lambda _: None)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()


def test_the_readme_tells_how_a_first_machine_gets_it_and_not_the_checksum(
    app: Path, keys: KeyRing, tmp_path: Path
) -> None:
    stick = tmp_path / "KIT"
    _pack(app, stick, keys, tmp_path / "home")
    readme = (stick / "README.txt").read_text()
    command = readme[readme.index("  cat ") : readme.index("  sha256sum")]
    home = tmp_path / "someone"
    home.mkdir()
    subprocess.run(["/bin/sh", "-c", command], cwd=stick, env={"HOME": str(home)}, check=True)
    archive = home / f"{NAME}.tar.gz"
    write_archive(frozen_app(app), tmp_path / "other.tar.gz", lambda _: None)
    assert sha256_file(archive) == sha256_file(tmp_path / "other.tar.gz")
    rest = readme.replace(command, "")
    assert sha256_file(archive) not in rest


def test_an_archive_that_was_handed_out_is_carried_with_the_list_of_its_parts(
    app: Path, keys: KeyRing, tmp_path: Path
) -> None:
    archive = tmp_path / f"{NAME}.tar.gz"
    write_archive(frozen_app(app), archive, lambda _: None)
    (tmp_path / f"{NAME}.cdx.json").write_text("{}")
    _pack(archive, tmp_path / "KIT", keys, tmp_path / "home")
    keys.trust(tmp_path / "KIT")
    files = Bundle(tmp_path / "KIT").admit(keys).manifest.files
    assert [(f.path, f.kind) for f in files] == [
        (f"app/{NAME}.cdx.json", "licence"),
        (f"app/{NAME}.tar.gz", "code"),
    ]
    assert files[1].sha256 == sha256_file(archive)


def test_a_key_that_signs_data_alone_carries_no_code_and_writes_nothing(
    app: Path, tmp_path: Path
) -> None:
    ring = keyring(tmp_path / "keys")
    ring.new("maker", PASSPHRASE)
    with pytest.raises(TrustError, match="no key that may sign code"):
        _pack(app, tmp_path / "KIT", ring, tmp_path / "home")
    assert not (tmp_path / "KIT").exists()


def test_code_that_only_a_data_key_signed_is_refused_by_both_readers(
    app: Path, keys: KeyRing, tmp_path: Path
) -> None:
    stick, field = tmp_path / "KIT", keyring(tmp_path / "field-keys")
    _pack(app, stick, keys, tmp_path / "home")
    envelope = json.loads((stick / "bundle.dsse.json").read_bytes())
    data = keys.show("maker").data_keyids
    envelope["signatures"] = [one for one in envelope["signatures"] if one["keyid"] in data]
    again = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    (stick / "bundle.dsse.json").write_text(again)
    fingerprint = keys.show("maker").fingerprint
    field.trust(stick, fingerprint)
    with pytest.raises(Untrusted, match="may not sign code"):
        open_bundle(stick, Pantry.build(tmp_path / "field"), field)
    assert not (tmp_path / "field" / FOLDER).exists()
    done = _check(stick, fingerprint)
    assert done.returncode == 1
    assert "is code, and no code key signed" in done.stderr


def test_the_independent_checker_takes_the_archive_out(
    app: Path, keys: KeyRing, tmp_path: Path
) -> None:
    stick, out = tmp_path / "KIT", tmp_path / "out"
    _pack(app, stick, keys, tmp_path / "home")
    done = _check(stick, keys.show("maker").fingerprint, "--take", "app/", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    with tarfile.open(out / "app" / f"{NAME}.tar.gz") as tar:
        assert tar.getmember(f"{NAME}/haversack").mode == 0o755
    none = _check(stick, keys.show("maker").fingerprint, "--take", "runtime/", str(out))
    assert none.returncode == 1
    assert "no path begins with runtime/" in none.stderr


@pytest.mark.parametrize("folder", ["", "nothing", "version"])
def test_a_folder_that_is_no_frozen_app_is_refused(
    app: Path, keys: KeyRing, tmp_path: Path, folder: str
) -> None:
    if folder == "version":
        (app / BUILD).write_text('{"machine":"x86_64","system":"linux","version":"../../up"}')
    elif folder == "nothing":
        (app / "haversack").unlink()
    else:
        (app / BUILD).unlink()
    with pytest.raises(UsageError, match="frozen app"):
        _pack(app, tmp_path / "KIT", keys, tmp_path / "home")
    assert not (tmp_path / "KIT").exists()


def test_an_app_that_does_not_run_frozen_cannot_carry_itself(keys: KeyRing, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not the frozen app"):
        pack(
            Pantry.build(tmp_path / "home"),
            tmp_path / "KIT",
            keys,
            "maker",
            PASSPHRASE,
            code=Code(app=True),
        )


def _member(name: str, **what: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for field, value in what.items():
        setattr(member, field, value)
    return member


HOSTILE = {
    "outside": [_member(f"{NAME}/../../up")],
    "absolute": [_member("/etc/up")],
    "beside": [_member("other/file")],
    "link out": [_member(f"{NAME}/out", type=tarfile.SYMTYPE, linkname="/etc/passwd")],
    "device": [_member(f"{NAME}/null", type=tarfile.CHRTYPE)],
    "bomb": [_member(f"{NAME}/sparse", size=17 << 30)],
}


@pytest.mark.parametrize("case", [*HOSTILE, "cut", "not a tar"])
def test_a_hostile_archive_leaves_nothing_and_is_told(
    keys: KeyRing, tmp_path: Path, case: str
) -> None:
    content = _archive(HOSTILE.get(case, [_member(f"{NAME}/haversack")]))
    if case == "cut":
        content = content[: len(content) // 2]
    elif case == "not a tar":
        content = gzip.compress(b"nothing like it")
    _write(keys, tmp_path / "KIT", f"app/{NAME}.tar.gz", content)
    receipt = _open(tmp_path / "KIT", keys, tmp_path)
    assert receipt.code == ()
    assert [line.partition(":")[0] for line in receipt.refused] == [f"app/{NAME}.tar.gz"]
    assert list((tmp_path / "field" / FOLDER).iterdir()) == []
    assert not (tmp_path / "up").exists()


def test_a_runtime_lies_in_a_folder_of_its_own_as_it_was_packed(
    keys: KeyRing, tmp_path: Path
) -> None:
    files = {"install.sh": b"echo installing", "wheels/a-1-py3-none-any.whl": b"a wheel"}
    items = [_item(f"runtime/set-1/{name}", content) for name, content in files.items()]
    signer = keys.unlock("maker", PASSPHRASE, code=True)
    write_bundle(items, tmp_path / "KIT", signer, Contents("KIT"))
    (folder,) = _open(tmp_path / "KIT", keys, tmp_path).code
    assert folder == tmp_path / "field" / FOLDER / "runtime-set-1"
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == files


def test_code_that_is_neither_app_nor_runtime_is_told(keys: KeyRing, tmp_path: Path) -> None:
    _write(keys, tmp_path / "KIT", "tools/run.sh", b"echo")
    receipt = _open(tmp_path / "KIT", keys, tmp_path)
    assert receipt.refused == ("tools/run.sh: code that is neither the app nor a runtime",)
    assert receipt.code == ()


def _archive(members: Iterable[tarfile.TarInfo]) -> bytes:
    raw = io.BytesIO()
    for member in members:
        raw.write(member.tobuf())
    return gzip.compress(raw.getvalue() + bytes(1024))


def _write(keys: KeyRing, stick: Path, path: str, content: bytes) -> None:
    signer = keys.unlock("maker", PASSPHRASE, code=True)
    write_bundle([_item(path, content)], stick, signer, Contents("KIT"))


def _item(path: str, content: bytes) -> PackItem:
    return PackItem(
        path,
        "code",
        "application/octet-stream",
        "Apache-2.0",
        "a test",
        sha256_bytes(content),
        len(content),
        lambda: io.BytesIO(content),
    )


def _check(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    assert importlib.util.find_spec("securesystemslib") is not None
    command = [sys.executable, "-I", str(SCRIPT), str(bundle), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)
