"""The verb benchmark: speed beside the peers that are installed, as ratios in one run."""

from __future__ import annotations

from pathlib import Path

import click

from resnets.cli import echo_json


@click.command()
@click.argument("job", default="train")
@click.option("--net", default="resnet50", show_default=True, help="Name of a net.")
@click.option("--size", type=int, help="Side of the pictures in pixels.")
@click.option("--batch", type=int, help="Pictures a step.")
@click.option("--engines", default="", help="Of ours, with commas: tensorflow,torch,jax.")
@click.option("--rounds", type=int, default=3, show_default=True, help="Turns of each contestant.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the figures in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def benchmark(
    job: str,
    net: str,
    size: int | None,
    batch: int | None,
    engines: str,
    rounds: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure JOB, ours beside the peers that are installed.

    JOB is train (a step), whole (a training beside its bare step), infer, load, start or all. Every
    contestant works in a process of its own, in rounds, and the ratios are taken within a round.
    Ctrl-C keeps the finished rounds.
    """
    from resnets.benchmarks import JOBS
    from resnets.benchmarks import benchmark as measure
    from resnets.benchmarks.page import keep, lines

    found = []
    for one in JOBS if job == "all" else (job,):
        report = measure(
            one,
            net,
            size=size,
            batch=batch,
            engines=[name for name in engines.split(",") if name],
            rounds=rounds,
            say=lambda line: click.echo(line, err=True),
        )
        if out is not None:
            keep(report, out)
        if not as_json:
            click.echo("\n".join(lines(report)))
        found.append(report)
    if as_json:
        echo_json({"benchmarks": found})
