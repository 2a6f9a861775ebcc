"""The verb resume: on from where a run stopped."""

from __future__ import annotations

import click

from resnets.cli import echo_json


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def resume(run: str, as_json: bool) -> None:
    """Go on exactly where RUN stopped, by the plan that stands in it."""
    import resnets

    finished = resnets.resume(run)
    if as_json:
        echo_json({"run": str(finished.path.resolve()), "state": finished.state})
