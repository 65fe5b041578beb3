from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cli.cli_calls import Call
from faults.staging import CHEAP, CONTENTS, few_items, repack
from faults.staging import make_kit as make
from haversack.bundle.bundle import Bundle
from haversack.pantry.store import Store
from haversack.trust.keyring import KeyRing


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Open two sealings of a bundle on this machine; give the bundle's folder."""
    kit = make(tmp_path)
    home = tmp_path / "home"
    ring = KeyRing(home, CHEAP)
    ring.trust(tmp_path / "me.publisher")
    for _ in range(2):
        Bundle(kit.folder).take_in(Store(tmp_path / "store"), ring)
        repack(kit, few_items())
    monkeypatch.setenv("HAVERSACK_HOME", str(home))
    return kit.folder


def _as(person: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / person))


def _export(call: Call, secret: str, tmp_path: Path) -> Path:
    file = tmp_path / "receipts.json"
    assert call("keys", "new", "field", "--passphrase-file", secret).code == 0
    assert call("keys", "show", "field", "-o", str(tmp_path / "field.json")).code == 0
    words = ["bundle", "receipts", "-o", str(file), "--key", "field"]
    told = call(*words, "--passphrase-file", secret, "--json")
    assert (told.code, told.json["receipts"]) == (0, 2), told.err
    return file


def test_receipts_are_exported_under_a_signature_and_checked_elsewhere(
    call: Call, opened: Path, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _export(call, secret, tmp_path)
    _as("workstation", tmp_path, monkeypatch)
    check = ["bundle", "receipts", "--check", str(file), "--json"]
    told = call(*check)
    assert (told.code, told.json["state"]) == (3, "untrusted")
    assert call("keys", "trust", str(tmp_path / "field.json"), "--yes").code == 0
    found = call(*check).json
    assert (found["publisher"], found["faults"]) == ("field", [])
    assert [(one["number"], one["bundle"], one["counter"]) for one in found["receipts"]] == [
        (1, CONTENTS.name, 1), (2, CONTENTS.name, 2),
    ]  # fmt: skip
    assert call(*check, "--bundle", str(opened)).json["opened_at"] == [], "a third sealing"
    assert "Traceback" not in call(*check[:-1]).err


def test_whether_a_bundle_was_opened_there_is_told_by_its_seal(
    call: Call, opened: Path, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Bundle(opened).take_in(Store(tmp_path / "store"), KeyRing())
    file = tmp_path / "receipts.json"
    call("keys", "new", "field", "--passphrase-file", secret)
    call("bundle", "receipts", "-o", str(file), "--key", "field", "--passphrase-file", secret)
    own = tmp_path / "field.json"
    call("keys", "show", "field", "-o", str(own))
    _as("workstation", tmp_path, monkeypatch)
    call("keys", "trust", str(own), "--yes")
    check = ["bundle", "receipts", "--check", str(file), "--bundle", str(opened), "--json"]
    (moment,) = call(*check).json["opened_at"]
    assert moment.endswith("Z")


def test_a_changed_export_is_refused(call: Call, opened: Path, secret: str, tmp_path: Path) -> None:
    file = _export(call, secret, tmp_path)
    assert call("keys", "trust", str(tmp_path / "field.json"), "--yes").code == 0
    sound = file.read_bytes()
    for damage in (_other_signature, _other_payload, _no_signature, _no_roots, _other_form):
        document = json.loads(sound)
        damage(document)
        file.write_bytes(json.dumps(document).encode())
        told = call("bundle", "receipts", "--check", str(file), "--json")
        assert told.code in (1, 3) and told.json["hint"], damage.__name__
        assert told.err.count("\n") == 2, "one line what, one line what to do"
    file.write_bytes(b"{")
    assert call("bundle", "receipts", "--check", str(file)).code == 1
    file.write_bytes(sound)
    assert call("bundle", "receipts", "--check", str(file)).code == 0


def _other_signature(document: dict[str, Any]) -> None:
    document["envelope"]["signatures"][0]["sig"] = "A" * 86 + "=="


def _other_payload(document: dict[str, Any]) -> None:
    envelope = document["envelope"]
    text = base64.b64decode(envelope["payload"]).replace(b'"counter":1', b'"counter":9')
    envelope["payload"] = base64.b64encode(text).decode()


def _no_signature(document: dict[str, Any]) -> None:
    document["envelope"]["signatures"] = []


def _no_roots(document: dict[str, Any]) -> None:
    document["roots"] = []


def _other_form(document: dict[str, Any]) -> None:
    document["format"] = "haversack-receipts/9"


def test_a_missing_receipt_is_told_here_and_there(
    call: Call, opened: Path, secret: str, tmp_path: Path
) -> None:
    next((tmp_path / "home" / "receipts").glob("000001-*.json")).unlink()
    assert "the first receipts are missing" in call("bundle", "receipts").out


def test_wrong_usage_says_what_to_give(call: Call, tmp_path: Path, secret: str) -> None:
    assert call("bundle", "receipts", "-o", str(tmp_path / "r.json")).code == 2
    assert call("bundle", "receipts", "--bundle", str(tmp_path)).code == 2
    call("keys", "new", "field", "--passphrase-file", secret)
    words = ["bundle", "receipts", "-o", str(tmp_path / "r.json"), "--key", "field"]
    told = call(*words, "--passphrase-file", secret)
    assert told.code == 2 and "nothing was opened" in told.err
    assert not (tmp_path / "r.json").exists()
