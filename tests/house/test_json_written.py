"""What is written as JSON can be read by every reader of JSON: it holds no NaN and no infinity."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("engine", "gui") for path in (ROOT / folder).rglob("*.py"))


def _writes_nan(tree: ast.AST) -> Iterator[int]:
    """Give the lines from which `json` or pydantic would write NaN as a bare word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "json":
            yield from (node.lineno for alias in node.names if alias.name.startswith("dump"))
        if not isinstance(node, ast.Call):
            continue
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        called = ast.unparse(node.func)
        if called in ("json.dump", "json.dumps", "json.JSONEncoder"):
            if given.get("allow_nan") != "False":
                yield node.lineno
        elif given.get("ser_json_inf_nan") == "'constants'":
            yield node.lineno


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_json_is_written_without_nan(path: Path) -> None:
    """`allow_nan=False` makes NaN an error; `base.finite_json` gives null with its reason."""
    assert list(_writes_nan(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "json.dumps({'loss': loss})",
        "json.dump(found, file, allow_nan=True)",
        "json.JSONEncoder(indent=1)",
        "from json import dumps",
        "ConfigDict(ser_json_inf_nan='constants')",
    ],
)
def test_a_line_that_would_write_nan_is_seen(line: str) -> None:
    assert list(_writes_nan(ast.parse(line))) == [1]
