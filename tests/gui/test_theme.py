from __future__ import annotations

import re

import pytest

from haversack_gui.theme import PALETTES, Palette, contrast, style_sheet

TEXT_PAIRS = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "window"),
    ("muted", "surface"),
    ("accent", "surface"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("text", "accent_soft"),
    ("good", "good_soft"),
    ("good", "surface"),
    ("warn", "warn_soft"),
    ("warn", "surface"),
    ("bad", "bad_soft"),
    ("bad", "surface"),
    ("rail_text", "rail"),
    ("rail_active_text", "rail_active"),
]


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_reaches_the_contrast_of_wcag_aa(palette: Palette, front: str, back: str) -> None:
    assert contrast(getattr(palette, front), getattr(palette, back)) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_marks_of_a_plot_stand_out_from_its_ground(palette: Palette) -> None:
    for colour in (
        palette.plot_bulk,
        palette.plot_front,
        palette.plot_top,
        palette.plot_own,
        *palette.curves,
    ):
        assert contrast(colour, palette.surface) >= 3.0


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_the_style_sheet_uses_no_colour_but_the_palettes(palette: Palette) -> None:
    known = set(palette.curves) | {
        getattr(palette, name) for name in palette.__dataclass_fields__ if name != "curves"
    }
    assert set(re.findall(r"#[0-9a-f]{6}", style_sheet(palette))) <= known
