from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.cli.qr import draw
from haversack.trust.fingerprints import as_qr
from trust.soft_token import LABELS, PIN, soft_tokens


def test_a_key_is_made_shown_exported_trusted_and_backed_up(
    call: Call, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = call("keys", "new", "team", "--passphrase-file", secret, "--json").json
    assert made["name"] == "team" and len(made["fingerprint"]) == 64
    file, saved = tmp_path / "team.publisher.json", tmp_path / "backup.json"
    assert call("keys", "show", "team", "-o", str(file)).code == 0
    assert call("keys", "backup", "team", str(saved)).code == 0
    assert b"correct horse" not in saved.read_bytes()

    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / "field"))
    assert call("keys", "list", "--json").json == {"own": [], "publishers": []}
    told = call("keys", "trust", str(file), "--json")
    assert told.code == 2 and made["fingerprint"] in told.err
    assert call("keys", "list", "--json").json["publishers"] == []
    assert call("keys", "trust", str(file), "--fingerprint", "0" * 64).code == 3
    assert call("keys", "trust", str(file), "--fingerprint", made["words"]).code == 0
    (known,) = call("keys", "list", "--json").json["publishers"]
    assert known["fingerprint"] == made["fingerprint"]
    assert call("keys", "distrust", made["fingerprint"]).code == 0
    assert call("keys", "list", "--json").json["publishers"] == []
    assert call("keys", "restore", str(saved)).code == 0
    (own,) = call("keys", "list", "--json").json["own"]
    assert own["fingerprint"] == made["fingerprint"]


def test_a_key_that_is_not_there_is_told_before_a_passphrase_is_asked_for(
    call: Call, secret: str, tmp_path: Path
) -> None:
    call("keys", "new", "team", "--passphrase-file", secret)
    call("keys", "show", "team", "-o", str(tmp_path / "team.json"))
    commands = (
        ("keys", "rotate", "nobody"),
        ("keys", "revoke", "nobody"),
        ("keys", "signers", "nobody", "--with-key", str(tmp_path / "team.json")),
        ("keys", "cosign", str(tmp_path / "team.json"), "--key", "nobody"),
        ("bundle", "sign", str(tmp_path), "--key", "nobody"),
    )
    for command in commands:
        told = call(*command, "--json")
        assert "no key named nobody" in told.json["message"], command


def test_keys_are_rotated_and_revoked(call: Call, secret: str) -> None:
    made = call("keys", "new", "team", "--passphrase-file", secret, "--json").json
    rotated = call("keys", "rotate", "team", "--passphrase-file", secret, "--json").json
    assert rotated["fingerprint"] == made["fingerprint"]
    assert rotated["data_keyids"] != made["data_keyids"] and rotated["revoked"] == []
    revoked = call("keys", "revoke", "team", "--passphrase-file", secret, "--json").json
    assert revoked["revoked"]


def test_a_wrong_passphrase_an_unknown_key_and_nobody_to_ask_are_told(
    call: Call, secret: str, tmp_path: Path
) -> None:
    call("keys", "new", "team", "--passphrase-file", secret)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("something else entirely\n")
    told = call("keys", "rotate", "team", "--passphrase-file", str(wrong), "--json")
    assert told.code == 1 and told.json["error"] == "WrongPassphrase"
    assert call("keys", "show", "nobody").code == 2
    told = call("keys", "new", "other")
    assert told.code == 2 and "--passphrase-file" in told.err
    (tmp_path / "empty.txt").write_text("\n")
    assert call("keys", "new", "x", "--passphrase-file", str(tmp_path / "empty.txt")).code == 2


def test_a_key_is_shown_in_words_and_as_a_code_for_a_camera(call: Call, secret: str) -> None:
    made = call("keys", "new", "team", "--passphrase-file", secret, "--json").json
    shown = call("keys", "show", "team").out
    assert all(word in shown for word in made["words"].split())
    assert draw(as_qr(made["fingerprint"])) in shown


def test_a_code_is_drawn_module_by_module() -> None:
    modules = as_qr("ab" * 32)
    assert len(modules) == len(modules[0]) >= 33
    assert not any(modules[3]) and modules[4][4:11] == (True,) * 7, "quiet zone, then a corner"
    upper, lower = {"\u2588": (0, 0), "\u2580": (0, 1), "\u2584": (1, 0), " ": (1, 1)}, []
    for line in draw(modules).split("\n"):
        lower += [[upper[letter][at] for letter in line] for at in (0, 1)]
    assert lower[: len(modules)] == [[int(dark) for dark in row] for row in modules]


def test_a_key_is_made_on_a_token_and_signs_under_its_pin(call: Call, tmp_path: Path) -> None:
    tokens = soft_tokens()
    pin, saved = tmp_path / "pin.txt", tmp_path / "backup.json"
    pin.write_text(f"{PIN}\n")
    new = ["keys", "new", "team", "--token", str(tokens.module), "--passphrase-file", str(pin)]
    try:
        assert call(*new, "--json").code == 2, "there are two"
        made = call(*new, "--token-label", LABELS[1], "--json").json
        assert made["token"] == LABELS[1]
        assert call("keys", "rotate", "team", "--passphrase-file", str(pin), "--json").code == 0
        assert call("keys", "backup", "team", str(saved)).code == 0
        again = ["keys", "restore", str(saved), "--name", "again", "--token", str(tokens.module)]
        assert call(*again).code == 0
        pin.write_text("0000\n")
        told = call("keys", "rotate", "again", "--passphrase-file", str(pin), "--json")
        assert told.json["error"] == "WrongPassphrase" and "PIN" in told.err
    finally:
        tokens.wipe(LABELS[1])


def test_what_is_pinned_is_what_was_shown_though_the_stick_gives_other_bytes_afterwards(
    call: Call, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, other = tmp_path / "shown.json", tmp_path / "other.json"
    for name, file in (("team", shown), ("mallory", other)):
        call("keys", "new", name, "--passphrase-file", secret)
        call("keys", "show", name, "-o", str(file))
    monkeypatch.setattr("haversack.cli.keys.confirm", lambda *words: other.replace(shown))
    told = call("keys", "trust", str(shown), "--json")
    assert (told.code, told.json["state"]) == (3, "untrusted")
    assert call("keys", "list", "--json").json["publishers"] == []
