"""A publisher whose roots several people must sign, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.cli_calls import Call, Told
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost

As = Callable[..., Told]
SIGNING = {"new", "rotate", "revoke", "signers", "cosign"}


@pytest.fixture
def as_person(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> As:
    """Call `haversack keys` as one of several people, each with a home."""
    monkeypatch.setattr(KeyRing.__init__, "__defaults__", (None, Cost(log_n=10)))
    secret = tmp_path / "pass.txt"
    secret.write_text("correct horse battery staple\n")

    def run(person: str, *words: str) -> Told:
        monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / f"home-{person}"))
        also = ("--passphrase-file", str(secret)) if words[0] in SIGNING else ()
        return call("keys", *words, *also, "--json")

    return run


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return tmp_path / "team.draft.json"


@pytest.fixture
def team(as_person: As, tmp_path: Path, draft: Path) -> As:
    """Make a publisher of whose three root keys two must sign; its first root needs one."""
    others: list[str] = []
    for person in ("ann", "bob", "eve", "team"):
        assert as_person(person, "new", person).code == 0
        as_person(person, "show", person, "-o", str(tmp_path / f"{person}.json"))
        others += ["--with-key", str(tmp_path / f"{person}.json")] if person in "ann bob" else []
    words = ("signers", "team", "--root", *others, "--threshold", "2")
    told = as_person("team", *words)
    assert told.code == 2 and "--draft" in told.json["hint"]
    told = as_person("team", *words, "--draft", str(draft))
    assert told.code == 0 and told.json["root_version"] == 1, told.err
    return as_person


def _settle(team: As, draft: Path, *people: str) -> Told:
    for person in people:
        told = team(person, "cosign", str(draft), "--key", person)
        assert told.code == 0, told.err
    return team("team", "finish", str(draft), "--key", "team")


def test_a_root_of_several_keys_counts_when_enough_have_signed(team: As, draft: Path) -> None:
    told = team("team", "finish", str(draft), "--key", "team")
    assert told.code == 1 and "1 more signature" in told.json["message"]
    assert team("team", "show", "team").json["root_version"] == 1
    told = team("ann", "cosign", str(draft), "--key", "ann")
    assert told.json["lacking"] == 0 and len(told.json["new_keys"]) == 2
    told = team("team", "finish", str(draft), "--key", "team")
    assert told.code == 0 and told.json["root_version"] == 2
    assert (told.json["root_threshold"], len(told.json["root_keyids"])) == (2, 3)


def test_only_a_root_key_that_has_not_signed_yet_adds_a_signature(team: As, draft: Path) -> None:
    before = draft.read_bytes()
    told = team("eve", "cosign", str(draft), "--key", "eve")
    assert told.code == 1 and "no root key" in told.json["message"]
    told = team("team", "cosign", str(draft), "--key", "team")
    assert told.code == 1 and "already" in told.json["message"]
    assert draft.read_bytes() == before


def test_the_keys_of_such_a_publisher_change_only_by_several(
    team: As, draft: Path, tmp_path: Path
) -> None:
    assert _settle(team, draft, "ann").code == 0
    was = team("team", "show", "team").json
    assert team("team", "rotate", "team").code == 2
    assert team("team", "show", "team").json == was

    told = team("team", "rotate", "team", "--draft", str(draft))
    assert told.code == 0 and told.json["data_keyids"] == was["data_keyids"]
    told = _settle(team, draft, "bob")
    assert told.json["root_version"] == 3 and told.json["data_keyids"] != was["data_keyids"]

    told = team("team", "revoke", "team", "--root", "--draft", str(draft))
    assert told.code == 0, told.err
    told = _settle(team, draft, "bob")
    assert told.json["root_version"] == 4 and len(told.json["revoked"]) == 1
    gone = str(tmp_path / "ann.json")
    words = ("--without-key", gone, "--with-key", str(tmp_path / "eve.json"))
    assert team("team", "signers", "team", "--root", *words, "--draft", str(draft)).code == 0
    told = _settle(team, draft, "bob")
    assert told.json["root_version"] == 5 and len(told.json["root_keyids"]) == 3
    team("team", "rotate", "team", "--draft", str(draft))
    assert team("ann", "cosign", str(draft), "--key", "ann").code == 1
    assert _settle(team, draft, "eve").json["root_version"] == 6

    publisher = tmp_path / "publisher.json"
    assert team("team", "show", "team", "-o", str(publisher)).code == 0
    assert team("field", "trust", str(publisher), "--yes").json["root_version"] == 6


def test_a_draft_that_was_changed_or_is_of_another_is_refused(
    team: As, draft: Path, tmp_path: Path
) -> None:
    assert team("eve", "finish", str(draft), "--key", "eve").code == 1
    document = json.loads(draft.read_bytes())
    for roots in ([], document["roots"][:1], document["roots"] * 2, ["e30="] * 2, 7):
        draft.write_text(json.dumps({**document, "roots": roots}))
        for words in (
            ("cosign", str(draft), "--key", "ann"),
            ("finish", str(draft), "--key", "ann"),
        ):
            told = team("ann", *words)
            assert told.code in {1, 3}, (roots, told)
            assert "Traceback" not in told.err


def test_a_draft_that_parts_from_a_known_root_is_not_signed(
    team: As, draft: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    ann = str(tmp_path / "ann.json")
    words = ("signers", "team", "--root", "--with-key", ann, "--threshold", "2")
    assert team("team", *words, "--draft", str(other)).code == 0
    assert _settle(team, draft, "ann").code == 0
    publisher = str(tmp_path / "publisher.json")
    team("team", "show", "team", "-o", publisher)
    assert team("ann", "trust", publisher, "--yes").code == 0
    told = team("ann", "cosign", str(other), "--key", "ann")
    assert told.code == 3 and "another root" in told.json["message"]
    told = team("team", "finish", str(other), "--key", "team")
    assert told.code in {1, 3}
