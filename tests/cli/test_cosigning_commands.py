from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.cli_calls import Call, Told
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture

As = Callable[..., Told]


@pytest.fixture
def as_person(call: Call, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> As:
    """Call the command line as one of several people, each with a home and one passphrase."""
    made = call(
        "recipe", "new", "--task", "classification", "--name", "digits",
        "backbone.use_pretrained=false", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    capture(pantry.recipes.load("digits").assets(), pantry)
    secret = tmp_path / "pass.txt"
    secret.write_text("correct horse battery staple\n")

    def run(person: str, *words: str) -> Told:
        monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / f"home-{person}"))
        signs = words[0] == "pack" or words[1] in ("new", "rotate", "revoke", "sign", "signers")
        return call(*words, *(("--passphrase-file", str(secret)) if signs else ()), "--json")

    return run


@pytest.fixture
def team(as_person: As, tmp_path: Path) -> Path:
    """Make a publisher of whose three keys two must sign; give the file of the publisher."""
    with_keys: list[str] = []
    for person in ("ann", "bob", "eve"):
        assert as_person(person, "keys", "new", person).code == 0
        file = str(tmp_path / f"{person}.json")
        assert as_person(person, "keys", "show", person, "-o", file).code == 0
        with_keys += ["--with-key", file] if person != "eve" else []
    told = as_person("team", "keys", "new", "team", *with_keys, "--threshold", "2")
    assert told.code == 0 and len(told.json["data_keyids"]) == 3, told.err
    publisher = tmp_path / "team.json"
    assert as_person("team", "keys", "show", "team", "-o", str(publisher)).code == 0
    assert as_person("field", "keys", "trust", str(publisher), "--yes").code == 0
    return publisher


def _pack(as_person: As, bundle: Path) -> None:
    told = as_person("team", "pack", str(bundle), "--key", "team", "--name", "KIT")
    assert told.code == 0, told.err


def test_two_of_three_must_sign_and_only_the_envelope_changes(
    as_person: As, team: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "KIT"
    _pack(as_person, bundle)
    for verb in ("verify", "open"):
        field = ("--pantry", str(tmp_path / "field-pantry")) if verb == "open" else ()
        told = as_person("field", verb, str(bundle), *field)
        assert told.code == 3 and "1 of 2 signatures" in told.json["message"]
        assert "haversack bundle sign" in told.json["hint"]
    assert not (tmp_path / "field-pantry").exists()
    before = {path: path.stat().st_mtime_ns for path in bundle.rglob("*") if path.is_file()}
    envelope = (bundle / "bundle.dsse.json").read_bytes()

    stranger = as_person("eve", "bundle", "sign", str(bundle), "--key", "eve")
    assert stranger.code == 2 and "not in the root" in stranger.json["message"]
    again = as_person("team", "bundle", "sign", str(bundle), "--key", "team")
    assert again.code == 2 and "already" in again.json["message"]
    assert (bundle / "bundle.dsse.json").read_bytes() == envelope

    told = as_person("bob", "bundle", "sign", str(bundle), "--key", "bob")
    assert told.code == 0, told.err
    assert (told.json["signatures"], told.json["threshold"]) == (2, 2)
    after = {path: path.stat().st_mtime_ns for path in bundle.rglob("*") if path.is_file()}
    assert [path.name for path in after if after[path] != before.get(path)] == ["bundle.dsse.json"]
    assert as_person("field", "verify", str(bundle)).json["state"] == "verified"
    assert as_person("ann", "bundle", "sign", str(bundle), "--key", "ann").json["signatures"] == 3


def test_signed_before_a_rotation_opens_and_by_a_revoked_key_does_not(
    as_person: As, team: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "KIT"
    _pack(as_person, bundle)
    assert as_person("bob", "bundle", "sign", str(bundle), "--key", "bob").code == 0
    rotated = as_person("team", "keys", "rotate", "team")
    assert rotated.json["threshold"] == 2 and len(rotated.json["data_keyids"]) == 3
    as_person("team", "keys", "show", "team", "-o", str(team))
    assert as_person("field", "keys", "trust", str(team), "--yes").json["root_version"] == 2
    assert as_person("field", "verify", str(bundle)).json["state"] == "verified"

    newer = tmp_path / "NEWER"
    _pack(as_person, newer)
    assert as_person("ann", "bundle", "sign", str(newer), "--key", "ann").code == 0
    revoked = as_person("team", "keys", "revoke", "team")
    assert len(revoked.json["revoked"]) == 1 and len(revoked.json["data_keyids"]) == 3
    as_person("team", "keys", "show", "team", "-o", str(team))
    assert as_person("field", "keys", "trust", str(team), "--yes").code == 0
    told = as_person("field", "verify", str(newer))
    assert (
        told.code == 3 and told.json["state"] == "untrusted" and "revoked" in told.json["message"]
    )


def test_older_than_the_ratchet_is_a_rollback_with_both_counters(
    as_person: As, team: Path, tmp_path: Path
) -> None:
    for name in ("OLD", "NEW"):
        _pack(as_person, tmp_path / name)
        assert as_person("bob", "bundle", "sign", str(tmp_path / name), "--key", "bob").code == 0
    field = ("--pantry", str(tmp_path / "field-pantry"))
    assert as_person("field", "open", str(tmp_path / "NEW"), *field).code == 0
    told = as_person("field", "open", str(tmp_path / "OLD"), *field)
    assert told.code == 3 and told.json["state"] == "rollback"
    assert "counter 1" in told.json["message"] and "2 was opened" in told.json["message"]


def test_a_later_root_changes_who_signs_and_how_many(
    as_person: As, team: Path, tmp_path: Path
) -> None:
    eve, ann = str(tmp_path / "eve.json"), str(tmp_path / "ann.json")
    change = ("keys", "signers", "team")
    assert as_person("team", *change).code == 2
    assert as_person("team", *change, "--threshold", "4").code == 2
    assert as_person("team", *change, "--with-key", ann).code == 2
    assert as_person("team", *change, "--without-key", eve).code == 2
    told = as_person("team", *change, "--with-key", eve, "--without-key", ann, "--threshold", "3")
    assert told.code == 0 and told.json["threshold"] == 3 and told.json["root_version"] == 2
    bundle = tmp_path / "KIT"
    _pack(as_person, bundle)
    assert as_person("ann", "bundle", "sign", str(bundle), "--key", "ann").code == 2
    assert as_person("eve", "bundle", "sign", str(bundle), "--key", "eve").code == 0
    assert "2 of 3 signatures" in as_person("field", "verify", str(bundle)).json["message"]
    assert as_person("bob", "bundle", "sign", str(bundle), "--key", "bob").code == 0
    assert as_person("field", "verify", str(bundle)).json["state"] == "verified"


def test_the_key_of_another_signer_is_revoked_by_its_file(
    as_person: As, team: Path, tmp_path: Path
) -> None:
    bundle, bob = tmp_path / "KIT", str(tmp_path / "bob.json")
    _pack(as_person, bundle)
    assert as_person("bob", "bundle", "sign", str(bundle), "--key", "bob").code == 0
    told = as_person("team", "keys", "signers", "team", "--without-key", bob, "--revoke")
    assert told.code == 0 and len(told.json["revoked"]) == 1
    as_person("team", "keys", "show", "team", "-o", str(team))
    assert as_person("field", "keys", "trust", str(team), "--yes").code == 0
    told = as_person("field", "verify", str(bundle))
    assert told.code == 3 and told.json["state"] == "untrusted"
    assert as_person("team", "keys", "signers", "team", "--with-key", bob).code == 2


def test_an_untrusted_publishers_hint_names_the_command_and_no_means_nothing_was_trusted(
    as_person: As, team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "KIT"
    _pack(as_person, bundle)
    assert as_person("bob", "bundle", "sign", str(bundle), "--key", "bob").code == 0
    told = as_person("stranger", "verify", str(bundle))
    assert told.json["state"] == "untrusted"
    assert f"haversack keys trust {bundle}" in told.json["hint"]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin.readline", lambda: "n\n", raising=False)
    told = as_person("stranger", "keys", "trust", str(bundle))
    assert told.code == 2 and "nothing was trusted" in told.json["message"]
