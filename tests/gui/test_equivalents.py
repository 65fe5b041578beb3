"""What is copied is what the command line and Python understand."""

from __future__ import annotations

import ast
import importlib
import inspect
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import haversack
from haversack.cli.app import build
from haversack.recipe.sppr import to_sppr
from haversack_gui import equivalents
from haversack_gui.equivalents import Same

P = Path("/a pantry/it's")
B = Path("/media/stick/field kit")
WAYS: dict[str, Same] = {
    "set_up": equivalents.set_up(P),
    "demo": equivalents.demo_pantry(P, [("detection", "it's a demo")]),
    "save": equivalents.save_recipe(P, "it's mine", "kind: task/detection@1\nname: 'x'\n"),
    "prepare": equivalents.prepare(P, ["a" * 64, "b" * 64]),
    "cook": equivalents.cook(P, "xval_det", 3, "data/sets/smoke"),
    "train": equivalents.train(P, "a" * 64, "cpu"),
    "resume": equivalents.resume(P, "20260101-train"),
    "stop": equivalents.stop(P, "20260101-train"),
    "predict": equivalents.follow_up(P, "predict", "20260101-train", [B / "a.png"]),
    "measure": equivalents.follow_up(P, "measure", "20260101-train"),
    "exact": equivalents.pareto(P, "xval_det", "od_size_MB", "exact", "paretoness"),
    "fuzzy": equivalents.pareto(
        P, "v", "od_size_MB", "fuzzy", "paretoness", 9, "hardware == 'it''s'"
    ),
    "file": equivalents.pareto(None, "/v.parquet", "od_size_MB", "exact", "paretoness"),
    "pack": equivalents.pack(P, B, "team", "kit", ["a" * 64], P / "have.json", 4 * 10**9),
    "pack_app": equivalents.pack(P, B, "team", "kit", [], app=True),
    "pack_code": equivalents.pack(
        P, B, "team", "kit", [], app=True, app_from=B / "app", runtime=B / "DOCTOR.json"
    ),
    "inspect": equivalents.inspect(B),
    "verify": equivalents.verify(B, [B / "2"], "the newer one is lost"),
    "take_in": equivalents.take_in(B, P, ["recipes/a.json"], [B / "2"], "lost", gather=True),
    "trust": equivalents.trust(B, "0f" * 32),
    "distrust": equivalents.distrust("0f" * 32),
    "new_key": equivalents.key("new", "team"),
    "new_code_key": equivalents.key("new", "team", code=True),
    "revoke": equivalents.key("revoke", "team"),
    "publisher_file": equivalents.publisher_file("team", B / "it's.json"),
    "back_up": equivalents.back_up("team", B / "key.json"),
    "restore": equivalents.restore(B / "key.json"),
    "have": equivalents.have(P, B / "have.json"),
    "check_data": equivalents.check_data(B, "coco", "segmentation"),
    "import_data": equivalents.import_data(P, B, "parts"),
    "show_data": equivalents.show_data(P, "parts"),
}


@pytest.mark.parametrize("same", WAYS.values(), ids=WAYS)
def test_the_command_is_one_that_the_command_line_parses(
    same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, _, document = same.command.partition(" <<'")
    assert not document or document.endswith(f"\n{document.partition(chr(39))[0]}")
    for line in lines.splitlines():
        _parse(line, monkeypatch)


def _parse(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *words = shlex.split(line)
    assert program == "haversack"
    command: Any = typer.main.get_command(build())
    context = command.make_context("haversack", list(words), resilient_parsing=False)
    rest = [*context._protected_args, *context.args]
    while hasattr(command, "get_command"):
        command = command.get_command(context, rest[0])
        for option in command.params:  # whether the files lie on this machine is not asked here
            monkeypatch.setattr(option.type_descriptor.parameter_info, "exists", False)
        context = command.make_context(rest[0], rest[1:], parent=context)
        rest = [*getattr(context, "_protected_args", ()), *context.args]
    assert not rest


@pytest.mark.parametrize("same", WAYS.values(), ids=WAYS)
def test_the_python_calls_what_exists_with_arguments_that_it_takes(same: Same) -> None:
    known: dict[str, Any] = {"lrd": haversack}
    for node in ast.walk(ast.parse(same.python)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            known |= {
                name.name: getattr(module, name.name, None)
                or importlib.import_module(f"{node.module}.{name.name}")
                for name in node.names
            }
    calls = [node for node in ast.walk(ast.parse(same.python)) if isinstance(node, ast.Call)]
    assert calls
    for call in calls:
        target = _found(call.func, known)
        if target is not None:
            names = {str(word.arg): None for word in call.keywords}
            inspect.signature(target).bind(*([None] * len(call.args)), **names)


def _found(node: ast.expr, known: dict[str, Any]) -> Callable[..., object] | None:
    """What a name stands for; None for methods of values that are known at run time only."""
    if isinstance(node, ast.Name):
        found: Callable[..., object] | None = known.get(node.id)
        return found
    if isinstance(node, ast.Attribute):
        holder = _found(node.value, known)
        if holder is None and isinstance(node.value, ast.Name) and node.value.id == "pantry":
            return None
        return getattr(holder, node.attr) if holder is not None else None
    return None


def test_every_change_that_the_app_makes_can_be_copied() -> None:
    folder = Path(equivalents.__file__).parent
    changes = [
        (file.name, node.lineno, {word.arg for word in node.keywords})
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("jobs.change")
    ]
    assert len(changes) > 15
    assert [where for *where, given in changes if "same" not in given] == []


def test_what_writes_a_file_is_a_change_and_no_query() -> None:
    """The diagnostics apart: they speak of the app itself."""
    folder = Path(equivalents.__file__).parent
    queries = [
        ast.unparse(node)
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("jobs.query")
    ]
    assert len(queries) > 20
    assert [one.count("diagnostics.save") for one in queries if "'good'" in one] == [1]


def test_a_recipe_is_kept_by_the_line_that_is_copied_for_it(tmp_path: Path) -> None:
    pantry = haversack.Pantry.build(tmp_path / "pantry")
    recipe = haversack.create.empty_classification_recipe(pantry=pantry)
    recipe.fill_empty_recursively()
    recipe.name = "It's mine"
    same = equivalents.save_recipe(pantry.path, recipe.name, to_sppr(recipe))
    line = same.command.replace("haversack", f"{sys.executable} -m haversack", 1)
    subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True)
    assert pantry.recipes.load("It's mine").id == recipe.id
    exec(same.python, {})  # noqa: S102 - what a person would paste
    assert [record.name for record in pantry.recipes.list()] == ["It's mine"]
