"""The look of the app: palette tokens for light and dark, type and spacing scales, style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from haversack.base.resources import resource

SPACE = {"xs": 4, "s": 8, "m": 12, "l": 16, "xl": 24, "xxl": 40}
TYPE = {"small": 12, "body": 13, "lead": 15, "title": 20, "display": 28}
RADIUS = 6
FONTS = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Cantarell", "DejaVu Sans"]
MONO = ["JetBrains Mono", "Cascadia Mono", "SF Mono", "Noto Sans Mono", "DejaVu Sans Mono"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour that the app uses, by what it is for. All are ``#rrggbb``."""

    name: str
    window: str
    surface: str
    sunken: str
    line: str
    line_strong: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    rail: str
    rail_text: str
    rail_active: str
    rail_active_text: str
    plot_bulk: str
    plot_front: str
    plot_chosen: str
    plot_top: str
    plot_own: str
    curves: tuple[str, ...]


LIGHT = Palette(
    name="light",
    window="#f5f2eb",
    surface="#fffefb",
    sunken="#ece7dc",
    line="#dcd5c6",
    line_strong="#a39b88",
    text="#22271f",
    muted="#5b6153",
    accent="#2c6a4c",
    accent_hover="#23563d",
    on_accent="#ffffff",
    accent_soft="#dcebe1",
    good="#23613f",
    good_soft="#dcebe1",
    warn="#7d4e00",
    warn_soft="#fbebc8",
    bad="#9c2b20",
    bad_soft="#f9e0dc",
    rail="#27332b",
    rail_text="#c9d3ca",
    rail_active="#3d5145",
    rail_active_text="#ffffff",
    plot_bulk="#7b8a94",
    plot_front="#c2500f",
    plot_chosen="#22271f",
    plot_top="#1f6fb2",
    plot_own="#8a2f8f",
    curves=(
        "#1f6fb2",
        "#c2500f",
        "#2c8a63",
        "#9b4f9e",
        "#8a6d00",
        "#5b6153",
        "#b0305c",
        "#0b7c8c",
        "#4a45b5",
        "#7d4a2d",
    ),
)

DARK = Palette(
    name="dark",
    window="#161a17",
    surface="#1e2420",
    sunken="#121512",
    line="#343d37",
    line_strong="#6b776e",
    text="#e8ece5",
    muted="#a7b2a8",
    accent="#7cc9a2",
    accent_hover="#97d9b8",
    on_accent="#0d1a13",
    accent_soft="#25392e",
    good="#8bd3ae",
    good_soft="#20352a",
    warn="#f0c064",
    warn_soft="#3b2f15",
    bad="#f39b8f",
    bad_soft="#432420",
    rail="#0f1310",
    rail_text="#b4c0b6",
    rail_active="#2a3a31",
    rail_active_text="#ffffff",
    plot_bulk="#84939c",
    plot_front="#ff9a52",
    plot_chosen="#ffffff",
    plot_top="#6db7f2",
    plot_own="#e69be9",
    curves=(
        "#6db7f2",
        "#ff9a52",
        "#5fcf9f",
        "#d493d7",
        "#e0c052",
        "#a7b2a8",
        "#ff8fab",
        "#5fd0dd",
        "#a9a5ff",
        "#d2a583",
    ),
)

PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}


def contrast(one: str, other: str) -> float:
    """Give the WCAG 2 contrast ratio of two ``#rrggbb`` colours, between 1 and 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mono_font(size: int = TYPE["body"]) -> QFont:
    """Give the font for digests, fingerprints and paths."""
    font = QFont()
    font.setFamilies(MONO)
    font.setPixelSize(size)
    return font


def apply(app: QApplication, palette: Palette) -> None:
    """Dress the whole application; may be called again to change between light and dark."""
    app.setStyle("Fusion")
    font = QFont()
    font.setFamilies(FONTS)
    font.setPixelSize(TYPE["body"])
    app.setFont(font)
    app.setPalette(_qt_palette(palette))
    app.setStyleSheet(style_sheet(palette))


def _qt_palette(p: Palette) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: p.window,
        role.WindowText: p.text,
        role.Base: p.surface,
        role.AlternateBase: p.window,
        role.Text: p.text,
        role.Button: p.surface,
        role.ButtonText: p.text,
        role.BrightText: p.bad,
        role.Highlight: p.accent,
        role.HighlightedText: p.on_accent,
        role.Accent: p.accent,
        role.ToolTipBase: p.surface,
        role.ToolTipText: p.text,
        role.PlaceholderText: p.muted,
        role.Link: p.accent,
        role.Light: p.surface,
        role.Midlight: p.line,
        role.Mid: p.line_strong,
        role.Dark: p.line_strong,
        role.Shadow: p.line_strong,
    }
    made = QPalette()
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(p.line_strong))
    return made


def _drawing(p: Palette, name: str) -> str:
    return resource(f"theme/{p.name}-{name}.svg").as_posix()


def style_sheet(p: Palette) -> str:
    """Write the Qt style sheet of a palette. Widgets choose a look by the property ``look``."""
    return f"""
QToolTip {{ background: {p.surface}; color: {p.text}; border: 1px solid {p.line}; padding: 4px; }}
QWidget#rail {{ background: {p.rail}; }}
QToolButton[look="rail"] {{ color: {p.rail_text}; background: transparent;
  border: 1px solid transparent; border-radius: {RADIUS}px; padding: 7px 3px 5px 3px;
  font-size: {TYPE["small"]}px; }}
QToolButton[look="rail"]:hover {{ background: {p.rail_active}; }}
QToolButton[look="rail"]:focus {{ border: 1px solid {p.rail_text}; }}
QToolButton[look="rail"]:checked {{ background: {p.rail_active}; color: {p.rail_active_text};
  font-weight: 600; }}
QWidget#top_bar {{ background: {p.surface}; border-bottom: 1px solid {p.line}; }}
QLabel[look="display"] {{ font-size: {TYPE["display"]}px; font-weight: 600; }}
QLabel[look="title"] {{ font-size: {TYPE["title"]}px; font-weight: 600; }}
QLabel[look="lead"] {{ font-size: {TYPE["lead"]}px; font-weight: 600; }}
QLabel[look="muted"] {{ color: {p.muted}; }}
QLabel[look="small"] {{ color: {p.muted}; font-size: {TYPE["small"]}px; }}
QLabel[look="bad"] {{ color: {p.bad}; }}
QLabel[look="good"] {{ color: {p.good}; }}
QLabel[look="warn"] {{ color: {p.warn}; }}
QLabel[chip="plain"], QToolButton[chip="plain"] {{ background: {p.sunken}; color: {p.text}; }}
QLabel[chip="good"], QToolButton[chip="good"] {{ background: {p.good_soft}; color: {p.good}; }}
QLabel[chip="warn"], QToolButton[chip="warn"] {{ background: {p.warn_soft}; color: {p.warn}; }}
QLabel[chip="bad"], QToolButton[chip="bad"] {{ background: {p.bad_soft}; color: {p.bad}; }}
QLabel[chip], QToolButton[chip] {{ border: 1px solid transparent; border-radius: {RADIUS}px;
  padding: 4px 8px; font-size: {TYPE["small"]}px; }}
QToolButton[chip]:hover, QToolButton[chip]:focus {{ border: 1px solid {p.line_strong}; }}
QToolButton[chip]::menu-indicator {{ image: none; }}
QFrame#job_panel {{ background: {p.window}; border-left: 1px solid {p.line}; }}
QWidget#shade {{ background: rgba(0, 0, 0, 90); }}
QFrame[look="card"] {{ background: {p.surface}; border: 1px solid {p.line};
  border-radius: {RADIUS + 2}px; }}
QFrame[look="door"] {{ background: {p.surface}; border: 1px solid {p.line};
  border-radius: {RADIUS + 4}px; }}
QFrame[look="drop"] {{ background: {p.surface}; border: 2px dashed {p.line_strong};
  border-radius: {RADIUS + 4}px; }}
QFrame[look="drop"][active="true"] {{ border-color: {p.accent}; background: {p.accent_soft}; }}
QFrame[notice="good"] {{ background: {p.good_soft}; border-radius: {RADIUS}px; }}
QFrame[notice="warn"] {{ background: {p.warn_soft}; border-radius: {RADIUS}px; }}
QFrame[notice="bad"] {{ background: {p.bad_soft}; border-radius: {RADIUS}px; }}
QFrame[notice="good"] QLabel {{ color: {p.good}; }}
QFrame[notice="warn"] QLabel {{ color: {p.warn}; }}
QFrame[notice="bad"] QLabel {{ color: {p.bad}; }}
QPushButton {{ background: {p.surface}; color: {p.text}; border: 1px solid {p.line_strong};
  border-radius: {RADIUS}px; padding: 6px 14px; min-height: 18px; }}
QPushButton:hover {{ background: {p.sunken}; }}
QPushButton:focus {{ border: 2px solid {p.accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {p.line_strong}; border-color: {p.line}; background: {p.window}; }}
QPushButton[look="primary"] {{ background: {p.accent}; color: {p.on_accent};
  border: 1px solid {p.accent}; font-weight: 600; }}
QPushButton[look="primary"]:hover {{ background: {p.accent_hover}; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {p.text}; }}
QPushButton[look="primary"]:disabled {{ background: {p.line}; color: {p.muted};
  border-color: {p.line}; }}
QPushButton[look="danger"] {{ color: {p.bad}; border-color: {p.bad}; }}
QPushButton[look="danger"]:disabled {{ color: {p.line_strong}; border-color: {p.line}; }}
QPushButton[look="quiet"] {{ border-color: transparent; background: transparent; color: {p.accent};
  padding: 6px 8px; }}
QPushButton[look="quiet"]:hover {{ background: {p.accent_soft}; }}
QPushButton[look="quiet"]:focus {{ border: 1px solid {p.accent}; }}
QPushButton[look="quiet"]:disabled {{ color: {p.line_strong}; }}
QLineEdit, QPlainTextEdit {{ background: {p.surface}; color: {p.text};
  border: 1px solid {p.line_strong}; border-radius: {RADIUS}px; padding: 5px 8px;
  selection-background-color: {p.accent}; selection-color: {p.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {p.accent}; padding: 4px 7px; }}
QLineEdit:disabled {{ color: {p.line_strong}; background: {p.window}; }}
QLineEdit[wrong="true"] {{ border: 2px solid {p.bad}; padding: 4px 7px; }}
QComboBox, QSpinBox, QDoubleSpinBox {{ background: {p.surface}; color: {p.text};
  border: 1px solid {p.line_strong}; border-radius: {RADIUS}px; padding: 4px 8px;
  min-height: 20px; selection-background-color: {p.accent};
  selection-color: {p.on_accent}; }}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border: 2px solid {p.accent};
  padding: 3px 7px; }}
QComboBox:disabled, QSpinBox:disabled {{ color: {p.line_strong}; border-color: {p.line};
  background: {p.window}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url({_drawing(p, "down")}); width: 14px; height: 14px; }}
QSpinBox, QDoubleSpinBox {{ padding-left: 8px; }}
QAbstractSpinBox > QLineEdit, QAbstractSpinBox > QLineEdit:focus {{ border: none;
  background: transparent; padding: 0 0 0 6px; margin: 0; }}
QComboBox QAbstractItemView {{ border: 1px solid {p.line_strong}; padding: 2px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button {{ border: none; background: transparent; width: 20px; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url({_drawing(p, "up")});
  width: 12px; height: 12px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url({_drawing(p, "down")});
  width: 12px; height: 12px; }}
QSpinBox[wrong="true"], QComboBox[wrong="true"] {{ border: 2px solid {p.bad}; }}
QCheckBox {{ spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }}
QCheckBox:focus {{ border: 1px solid {p.accent}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {p.line_strong};
  border-radius: 4px; background: {p.surface}; }}
QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent};
  image: url({_drawing(p, "check")}); }}
QCheckBox::indicator:disabled {{ background: {p.window}; border-color: {p.line}; }}
QSlider::groove:horizontal {{ height: 4px; background: {p.line}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 16px; height: 16px; margin: -6px 0; border-radius: 8px;
  background: {p.accent}; }}
QSlider:focus {{ border: 1px solid {p.accent}; border-radius: 4px; }}
QAbstractItemView {{ background: {p.surface}; border: 1px solid {p.line};
  border-radius: {RADIUS}px; outline: none; alternate-background-color: {p.window}; }}
QAbstractItemView::item {{ padding: 4px 6px; }}
QAbstractItemView::item:hover {{ background: {p.sunken}; }}
QAbstractItemView::item:selected {{ background: {p.accent_soft}; color: {p.text}; }}
QAbstractItemView:focus {{ border: 1px solid {p.accent}; }}
QHeaderView {{ border: none; border-radius: 0; background: {p.surface}; }}
QAbstractItemView::indicator {{ width: 16px; height: 16px; border: 1px solid {p.line_strong};
  border-radius: 4px; background: {p.surface}; }}
QAbstractItemView::indicator:checked {{ background: {p.accent}; border-color: {p.accent};
  image: url({_drawing(p, "check")}); }}
QAbstractItemView::indicator:disabled {{ background: {p.window}; border-color: {p.line}; }}
QHeaderView::section {{ background: {p.surface}; color: {p.muted}; border: none;
  border-bottom: 1px solid {p.line}; padding: 6px 9px; font-size: {TYPE["small"]}px; }}
QHeaderView::section:vertical {{ color: {p.text}; border-bottom: none; padding: 0 9px;
  font-size: {TYPE["body"]}px; }}
QTableCornerButton::section {{ background: {p.surface}; border: none;
  border-bottom: 1px solid {p.line}; }}
QTabBar::tab {{ background: transparent; color: {p.muted}; border: none; padding: 8px 14px;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {p.text}; border-bottom: 2px solid {p.accent}; font-weight: 600; }}
QTabBar::tab:hover, QTabBar::tab:focus {{ color: {p.text}; background: {p.sunken}; }}
QTabWidget::pane {{ border: none; }}
QProgressBar {{ background: {p.sunken}; border: none; border-radius: 4px; max-height: 8px;
  min-height: 8px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 4px; }}
QSplitter::handle {{ background: transparent; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {p.line_strong}; border-radius: 4px; margin: 2px;
  min-height: 32px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {p.surface}; border: 1px solid {p.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.accent_soft}; color: {p.text}; }}
"""
