"""What all figures share: one look, untrusted text on it, and files that repeat byte by byte."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from resnets.errors import printable

INK = "#22303c"
QUIET = "#6b7a88"
GRID = "#e6eaee"
ACCENT = "#1769c2"

FONT = "DejaVu Sans"  # comes with matplotlib, so figures are the same on every machine
# Asked only for characters that the first font lacks, and only where they are installed.
OTHER_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Nirmala UI",
)

_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#b8c2cb",
    "axes.grid": False,
    "axes.labelcolor": QUIET,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titlepad": 8,
    "font.size": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "savefig.dpi": 160,
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "resnets",  # without it the ids in an SVG are drawn by lot
    "text.color": INK,
    "text.parse_math": False,  # a class may be called $x$
    "xtick.color": "#b8c2cb",
    "xtick.labelcolor": QUIET,
    "xtick.labelsize": 8,
    "ytick.color": "#b8c2cb",
    "ytick.labelcolor": QUIET,
    "ytick.labelsize": 8,
}


@contextlib.contextmanager
def style(*texts: str) -> Iterator[None]:
    """Draw and save in one look, whatever style the user has set, and set theirs back after.

    Args:
        texts: what will be written on the figure; where the font lacks a character of them, others
            that the machine has are asked for it.
    """
    with matplotlib.style.context("default"), matplotlib.rc_context(_STYLE):
        matplotlib.rcParams["font.family"] = _families(texts)
        with warnings.catch_warnings():
            # No font of the machine has it: a box in the PNG, while whoever opens the SVG has it.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            yield


def shown(text: str, limit: int) -> str:
    """Make a name that others wrote fit for a figure: one line, short, nothing but text.

    Args:
        text: any string.
        limit: characters kept, at least 20; the middle of a longer name is cut out.
    """
    return printable(text, limit=limit)


def save(figure: Figure, folder: Path, name: str, *, fit: bool = False) -> list[Path]:
    """Write `<name>.svg` and `<name>.png`, each whole or not at all; same figure, same bytes.

    Args:
        figure: drawn within `style`, and saved within it.
        folder: made where it is missing.
        name: of the files, without what follows the dot.
        fit: widen or crop the page to what is drawn, for names of unknown length at the edges.

    Returns:
        The paths of the SVG and of the PNG.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, canvas in (("svg", FigureCanvasSVG), ("png", FigureCanvasAgg)):
        canvas(figure)
        nothing = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        data = io.BytesIO()
        figure.savefig(
            data,
            format=kind,
            metadata=nothing,
            bbox_inches="tight" if fit else None,
            pad_inches=0.15,
            facecolor="white",
        )
        path = folder / f"{name}.{kind}"
        temporary = folder / f".tmp-{path.name}-{os.getpid()}"
        temporary.write_bytes(data.getvalue())
        temporary.replace(path)
        written.append(path)
    return written


def _families(texts: Iterable[str]) -> list[str]:
    wanted = {ord(character) for text in texts for character in text}
    missing = wanted - _characters(FONT)
    families = [FONT]
    if missing:
        installed = {entry.name for entry in fontManager.ttflist}
        for name in OTHER_FONTS:
            if name in installed and missing & _characters(name):
                families.append(name)
                missing -= _characters(name)
    return families


def _characters(family: str) -> set[int]:
    return set(get_font(findfont(FontProperties(family=family))).get_charmap())
