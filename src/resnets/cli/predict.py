"""The verb predict: what pictures show."""

from __future__ import annotations

import click

from resnets.cli import echo_json
from resnets.errors import printable


@click.command()
@click.argument("run")
@click.argument("pictures", nargs=-1, required=True)
@click.option("--top", default=5, show_default=True, help="Labels to give for each picture.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def predict(run: str, pictures: tuple[str, ...], top: int, as_json: bool) -> None:
    """Say what PICTURES show, by RUN's net; a folder stands for every picture below it.

    Exit 1 if any could not be read; each is named.
    """
    import resnets

    answers = resnets.load(run).predict(list(pictures), top=top)
    if as_json:
        echo_json(
            {
                "predictions": [
                    {
                        "path": answer.path,
                        "label": answer.label,
                        "probability": answer.probability,
                        "top": [list(pair) for pair in answer.top],
                    }
                    for answer in answers
                ],
                "unreadable": [{"path": path, "reason": why} for path, why in answers.unreadable],
            }
        )
    else:
        for answer in answers:
            others = "  ".join(f"{printable(name)} {p:.1%}" for name, p in answer.top[1:])
            click.echo(
                f"{printable(answer.path)}: {printable(answer.label)} {answer.probability:.1%}"
                + (f"   ({others})" if others else "")
            )
        for path, why in answers.unreadable:
            click.echo(f"not read: {printable(path)}: {printable(why)}", err=True)
    if answers.unreadable:
        raise SystemExit(1)
