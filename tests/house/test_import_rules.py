"""What import-linter's contracts (.importlinter) cannot say: rules about single modules."""

from __future__ import annotations

import ast
import configparser
import functools
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(p.parent.name for p in (ROOT / "engine/haversack").glob("*/__init__.py"))
FACES = {"cli", "helpers"}

GUI_MAY_READ = (
    "haversack.base",
    "haversack.recipe",
    "haversack.catalog",
    "haversack.services",
    "haversack.runs.errors",
    "haversack.runs.events",
    "haversack.runs.reducer",
    "haversack.runs.spec",
    "haversack.volume",
)
TRAINING_MAY_READ_OF_RUNS = {"haversack.runs.events", "haversack.runs.spec"}
OPENS_CONNECTIONS = {
    "aiohttp",
    "asyncio.open_connection",
    "ftplib",
    "http.client",
    "http.server",
    "httpx",
    "huggingface_hub",
    "multiprocessing.connection.Client",
    "multiprocessing.connection.Listener",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "urllib.request",
    "urllib3",
    "xmlrpc.client",
}


@functools.cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("haversack", "haversack_gui")


def _imports_of(package: str) -> Iterator[tuple[str, str]]:
    graph = _graph()
    for module in {package} | graph.find_descendants(package):
        for imported in graph.find_modules_directly_imported_by(module):
            if imported != package and not imported.startswith(package + "."):
                yield module, imported


def _is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def _sources() -> list[Path]:
    return sorted((ROOT / "engine").rglob("*.py")) + sorted((ROOT / "gui").rglob("*.py"))


def _names_imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_the_app_imports_services_and_value_types_only() -> None:
    strays = [
        edge for edge in _imports_of("haversack_gui") if not _is_within(edge[1], GUI_MAY_READ)
    ]
    assert strays == []


def test_training_reads_only_the_wire_types_of_runs() -> None:
    strays = [
        edge
        for edge in _imports_of("haversack.training")
        if edge[1].startswith("haversack.runs") and edge[1] not in TRAINING_MAY_READ_OF_RUNS
    ]
    assert strays == []


def test_only_the_program_entry_and_the_worker_reach_training() -> None:
    importers = {
        module
        for module in _graph().modules
        for imported in _graph().find_modules_directly_imported_by(module)
        if imported.startswith("haversack.training") and not module.startswith("haversack.training")
    }
    assert importers <= {"haversack.worker"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports within functions and those for types alone count too."""
    below = {name: _graph().find_modules_directly_imported_by(name) for name in _graph().modules}
    graphlib.TopologicalSorter(below).prepare()  # it raises where there is a circle, and shows it


def test_no_room_imports_the_public_face() -> None:
    importers = _graph().find_modules_that_directly_import("haversack")
    below = {module for module in importers if module.split(".")[1:2] != ["__main__"]}
    assert below == set()


def test_every_room_has_its_contract() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    named = {section.rsplit(":", 1)[-1] for section in contracts.sections()}
    assert set(ROOMS) - FACES <= named
    modules = {path.stem for path in (ROOT / "engine/haversack").glob("*.py")} - {"__init__"}
    for contract, free in (("torch", "training"), ("network", "pantry")):
        sources = contracts[f"importlinter:contract:{contract}"]["source_modules"].split()
        assert {f"haversack.{name}" for name in {*ROOMS, *modules} - {free}} <= set(sources)


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_fetch_opens_connections(path: Path) -> None:
    if "engine/haversack/pantry/fetch" in path.as_posix():
        return
    found = [(line, name) for line, name in _names_imported(path) if name in OPENS_CONNECTIONS]
    assert found == []


@pytest.mark.parametrize("package", ["haversack", "haversack_gui"])
def test_importing_a_package_loads_neither_torch_nor_qt(package: str) -> None:
    heavy = {"torch", "torchvision", "lightning", "timm", "transformers", "pandas"}
    banned = heavy | ({"PySide6", "pyqtgraph"} if package == "haversack" else set())
    code = f"import {package}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & banned == set()
