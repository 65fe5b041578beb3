"""What a click does, as one command for a terminal and as a few lines of Python."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_IMPORT = "import haversack as lrd\n"
_END = "END OF RECIPE"


@dataclass(frozen=True, slots=True)
class Same:
    """The same action in two other forms; either is empty where there is none.

    Attributes:
        command: A line for a shell.
        python: Lines for a notebook.
    """

    command: str = ""
    python: str = ""


NOTHING = Same()


def set_up(pantry: Path) -> Same:
    """Fetch the defaults."""
    return Same(_line("setup", pantry), f"{_with(pantry)}lrd.offline.setup(pantry)\n")


def demo_pantry(pantry: Path, recipes: Sequence[tuple[str, str]]) -> Same:
    """Make recipes of tasks under names, then fetch the defaults."""
    lines = [
        _line("recipe", "new", "--task", task, "--name", name, "--pantry", pantry)
        for task, name in recipes
    ]
    python = (
        f"for task, name in {tuple(recipes)!r}:\n"
        "    recipe = getattr(lrd.create, f'empty_{task}_recipe')(pantry=pantry)\n"
        "    recipe.fill_empty_recursively()\n"
        "    pantry.recipes.save(recipe, name)\n"
        "lrd.offline.setup(pantry)\n"
    )
    return Same("\n".join([*lines, _line("setup", pantry)]), _with(pantry) + python)


def save_recipe(pantry: Path, name: str, sppr: str) -> Same:
    """Keep a recipe under a name; ``sppr`` is its text."""
    words = ("recipe", "import", "/dev/stdin", "--name", name, "--pantry", pantry)
    python = (
        f"recipe = lrd.create.from_sppr({sppr!r}, pantry=pantry)\n"
        f"pantry.recipes.save(recipe, {name!r})\n"
    )
    return Same(f"{_line(*words)} <<'{_END}'\n{sppr.rstrip()}\n{_END}", _with(pantry) + python)


def prepare(pantry: Path, recipes: Sequence[str]) -> Same:
    """Prepare recipes, by their ids."""
    ids = [_short(recipe) for recipe in recipes]
    python = f"for name in {ids!r}:\n    lrd.offline.single_recipe(pantry.recipes.load(name))\n"
    return Same(_line("prepare", *ids, "--pantry", pantry), _with(pantry) + python)


def prepare_one(pantry: Path, recipe: str) -> Same:
    """Prepare one recipe."""
    return prepare(pantry, [recipe])


def cook(pantry: Path, volume: str, row: int, data: str | None) -> Same:
    """Cook a row of a golden volume."""
    extra = ("--data", data) if data else ()
    given = f", data_generator={data!r}" if data else ""
    return Same(
        _line(
            *("recipe", "cook", row, "--volume", volume, *extra, "--default", "--pantry", pantry)
        ),
        f"{_with(pantry)}recipe = lrd.offline.GRDB_recipe("
        f"{row}, pantry, {volume!r}{given}, default=True)\n",
    )


def train(pantry: Path, recipe: str, device: str) -> Same:
    """Train a recipe."""
    name = _short(recipe)
    return Same(
        _line("train", name, "--device", device, "--pantry", pantry),
        f"{_with(pantry)}run = lrd.train(pantry.recipes.load({name!r}), pantry, "
        f"device={device!r})\n",
    )


def train_anywhere(pantry: Path, recipe: str) -> Same:
    """Train a recipe on the best device."""
    return train(pantry, recipe, "auto")


def resume(pantry: Path, run_id: str) -> Same:
    """Go on with a stopped training."""
    python = (
        "from haversack.services import work\n"
        f"work.carry_out(work.resume_spec({run_id!r}, pantry))\n"
    )
    return Same(_line("runs", "resume", run_id, "--pantry", pantry), _with(pantry) + python)


def stop(pantry: Path, run_id: str) -> Same:
    """Ask a run to write a checkpoint and stop."""
    python = (
        f"from haversack.services import work\nwork.run_store(pantry).request_stop({run_id!r})\n"
    )
    return Same(_line("runs", "stop", run_id, "--pantry", pantry), _with(pantry) + python)


def follow_up(pantry: Path, kind: str, run_id: str, inputs: Sequence[Path] = ()) -> Same:
    """Evaluate, export, measure or try what a training left."""
    given = f", inputs={[str(path) for path in inputs]!r}" if inputs else ""
    python = (
        "from haversack.runs.spec import RunKind\nfrom haversack.services import work\n"
        f"work.follow_up(RunKind({kind!r}), {run_id!r}, pantry{given})\n"
    )
    return Same(_line(kind, run_id, *inputs, "--pantry", pantry), _with(pantry) + python)


def keep_results(pantry: Path, task: str) -> Same:
    """Put what was measured here on the shelf as a golden volume."""
    python = (
        f"from haversack.services.results import keep_results\nkeep_results(pantry, {task!r})\n"
    )
    return Same("", _with(pantry) + python)


def pareto(
    pantry: Path | None,
    volume: str,
    metric: str,
    method: str,
    sort: str,
    top: int = 0,
    where: str = "",
) -> Same:
    """Ask a golden volume for its front; ``top`` counts with the method fuzzy only."""
    extra = [*(("--top", top) if top else ()), *(("--where", where) if where else ())]
    extra += ("--pantry", pantry) if pantry is not None else ()
    given = f", top_N_fuzzy={top}" if top else ""
    is_file = Path(volume).suffix in (".parquet", ".csv")
    place = f"{volume!r}" if is_file else f"pantry.volumes.path({volume!r})"
    return Same(
        _line("pareto", volume, "--metric", metric, "--method", method, "--sort-by", sort, *extra),
        f"{_IMPORT if is_file or pantry is None else _with(pantry)}"
        f"frame = lrd.Volume.open({place}).frame({f'where={where!r}' if where else ''})\n"
        "ids, info = lrd.offline.query_pareto_optimal_recipes(\n"
        f"    frame, {method!r}, {metric!r}, {sort!r}{given}\n)\n",
    )


def pack(
    pantry: Path,
    out: Path,
    key: str,
    name: str,
    recipes: Sequence[str],
    since: Path | None = None,
    stick: int | None = None,
    app: bool = False,
    app_from: Path | None = None,
    runtime: Path | None = None,
) -> Same:
    """Write a signed bundle; the passphrase is asked for."""
    ids = [_short(recipe) for recipe in recipes]
    chosen = [word for recipe in ids for word in ("--recipe", recipe)]
    extra = [*(("--since", since) if since else ()), *(("--split", f"{stick}B") if stick else ())]
    extra += ["--app-from", app_from] if app_from else ["--app"] if app else []
    extra += ["--runtime", runtime] if runtime else []
    more = f", since=read_have_list(Path({str(since)!r}))" if since else ""
    more += f", stick={stick}" if stick else ""
    code = f"Code({app}, {_path(app_from)}, {_path(runtime)})" if app or runtime else ""
    more += f", code={code}" if code else ""
    python = (
        "from getpass import getpass\nfrom pathlib import Path\n"
        + ("from haversack.services.have import read_have_list\n" if since else "")
        + f"from haversack.services.pack import {'Code, pack' if code else 'pack'}\n"
        f"pack(pantry, Path({str(out)!r}), lrd.KeyRing(), {key!r}, getpass(), name={name!r}, "
        f"recipes={tuple(ids)!r}{more})\n"
    )
    words = ("pack", out, "--key", key, "--name", name, *chosen, *extra, "--pantry", pantry)
    return Same(_line(*words), _with(pantry) + python)


def inspect(bundle: Path) -> Same:
    """Look at what a bundle says of itself."""
    return Same(
        _line("inspect", bundle),
        "from pathlib import Path\nimport haversack as lrd\n"
        "from haversack.services.unpack import inspect\n"
        f"inspect(Path({str(bundle)!r}), lrd.KeyRing())\n",
    )


def verify(bundle: Path, others: Sequence[Path] = (), downgrade: str = "") -> Same:
    """Check every byte of a bundle."""
    extra = _other_sticks(others, downgrade)
    return Same(
        _line("verify", bundle, *extra),
        "from pathlib import Path\nimport haversack as lrd\n"
        f"from haversack.services.unpack import verify\n"
        f"verify(Path({str(bundle)!r}), lrd.KeyRing(){_options(others, downgrade)})\n",
    )


def take_in(
    bundle: Path,
    pantry: Path,
    items: Sequence[str] | None = None,
    others: Sequence[Path] = (),
    downgrade: str = "",
    *,
    gather: bool = False,
) -> Same:
    """Verify a bundle and take it in."""
    chosen = [word for item in items or () for word in ("--item", item)]
    flag = ("--gather",) if gather else ()
    more = f", items={tuple(items)!r}" if items else ""
    more += ", gather=True" if gather else ""
    return Same(
        _line(
            "open",
            bundle,
            *chosen,
            *_other_sticks(others, downgrade),
            *flag,
            "--pantry",
            pantry,
        ),
        f"{_with(pantry)}from pathlib import Path\n"
        "from haversack.services.unpack import open_bundle\n"
        f"open_bundle(Path({str(bundle)!r}), pantry, lrd.KeyRing()"
        f"{more}{_options(others, downgrade)})\n",
    )


def trust(source: Path, fingerprint: str) -> Same:
    """Trust a publisher."""
    return Same(
        _line("keys", "trust", source, "--fingerprint", fingerprint),
        "from pathlib import Path\nimport haversack as lrd\n"
        f"lrd.KeyRing().trust(Path({str(source)!r}), {fingerprint!r})\n",
    )


def distrust(fingerprint: str) -> Same:
    """Trust a publisher no longer."""
    return Same(
        _line("keys", "distrust", fingerprint),
        f"{_IMPORT}lrd.KeyRing().distrust({fingerprint!r})\n",
    )


def key(verb: str, name: str, code: bool = False) -> Same:
    """Make, rotate or revoke a key, for code as well where wanted; the passphrase is asked for."""
    more = ", code=True" if code else ""
    python = (
        f"from getpass import getpass\n{_IMPORT}lrd.KeyRing().{verb}({name!r}, getpass(){more})\n"
    )
    return Same(_line("keys", verb, name, *(("--code",) if code else ())), python)


def publisher_file(name: str, file: Path) -> Same:
    """Write the file by which others can trust a key's publisher."""
    python = f"lrd.KeyRing().export({name!r}, Path({str(file)!r}))\n"
    return Same(
        _line("keys", "show", name, "-o", file), f"from pathlib import Path\n{_IMPORT}{python}"
    )


def back_up(name: str, file: Path) -> Same:
    """Write a key to one file, its private halves still encrypted."""
    python = f"lrd.KeyRing().backup({name!r}, Path({str(file)!r}))\n"
    return Same(_line("keys", "backup", name, file), f"from pathlib import Path\n{_IMPORT}{python}")


def restore(file: Path) -> Same:
    """Put a key back from its backup."""
    python = f"from pathlib import Path\n{_IMPORT}lrd.KeyRing().restore(Path({str(file)!r}))\n"
    return Same(_line("keys", "restore", file), python)


def have(pantry: Path, file: Path) -> Same:
    """Write the list of what a pantry has."""
    return Same(
        _line("have", pantry, "-o", file),
        f"{_with(pantry)}from pathlib import Path\nfrom haversack.services.have import have\n"
        f"have(pantry, Path({str(file)!r}))\n",
    )


def check_data(folder: Path, form: str, task: str) -> Same:
    """Look at a folder of pictures; changes nothing."""
    python = (
        "from pathlib import Path\nfrom haversack.services.datasets import check_data\n"
        f"checked = check_data(Path({str(folder)!r}), {form!r}, {task or None!r})\n"
    )
    return Same(_line("data", "check", folder, *_as(form, task)), python)


def show_data(pantry: Path, name: str) -> Same:
    """Look at a set that was imported."""
    return Same(
        _line("data", "show", name, "--pantry", pantry),
        f"{_with(pantry)}from haversack.services.datasets import describe_set\n"
        f"print(describe_set(pantry, {name!r}))\n",
    )


def import_data(
    pantry: Path,
    folder: Path,
    name: str,
    form: str = "auto",
    task: str = "",
    licence: str = "",
    becomes: Mapping[str, str] | None = None,
) -> Same:
    """Bring a folder of pictures; ``becomes`` renames classes, to nothing to leave one out."""
    extra = [*_as(form, task), *(("--licence", licence) if licence else ())]
    for old, new in (becomes or {}).items():
        extra += ["--map-class", f"{old}={new}"]
    given = f", {form!r}" if form != "auto" or task or licence else ""
    given += f", {task or None!r}" if task or licence else ""
    given += f", {licence!r}" if licence else ""
    given += f", mapping={dict(becomes)!r}" if becomes else ""
    return Same(
        _line("data", "import", folder, "--name", name, *extra, "--pantry", pantry),
        f"{_with(pantry)}from pathlib import Path\n"
        "from haversack.services.datasets import import_data\n"
        f"import_data(Path({str(folder)!r}), pantry, {name!r}{given})\n",
    )


def _path(file: Path | None) -> str:
    return f"Path({str(file)!r})" if file else "None"


def _as(form: str, task: str) -> list[str]:
    said = ["--format", form] if form != "auto" else []
    return [*said, *(("--task", task) if task else ())]


def _with(pantry: Path) -> str:
    return f"{_IMPORT}pantry = lrd.Pantry.build({str(pantry)!r})\n"


def _line(*words: object) -> str:
    return shlex.join(["haversack", *(str(word) for word in words)])


def _short(recipe: str) -> str:
    return recipe[:12]


def _other_sticks(others: Sequence[Path], downgrade: str) -> tuple[object, ...]:
    named = [word for other in others for word in ("--with", other)]
    return (*named, *(("--allow-downgrade", downgrade) if downgrade else ()))


def _options(others: Sequence[Path], downgrade: str) -> str:
    more = f", donors=[{', '.join(f'Path({str(other)!r})' for other in others)}]" if others else ""
    return more + (f", allow_downgrade={downgrade!r}" if downgrade else "")
