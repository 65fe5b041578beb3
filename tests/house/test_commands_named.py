"""Every command that a document, a hint or an example names can be typed as it stands there."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from haversack.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.M | re.S)
QUOTED = re.compile(r"`(?:\$ )?(haversack [^`]+)`")
SPOKEN = re.compile(r"(?<![\w/.-])haversack ([a-z]+)((?: [^\s`,;:()]+)*)")
COMMANDS: Any = typer.main.get_command(app.build())


def _resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Give the command that words name, and the words after it."""
    command, rest = COMMANDS, list(words)
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        assert rest[0] in command.commands, f"there is no command {rest[0]!r}"
        command = command.commands[rest.pop(0)]
    return command, rest


def _type(line: str) -> None:
    """Parse a line as the program would, without doing anything."""
    words = shlex.split(line, comments=True)
    if ">" in words:
        words = words[: words.index(">")]
    command, rest = _resolve(words[1:])
    if hasattr(command, "commands"):
        assert set(rest) <= {"--version", "--help", "-h"}, rest
        return
    context = command.make_context("haversack", [], resilient_parsing=True)
    _, extra, _ = command.make_parser(context).parse_args(list(rest))
    assert not extra, f"too many words: {extra}"


def _lines_of(document: Path) -> Iterator[str]:
    text = document.read_text("utf-8")
    for block in BLOCK.findall(text):
        yield from re.findall(r"^(?:\$ )?(haversack [^\n|]+)", block.replace("\\\n", " "), re.M)


def _options_of(command: Any) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {
        "--help",
        "-h",
        "--version",
    }


def _check_spoken(text: str, *, every: bool) -> None:
    """Check the words and options of commands in running text, where more words may follow."""
    for found in SPOKEN.finditer(text):
        if not every and found[1] not in COMMANDS.commands:
            continue
        words = [found[1], *found[2].split()]
        command = COMMANDS
        while words and hasattr(command, "commands"):
            if words[0] not in command.commands and command is not COMMANDS and not every:
                break  # "haversack recipe brings ...": prose
            assert words[0] in command.commands, found[0]
            command = command.commands[words.pop(0)]
        unknown = {word.rstrip(".") for word in words if re.match(r"--?[a-z]", word)}
        assert unknown <= _options_of(command), found[0]


def _strings_of(source: Path) -> Iterator[str]:
    """Give every text of a module, values in f-strings as X; docstrings too."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_can_be_typed(document: Path) -> None:
    for line in _lines_of(document):
        _type(line)
    for line in QUOTED.findall(document.read_text("utf-8")):
        _check_spoken(line, every=True)


def test_the_readme_shows_commands() -> None:
    assert len(list(_lines_of(ROOT / "README.md"))) > 10


def test_every_command_that_a_message_names_exists_with_its_options() -> None:
    seen = 0
    for folder in ("engine", "gui"):
        for source in (ROOT / folder).rglob("*.py"):
            for text in _strings_of(source):
                for line in QUOTED.findall(text):
                    seen += 1
                    _check_spoken(line, every=True)
                _check_spoken(text, every=False)
    assert seen > 20


@pytest.mark.parametrize(
    "line", ["haversack nothing", "haversack keys show X --export F", "haversack runs show a b"]
)
def test_a_command_that_cannot_be_typed_is_found(line: str) -> None:
    with pytest.raises(Exception, match=r"no command|[Nn]o such option|too many"):
        _type(line)


def _examples(command: Any) -> Iterator[str]:
    for inner in getattr(command, "commands", {}).values():
        yield from _examples(inner)
    if not hasattr(command, "commands"):
        yield str(command.epilog).removeprefix("Example: ")


@pytest.mark.parametrize("example", list(_examples(COMMANDS)))
def test_every_example_of_the_help_can_be_typed(example: str) -> None:
    _type(example)
