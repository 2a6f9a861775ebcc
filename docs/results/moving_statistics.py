"""Show why the moving statistics' momentum follows the length of a run.

    python docs/results/moving_statistics.py [--data ../shared/data/signs]

A ResNet-20 is trained on the signs by the recipe `lesson`, twice from the same seed: with momentum
0.99 (Keras's) and by the rule of `Recipe.statistics_momentum`. After each epoch it is judged on
`val` twice: with the moving statistics, as a served net answers, and with each batch's own.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
from pathlib import Path

from matplotlib.figure import Figure

import resnets
from resnets.data import Batches, Pictures, choose_preprocess, make_split, make_survey
from resnets.durations import Duration
from resnets.training import RECIPES

HERE = Path(__file__).parent
EPOCHS = 10


def measure(source: str, momentum: float | None) -> list[dict]:
    """Train a net and judge it both ways after each epoch."""
    from resnets import engine

    engine.require()
    import numpy as np

    from resnets.models import depth_of, spec_of
    from resnets.training.compiling import ready_model

    opened = resnets.open_source(source)
    survey = make_survey(opened)
    split = make_split(opened, survey)
    preprocess = choose_preprocess(survey, size=32)
    recipe = dataclasses.replace(
        RECIPES["lesson"], duration=Duration(EPOCHS, "epochs"), norm_momentum=momentum
    )
    train, val = (
        Batches(
            Pictures(opened, part, preprocess),
            opened.labels[part],
            batch=recipe.batch,
            seed=0,
            shuffle=True,  # in val too: a batch of one class has that class's statistics
            drop_last=training,
        )
        for part, training in ((split.train, True), (split.val, False))
    )
    steps = EPOCHS * train.steps
    spec = spec_of("resnet20", classes=len(opened.classes), input_shape=(32, 32, 3))
    net = ready_model(spec, recipe, steps, depth_of(spec), "float32", seed=0)
    rows = []
    for epoch in range(EPOCHS):
        for step in range(train.steps):
            net.train_on_batch(*train.batch(epoch, step))
        wrong = {True: 0, False: 0}
        for step in range(val.steps):
            pictures, labels = val.batch(0, step)
            for own in wrong:
                # The moving statistics are put back: looking must not move them.
                kept = [variable.numpy() for variable in net.non_trainable_variables]
                answers = np.asarray(net(pictures, training=own)).argmax(axis=1)
                for variable, value in zip(net.non_trainable_variables, kept, strict=True):
                    variable.assign(value)
                wrong[own] += int((answers != labels).sum())
        rows.append(
            {
                "momentum": round(recipe.statistics_momentum(steps), 4),
                "rule": momentum is None,
                "epoch": epoch + 1,
                "val_error_moving": wrong[False] / val.pictures,
                "val_error_batch": wrong[True] / val.pictures,
            }
        )
        print(rows[-1], flush=True)
    return rows


def draw(rows: list[dict]) -> None:
    """Draw a panel a momentum: the gap between the lines is the lag."""
    momenta = sorted({row["momentum"] for row in rows}, reverse=True)
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots(1, len(momenta), sharey=True)
    for panel, momentum in zip(axes, momenta, strict=True):
        part = [row for row in rows if row["momentum"] == momentum]
        epochs = [row["epoch"] for row in part]
        panel.plot(epochs, [100 * row["val_error_moving"] for row in part], color="#c2410c")
        panel.plot(epochs, [100 * row["val_error_batch"] for row in part], color="#555555", ls="--")
        by_rule = ", the rule's" if part[0]["rule"] else ""
        panel.set_title(f"momentum {momentum}{by_rule}", fontsize=10)
        panel.set_xlabel("epoch")
        panel.grid(alpha=0.25)
    axes[0].set_ylabel("val error, %")
    axes[0].legend(["moving statistics, as served", "each batch's own"], frameon=False, fontsize=9)
    for ending in ("svg", "png"):
        figure.savefig(HERE / f"moving-statistics.{ending}", dpi=150)


def main() -> None:
    """Measure, write the table and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="../shared/data/signs")
    options = parser.parse_args()
    rows = [row for momentum in (0.99, None) for row in measure(options.data, momentum)]
    with (HERE / "moving-statistics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    draw(rows)


if __name__ == "__main__":
    main()
