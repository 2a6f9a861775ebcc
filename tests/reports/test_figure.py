"""One look whatever the user's style, names as text alone, files that repeat byte by byte."""

import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from PIL import Image

from resnets.reports.figure import FONT, save, shown, style


def saved(folder: Path, text: str = "cat") -> list[bytes]:
    with style(text):
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, text)
        figure.add_axes((0.5, 0.2, 0.4, 0.6)).plot([0, 1], [1, 0])
        return [path.read_bytes() for path in save(figure, folder, "plot")]


def test_the_same_figure_gives_the_same_bytes_and_no_date(tmp_path: Path) -> None:
    first, second = saved(tmp_path / "one"), saved(tmp_path / "two")
    assert first == second
    assert b"<dc:date>" not in first[0]
    assert not any(name in first[1] for name in (b"tEXt", b"iTXt", b"tIME"))


def test_both_files_are_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    saved(tmp_path / "made" / "on the way")
    folder = tmp_path / "made" / "on the way"
    assert sorted(path.name for path in folder.iterdir()) == ["plot.png", "plot.svg"]
    with Image.open(folder / "plot.png") as picture:
        assert picture.size == (320, 160)  # 2 x 1 inches of 160 dots


def test_a_page_that_fits_is_as_wide_as_what_is_drawn(tmp_path: Path) -> None:
    with style():
        figure = Figure(figsize=(1, 1))
        figure.text(0.5, 0.5, "a name much longer than the page is wide")
        _, fitted = save(figure, tmp_path, "fitted", fit=True)
    with Image.open(fitted) as picture:
        assert picture.width > 320


def test_the_users_style_neither_changes_the_figure_nor_is_changed(tmp_path: Path) -> None:
    plain = saved(tmp_path / "plain")
    with matplotlib.rc_context({"lines.linewidth": 9.0, "text.usetex": True, "svg.hashsalt": "x"}):
        before = dict(matplotlib.rcParams)
        assert saved(tmp_path / "styled") == plain
        assert dict(matplotlib.rcParams) == before


def test_the_style_is_set_back_after_a_failure() -> None:
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), style():
        raise ZeroDivisionError
    assert dict(matplotlib.rcParams) == before


def test_dollars_and_tags_are_text(tmp_path: Path) -> None:
    svg, _ = saved(tmp_path, r"$\frac{1}$ <script>&")
    assert rb"$\frac{1}$ &lt;script&gt;&amp;" in svg
    assert b"<script" not in svg


def test_control_characters_and_bytes_are_escaped_and_length_is_limited() -> None:
    assert shown("a\nb\x1b[2J\u202e\udcff", 40) == "a\\x0ab\\x1b[2J\\u202e\\xff"
    assert shown("x" * 15 + "y" * 15, 23) == "x" * 10 + "..." + "y" * 10


@pytest.mark.parametrize("text", ("\u732b", "\U0001f408", "\u0e41\u0e21\u0e27", "\U0010fffd"))
def test_a_character_without_a_font_is_drawn_without_a_word(tmp_path: Path, text: str) -> None:
    svg, _ = saved(tmp_path, text)  # warnings are errors here
    assert text.encode() in svg


def test_other_fonts_are_asked_only_for_what_the_first_lacks() -> None:
    with style("K\u00e4tzchen, \u03b1, \u043a\u043e\u0442"):
        assert matplotlib.rcParams["font.family"] == [FONT]


def test_neither_pyplot_nor_keras_is_loaded() -> None:
    code = (
        "import sys, resnets.reports; unwanted = "
        "{'matplotlib.pyplot', 'keras', 'tensorflow', 'torch', 'jax', 'resnets.store'}; "
        "print(sorted(unwanted & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
