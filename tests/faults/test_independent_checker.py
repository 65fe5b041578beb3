"""``docs/verify_bundle.py``, which shares no code with Haversack, comes to the same verdicts."""

from __future__ import annotations

import base64
import importlib.util
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from faults.staging import Kit, few_items, item, make_kit, repack
from haversack.base.canonical_json import dump_canonical
from haversack.base.errors import HaversackError
from haversack.bundle.layout import ENVELOPE
from haversack.trust.own_keys import KeyRole

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_bundle.py"
GOOD = 50
DAMAGED_OF_EACH = 10


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("independent_checker", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_independent() -> None:
    assert "haversack" not in SCRIPT.read_text().split('"""')[2].replace("x-haversack-", "")


@pytest.mark.parametrize("seed", range(GOOD))
def test_both_accept_a_good_bundle_and_refuse_ten_damaged_ones(
    checker: ModuleType, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    kit = _good(tmp_path / "made", chance)
    fingerprint = kit.signer.chain.fingerprint
    assert _ours(kit)
    assert checker.check(kit.folder, fingerprint).startswith("field-kit, number ")
    pristine = tmp_path / "pristine"
    shutil.copytree(kit.folder, pristine)
    for at in range(DAMAGED_OF_EACH):
        damage = DAMAGES[(seed + at) % len(DAMAGES)]
        damage(kit.folder, chance)
        said = (_ours(kit), _theirs(checker, kit.folder, fingerprint))
        assert said == (False, False), (damage.__name__, said)
        shutil.rmtree(kit.folder)
        shutil.copytree(pristine, kit.folder)


def test_it_runs_by_itself_and_says_what_it_found(tmp_path: Path) -> None:
    kit = make_kit(tmp_path)
    fingerprint = kit.signer.chain.fingerprint
    done = _run(kit.folder, fingerprint)
    assert (done.returncode, done.stdout) == (0, "verified: field-kit, number 1\n")
    done = _run(kit.folder, "0" * 64)
    assert done.returncode == 1
    assert f"the publisher's fingerprint is {fingerprint}" in done.stderr
    (kit.folder / "README.txt").unlink()
    done = _run(kit.folder, fingerprint)
    assert done.returncode == 1
    assert "README.txt" in done.stderr
    assert "Traceback" not in done.stderr


def _run(bundle: Path, fingerprint: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), str(bundle), fingerprint]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _good(folder: Path, chance: random.Random) -> Kit:
    """Make a bundle of some files, with keys that were renewed or revoked before or after."""
    items = few_items() + [
        item(f"data/{at:03}.bin", chance.randbytes(chance.randrange(9000)))
        for at in range(chance.randrange(6))
    ]
    kit = make_kit(folder, items)
    roles: list[KeyRole] = ["data", "root"]
    for role in chance.sample(roles, chance.randrange(3)):
        kit.publisher.rotate("me", "a passphrase for tests", role)
        repack(kit, items)
    if chance.random() < 0.3:
        kit.publisher.revoke("me", "a passphrase for tests")
        repack(kit, items)
    if chance.random() < 0.3:
        (kit.folder / ".DS_Store").write_bytes(b"litter")
    return kit


def _ours(kit: Kit) -> bool:
    try:
        return kit.bundle.verify(kit.field).state == "verified"
    except HaversackError:
        return False


def _theirs(checker: ModuleType, bundle: Path, fingerprint: str) -> bool:
    try:
        checker.check(bundle, fingerprint)
    except (ValueError, OSError, LookupError, TypeError, checker.UnverifiedSignatureError):
        return False
    return True


def _some_file(folder: Path, chance: random.Random) -> Path:
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != ".DS_Store"]
    return chance.choice(sorted(files))


def _flip(folder: Path, chance: random.Random) -> None:
    path = _some_file(folder, chance)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _flip_in_envelope(folder: Path, chance: random.Random) -> None:
    path = folder / ENVELOPE
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _cut(folder: Path, chance: random.Random) -> None:
    path = _some_file(folder, chance)
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def _append(folder: Path, chance: random.Random) -> None:
    with _some_file(folder, chance).open("ab") as file:
        file.write(chance.randbytes(1))


def _remove(folder: Path, chance: random.Random) -> None:
    _some_file(folder, chance).unlink()


def _add_a_stranger(folder: Path, chance: random.Random) -> None:
    place = chance.choice([folder, folder / "root", folder / "blobs" / "sha256"])
    (place / f"stranger-{chance.randrange(99)}").write_bytes(b"stranger")


def _swap_blobs(folder: Path, chance: random.Random) -> None:
    blobs = sorted(p for p in (folder / "blobs").rglob("*") if p.is_file())
    one, other = chance.sample(blobs, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _unsign(folder: Path, chance: random.Random) -> None:
    _change_envelope(folder, lambda envelope: envelope.update(signatures=[]))


def _say_another_counter(folder: Path, chance: random.Random) -> None:
    def change(envelope: dict[str, object]) -> None:
        statement = json.loads(base64.b64decode(str(envelope["payload"])))
        statement["predicate"]["counter"] += 1
        envelope["payload"] = base64.b64encode(dump_canonical(statement)).decode()

    _change_envelope(folder, change)


def _another_publisher(folder: Path, chance: random.Random) -> None:
    other = make_kit(folder.parent / f"other-{chance.randrange(10**9)}")
    shutil.rmtree(folder)
    shutil.copytree(other.folder, folder)


def _change_envelope(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    path = folder / ENVELOPE
    envelope = json.loads(path.read_bytes())
    change(envelope)
    path.write_bytes(dump_canonical(envelope))


DAMAGES = (
    _flip, _flip_in_envelope, _cut, _append, _remove, _add_a_stranger, _swap_blobs, _unsign,
    _say_another_counter, _another_publisher,
)  # fmt: skip
