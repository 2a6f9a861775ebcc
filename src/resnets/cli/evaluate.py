"""The verb evaluate: a run's net judged on labelled pictures."""

from __future__ import annotations

import click

from resnets.cli import echo_json
from resnets.errors import printable


@click.command()
@click.argument("run")
@click.argument("source", required=False)
@click.option("--split", default="test", show_default=True, help="train, val or test.")
@click.option(
    "--views",
    default="one",
    show_default=True,
    help="one, mirror or shift: average the answers about 1, 2 or 6 views of each picture.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(run: str, source: str | None, split: str, views: str, as_json: bool) -> None:
    """Judge RUN's net on a split of its own pictures, or on those of SOURCE.

    Leaves a table of all answers, a JSON file and a confusion figure in the run.
    """
    import resnets

    opened = resnets.load(run)
    judgement = opened.evaluate(source, split, views)
    for path, why in judgement.unreadable:
        click.echo(f"not read: {printable(path)}: {printable(why)}", err=True)
    if as_json:
        names = ("pictures", "error", "top5_error", "balanced_error", "loss", "ece")
        figures = {name: getattr(judgement, name) for name in names}
        run_path = str(opened.path.resolve())
        echo_json({"run": run_path, "split": split, "views": views, **figures})
        return
    for row in judgement.per_class:
        error = "     -" if row["error"] is None else f"{row['error']:6.1%}"
        click.echo(f"{error}  of {row['pictures']:>6}  {printable(row['class'])}")
    top5 = "" if judgement.top5_error is None else f", top-5 {judgement.top5_error:.1%}"
    click.echo(
        f"{split} error {judgement.error * 100:.1f} % of {judgement.pictures} pictures{top5}, "
        f"balanced {judgement.balanced_error:.1%}, loss {judgement.loss:.4f}, "
        f"calibration error {judgement.ece:.3f}"
    )
