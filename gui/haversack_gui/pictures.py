"""Makes the screenshots of the documentation from the real app on a demo pantry.

``python -m haversack_gui.pictures [--out docs/pictures] [--pantry P]``

Without a pantry one is made in a temporary folder: it holds what needs no network, and one small
recipe is trained in it. With one (that of ``haversack demo``) the pictures show what lies there.
"""

from __future__ import annotations

import argparse
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from haversack.base.resources import resource
from haversack_gui.app import PAGES, Wishes, application, make_window, warm
from haversack_gui.frame.window import Window

SIZES = {"": (1280, 800), "-small": (1024, 640)}
SECRET = "only for pictures"  # noqa: S105 - of a key that lives as long as the temporary folder
PATIENCE_S = 60.0
COLOURS = 256


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every picture; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m haversack_gui.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--pantry", type=Path, help="a pantry to show; otherwise one is made")
    given = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="haversack-pictures-") as scratch:
        folder = Path(scratch)
        os.environ["HAVERSACK_HOME"] = str(folder / "home")
        pantry = given.pantry or _make_pantry(folder / "demo pantry")
        bundle = _make_bundle(pantry, folder)
        take_pictures(given.out, pantry, bundle, folder / "home", _own_pictures(folder))
    return 0


def take_pictures(
    out: Path, pantry: Path, bundle: Path | None, home: Path, data: Path | None = None
) -> list[Path]:
    """Show each page in each theme and take its picture; ``data`` is shown on the data page."""
    app = application(["haversack"])
    made: list[Path] = []
    for theme in ("light", "dark"):
        for name, wishes in _scenes(pantry, bundle, home, theme).items():
            window = make_window(app, wishes)
            window.resize(*SIZES[""])
            window.show()
            warm(window)
            settle(window, app.processEvents)
            if name == "data" and data is not None:
                window.show_page("data", data)
            settle(window, app.processEvents)
            for suffix, size in SIZES.items():
                if suffix and theme == "dark":
                    continue
                window.resize(*size)
                settle(window, app.processEvents)
                path = out / f"{name}-{theme}{suffix}.png"
                _write(window, path)
                made.append(path)
            window.close()
            window.deleteLater()
            app.processEvents()
    return made


def _write(window: Window, path: Path) -> None:
    """Save a picture of the window in few colours: a third of the size, and as good to look at."""
    window.grab().save(str(path))
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def settle(window: Window, turn: Callable[[], None]) -> None:
    """Let the app work until nothing is under way any more."""
    until, quiet = time.monotonic() + PATIENCE_S, 0
    while quiet < 10 and time.monotonic() < until:
        turn()
        time.sleep(0.02)
        quiet = quiet + 1 if window.workspace.jobs.idle else 0


def _scenes(pantry: Path, bundle: Path | None, home: Path, theme: str) -> dict[str, Wishes]:
    scenes = {"welcome": Wishes(page="pantry", theme=theme, home=home / "new")}
    for name in PAGES:
        shown = bundle if name == "open" else None
        scenes[name] = Wishes(pantry=pantry, bundle=shown, page=name, theme=theme, home=home)
    return scenes


def _make_pantry(folder: Path) -> Path:
    from haversack.recipe.tree import Recipe
    from haversack.services.capture import capture
    from haversack.services.shelves import open_or_build
    from haversack.services.volumes import shipped_volumes
    from haversack.services.work import train

    pantry = open_or_build(folder)
    for task, name in (("detection", "Find digits in scenes"), ("classification", "Read digits")):
        recipe = Recipe.empty(pantry.registry, task, pantry.path)
        recipe.fill_empty_recursively()
        pantry.recipes.save(recipe, name)
    small = pantry.recipes.load("Read digits")
    small["backbone.use_pretrained"] = False
    small["train.num_epochs"] = 3
    small["data.batch_size"] = 128
    small["model.image_size"] = 32
    capture(small.assets(), pantry)
    pantry.recipes.save(small, "Read digits, small")
    train(pantry.recipes.load("Read digits, small"), pantry)
    for name, (path, card) in shipped_volumes().items():
        pantry.volumes.put(name, path.read_bytes(), card.as_dict())
    return folder


def _own_pictures(scratch: Path) -> Path:
    """Unpack the shipped detection set, with one picture that cannot be read."""
    folder = scratch / "shapes"
    with tarfile.open(resource("data/smoke-voc.tar")) as tar:
        tar.extractall(folder, filter="data")
    first = min(path for path in folder.rglob("*") if path.suffix in (".jpg", ".png"))
    first.write_bytes(first.read_bytes()[:200])
    return folder


def _make_bundle(pantry_folder: Path, scratch: Path) -> Path | None:
    from haversack.base.errors import HaversackError
    from haversack.services.keys import open_keyring
    from haversack.services.pack import pack
    from haversack.services.shelves import open_or_build

    ring = open_keyring(scratch / "home")
    ring.new("field-team", SECRET)
    target = scratch / "stick" / "field-kit"
    try:
        pack(open_or_build(pantry_folder), target, ring, "field-team", SECRET, name="field-kit")
        ring.trust(target)
    except HaversackError:
        return None
    return target


if __name__ == "__main__":
    raise SystemExit(main())
