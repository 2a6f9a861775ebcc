"""The room's front door: its names are there, and no engine is loaded with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import resnets.data as room


def test_no_engine_and_no_scikit_learn_is_loaded() -> None:
    code = (
        "import sys, resnets.data\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_name_hides_a_file() -> None:
    files = {path.stem for path in Path(room.__path__[0]).glob("*.py")}
    functions = {name for name in dir(room) if callable(getattr(room, name))}
    assert files & functions == set()


def test_the_whole_walk_on_the_published_signs(shared_file: Callable[[str], Path]) -> None:
    source = room.open_source(shared_file("data/signs"))
    survey = room.make_survey(source)
    split = room.make_split(source, survey)
    assert (len(split.train), len(split.val), len(split.test)) == (864, 216, 120)
    preprocess = room.choose_preprocess(survey)
    assert preprocess == room.Preprocess(64, 64, fit="stretch")
    record = room.make_record(source, survey, split, preprocess)
    # as published: 56 groups of copies, 27 of them across splits, none with two labels
    assert len(room.copies(survey.digests, range(len(source)))) == 56
    assert len(record["copies"]) == 27
    assert record["conflicts"] == []
    leaked = {path for group in record["copies"] for path in group if path.startswith("test/")}
    assert len(leaked) == 12
    pictures = room.Pictures(source, split.val, preprocess)
    made = room.Batches(
        pictures, source.labels[split.val], batch=108, shuffle=False, drop_last=True
    )
    shown = np.concatenate([made.batch(0, step)[1] for step in range(made.steps)])
    assert np.bincount(shown).tolist() == np.bincount(source.labels[split.val]).tolist()
