"""Bring your own data: check a folder, take it into a pantry, and name it in a recipe."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from haversack.base.collecting import no_collecting
from haversack.base.digests import sha256_file
from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken, Meter
from haversack.catalog.own import OWN, PREFIX, OwnPictures, own_asset, own_task
from haversack.data.byod.check import Checked, check_set
from haversack.data.byod.class_mapping import map_classes
from haversack.data.byod.detect import AUTO, READERS, read_set
from haversack.data.byod.folder import BroughtFolder
from haversack.data.byod.records import TASKS
from haversack.data.byod.shard import read_shard, write_shard
from haversack.data.byod.splits import SplitPlan
from haversack.data.byod.wanted import HERE, FileReaders, Wanted
from haversack.pantry.assets import Fetched
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.runs.spec import AssetFile
from haversack.services.listen import Listener, ignore
from haversack.services.unknown_data import ROLE, require_data
from haversack.trust.names import check_name

FORMATS = (AUTO, *READERS)


@dataclass(frozen=True, slots=True)
class OwnSet:
    """A set that was imported.

    Attributes:
        name: Its name in the pantry.
        task: What its labels are for.
        sha256: The digest of what is kept.
        size: Its bytes.
        licence: What its bringer said.
        source: Where it was imported from.
        imported_at: When: UTC, ISO 8601.
    """

    name: str
    task: str
    sha256: str
    size: int
    licence: str
    source: str
    imported_at: str


def check_data(
    path: Path,
    form: str = AUTO,
    task: str | None = None,
    *,
    plan: SplitPlan | None = None,
    mapping: Mapping[str, str] | None = None,
    readers: FileReaders = HERE,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Checked:
    """Read and decode everything in a folder; changes nothing.

    Args:
        path: The folder.
        form: One of ``FORMATS``.
        task: What the labels should be for: outlines and masks are read for ``segmentation``;
            None for what the format is mostly for.
        plan: How it is split.
        mapping: New names of classes; an empty one leaves a class out.
        readers: What reads a file that holds the labels of a whole set; ``services.apart.APART``
            holds up no window.
        on_event: Hears progress.
        cancel: Stops between pictures.

    Raises:
        UsageError: The path is no folder, or the labels are for another task.
        DataError: Nothing in it can be used; the first problem is named.
        Cancelled: Someone asked to stop.
    """
    members = _members(path)
    plan = plan or SplitPlan()
    asked = next((one for one in TASKS if one == task), None)
    if task is not None and asked is None:
        raise UsageError(f"no task is called {task!r}", f"Choose one of: {', '.join(TASKS)}.")
    with no_collecting():
        found = read_set(members, form, Wanted(asked, plan.column, readers))
        found = map_classes(found, mapping or {})
    found = replace(found, problems=(*members.problems, *found.problems))
    if task is not None and task != found.task:
        raise UsageError(
            f"{path} has labels for {found.task} ({found.format}), not for {task}",
            "Give another --task or --format.",
        )
    meter = Meter("checking", len(found.pictures), on_event, "pictures", cancel)
    return check_set(members, found, meter.advance, plan)


def import_data(
    path: Path,
    pantry: Pantry,
    name: str | None = None,
    form: str = AUTO,
    task: str | None = None,
    licence: str = "NOASSERTION",
    *,
    plan: SplitPlan | None = None,
    mapping: Mapping[str, str] | None = None,
    readers: FileReaders = HERE,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> tuple[OwnSet, Checked]:
    """Take a folder's pictures and labels into a pantry; arguments and errors as ``check_data``.

    Args:
        path: The folder.
        pantry: Where it goes.
        name: What to call it; by default the folder's name. A set of that name is replaced.
        form: One of ``FORMATS``.
        task: What the labels should be for.
        licence: Who may use the pictures: an SPDX expression or a few words.
        plan: How it is split.
        mapping: New names of classes; an empty one leaves a class out.
        readers: As for ``check_data``.
        on_event: Hears progress.
        cancel: Stops between pictures.

    Returns:
        What is kept, and what was checked, problems included.
    """
    remedy = "Use" if name else "Give it a name with --name:"
    called = check_name(name or path.resolve().name, "dataset", remedy)
    checked = check_data(
        path,
        form,
        task,
        plan=plan,
        mapping=mapping,
        readers=readers,
        on_event=on_event,
        cancel=cancel,
    )
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=pantry.store.folder) as scratch:
        shard = Path(scratch) / "shard.tar"
        with shard.open("wb") as file:
            write_shard(file, _members(path), checked)
        sha256, size = sha256_file(shard), shard.stat().st_size
        asset = own_asset(called, checked.task, sha256, size, licence)
        pantry.assets.put(asset, Fetched(fetched_from=str(path), raw_sha256=sha256), file=shard)
    return own_set(pantry, called), checked


def own_sets(pantry: Pantry) -> tuple[OwnSet, ...]:
    """Give every imported set of a pantry, by name."""
    found = []
    for record in pantry.assets.list():
        asset, task = record.asset, own_task(record.asset)
        if task is not None:
            facts = (asset.sha256, asset.size, asset.licence)
            name = asset.name.removeprefix(PREFIX)
            found.append(OwnSet(name, task, *facts, record.fetched_from, record.fetched_at))
    return tuple(found)


def own_set(pantry: Pantry, name: str) -> OwnSet:
    """Give one imported set.

    Raises:
        NotInPantryError: There is none of that name.
    """
    for one in own_sets(pantry):
        if one.name == name:
            return one
    raise NotInPantryError(
        f"the pantry holds no imported data named {name!r}",
        "See `haversack data list`, or bring it with `haversack data import`.",
    )


@dataclass(frozen=True, slots=True)
class Described:
    """What an imported set holds.

    Attributes:
        set: The set.
        pictures: How many pictures each split has.
        classes: How many pictures, of boxes how many objects, each class has in each split.
    """

    set: OwnSet
    pictures: dict[str, int]
    classes: dict[str, dict[str, int]]


def describe_set(pantry: Pantry, name: str) -> Described:
    """Count what an imported set holds; its bytes are verified.

    Raises:
        NotInPantryError: There is none of that name.
        IntegrityError: What is kept is damaged.
        DataError: It is no set of this format.
    """
    found = own_set(pantry, name)
    pantry.store.verify(found.sha256)
    splits = read_shard(pantry.store.path(found.sha256))
    counted = {split: dataset.counts() for split, dataset in splits.items()}
    classes = next(iter(splits.values())).classes
    return Described(
        found,
        {split: len(dataset) for split, dataset in splits.items()},
        {label: {split: counts[label] for split, counts in counted.items()} for label in classes},
    )


def recipes_lacking(pantry: Pantry, name: str) -> tuple[str, ...]:
    """Name the recipes that ask for a set of that name with other pictures than the pantry has."""
    return tuple(
        record.name or record.id
        for record in pantry.recipes.list()
        if PREFIX + name in record.missing_assets
    )


def set_file(pantry: Pantry, name: str) -> AssetFile:
    """Give an imported set as a file that a run is given.

    Raises:
        NotInPantryError: There is none of that name.
    """
    found = own_set(pantry, name)
    path = pantry.store.path(found.sha256)
    return AssetFile(name=PREFIX + found.name, path=path, sha256=found.sha256)


def own_choices(pantry: Pantry, task: str) -> dict[str, dict[str, OwnPictures]]:
    """Give what imported sets for a task put into a data slot: by kind, then by name."""
    kind = OWN.get(task)
    if kind is None:
        return {}
    sets = [one for one in own_sets(pantry) if one.task == task]
    return {kind.meta.kind: {one.name: _ingredient(one) for one in sets}}


def as_answer(pantry: Pantry, name: str, task: str | None = None) -> str | OwnPictures:
    """Give what fills a recipe's data slot: the imported set of that name, else the name itself.

    Args:
        pantry: Where imported sets lie.
        name: What a person wrote.
        task: What the recipe is for; an imported set for another task then gives way to an
            ingredient of that title.

    Raises:
        UsageError: The set has no labels to learn from.
        RecipeError: No data set is called that, or several are.
    """
    sets = own_sets(pantry)
    for one in sets:
        if one.name == name:
            if task not in (None, one.task) and _is_shipped(pantry, name, task):
                return name
            if one.task not in OWN:
                hint = "Look at them with `haversack predict RUN --data NAME`."
                raise UsageError(f"{name} has no labels to learn from", hint)
            return _ingredient(one)
    fitting = [one.name for one in sets if one.task in OWN and task in (None, one.task)]
    require_data(pantry, name, fitting, task)
    return name


def _is_shipped(pantry: Pantry, name: str, task: str | None) -> bool:
    shipped = pantry.registry.candidates(ROLE, task)
    return any(schema.meta.title.lower() == name.lower() for schema in shipped)


def _ingredient(one: OwnSet) -> OwnPictures:
    return OWN[one.task](name=one.name, sha256=one.sha256, size=one.size, licence=one.licence)


def _members(path: Path) -> BroughtFolder:
    if not path.is_dir():
        raise UsageError(f"{path} is no folder", "Give the folder that holds the pictures.")
    return BroughtFolder(path)
