"""Rules for every file in the repository: size, paths, hosts, reasons."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 400
MEDIAN_LINES = 120
MAX_BYTES = 5_000_000
TEXT_LIMIT = 2_000_000

REGISTRY_HOSTS = re.compile(
    r"(p.pi|p.thonhosted|n.mjs|deb.an|hugg.ngface)[.](org|com|co)\b", re.IGNORECASE
)
HOMES = re.compile(r"(?<![\w.])(/home|/Users|/root)/[\w.-]+")
SUPPRESSIONS = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover)(?P<rest>.*)")
REASON = re.compile(r"(\s[-–—]\s|#)\s*\S+ \S+")


@cache
def _tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode("utf-8")
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def _texts() -> dict[str, list[str]]:
    found = {}
    for path in _tracked():
        content = path.read_bytes()
        if len(content) <= TEXT_LIMIT and b"\0" not in content[:8000]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8").splitlines()
    return found


def _python() -> dict[str, list[str]]:
    return {name: lines for name, lines in _texts().items() if name.endswith(".py")}


def _hits(pattern: re.Pattern[str], files: dict[str, list[str]]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, lines in files.items()
        for number, line in enumerate(lines, 1)
        if pattern.search(line)
    ]


def test_no_registry_host_is_named() -> None:
    assert _hits(REGISTRY_HOSTS, _texts()) == []


def test_no_path_of_one_machine_is_named() -> None:
    assert _hits(HOMES, _texts()) == []
    above = ROOT.parent
    if above not in {Path("/"), Path(tempfile.gettempdir())} and above.parent != Path("/home"):
        assert _hits(re.compile(re.escape(f"{above}/")), _texts()) == []


def test_no_source_is_ignored() -> None:
    """A pattern such as `build/` once kept a whole folder of the engine out of every clone."""
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--"]
    sources = ["engine", "gui", "tests", "packaging", "benchmarks"]
    listed = subprocess.run([*command, *sources], cwd=ROOT, capture_output=True, check=True)
    assert [n for n in listed.stdout.decode().split("\n") if n.endswith(".py")] == []


def test_packaging_is_no_package() -> None:
    assert not (ROOT / "packaging/__init__.py").exists()


def test_no_tracked_file_is_large() -> None:
    assert [path.name for path in _tracked() if path.stat().st_size > MAX_BYTES] == []


def test_no_two_tests_share_a_file_name() -> None:
    """Pytest imports them by that name alone."""
    names = Counter(Path(name).name for name in _python() if name.startswith("tests/"))
    names.pop("conftest.py", None)
    assert [name for name, times in names.items() if times > 1] == []


def test_files_are_short() -> None:
    lengths = {
        name: len(lines)
        for name, lines in _python().items()
        if name.startswith(("engine/", "gui/")) and lines
    }
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_LINES


def test_every_suppression_has_its_code_and_its_reason_on_the_line() -> None:
    bare = []
    for name, lines in _python().items():
        for number, line in enumerate(lines, 1):
            for found in SUPPRESSIONS.finditer(line):
                rest = found["rest"]
                coded = found[1] not in ("noqa",) or re.match(r":\s*[A-Z]+\d+", rest)
                if not coded or not REASON.search(rest):
                    bare.append(f"{name}:{number}: {line.strip()}")
    assert [hit for hit in bare if not hit.startswith("tests/house/test_tracked_files.py")] == []


def _skips_without_reason(tree: ast.AST) -> list[int]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {call.func for call in calls}
    found = []
    for call in calls:
        name = ast.unparse(call.func)
        reasons = [k.value for k in call.keywords if k.arg == "reason"]
        if re.search(r"\bpytest\.(skip|xfail)$", name):
            reasons += call.args
        if re.search(r"\b(mark\.(skip|skipif|xfail)|pytest\.(skip|xfail|importorskip))$", name):
            found += [] if reasons else [call.lineno]
    found += [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node not in called
        and re.search(r"\bmark\.(skip|xfail)$", ast.unparse(node))
    ]
    return found


def test_every_skip_and_xfail_has_its_reason() -> None:
    bare = [
        f"{name}:{line}"
        for name, lines in _python().items()
        if name.startswith("tests/")
        for line in _skips_without_reason(ast.parse("\n".join(lines)))
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("@pytest.mark.skip\ndef f(): ...", [1]),
        ("@pytest.mark.xfail()\ndef f(): ...", [1]),
        ("pytest.skip()", [1]),
        ("pytest.skip('no strace here')", []),
        ("@pytest.mark.skipif(True, reason='why')\ndef f(): ...", []),
    ],
)
def test_a_skip_without_a_reason_is_found(code: str, lines: list[int]) -> None:
    assert _skips_without_reason(ast.parse(code)) == lines
