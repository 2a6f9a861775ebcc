"""The verb benchmark: speed beside the peers that are installed, as ratios in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from resnets.cli import echo_json
from resnets.errors import UsageError


@click.command()
@click.argument("job", default="train")
@click.option("--net", default="resnet50", show_default=True, help="Name of a net.")
@click.option("--size", type=int, help="Side of the pictures in pixels.")
@click.option("--batch", type=int, help="Pictures a step.")
@click.option("--engines", default="", help="Of ours, with commas: tensorflow,torch,jax.")
@click.option("--rounds", type=int, default=3, show_default=True, help="Turns of each contestant.")
@click.option("--axes", default="", help="Of growth, with commas; all where none is named.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the figures in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def benchmark(
    job: str,
    net: str,
    size: int | None,
    batch: int | None,
    engines: str,
    rounds: int,
    axes: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure JOB: train, infer, load, start or all, ours beside the peers that are installed.

    Every contestant works in a process of its own, in rounds, and the ratios are taken within a
    round. Ctrl-C keeps the finished rounds.

    Or growth: ours alone, against depth, width, size, classes and the count of pictures, up to
    1,202 layers and a million pictures, which takes half an hour. Ctrl-C keeps the finished points,
    and points that are in --out already are not measured again.
    """
    _refuse_others("growth" if job == "growth" else "peers")
    if job == "growth":
        _grow([name for name in axes.split(",") if name], out, as_json)
        return
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


def _refuse_others(kind: str) -> None:
    """Refuse options that this kind of measurement would pass over."""
    others = {"growth": ("net", "size", "batch", "engines", "rounds"), "peers": ("axes",)}[kind]
    source = click.get_current_context().get_parameter_source
    typed = [name for name in others if source(name) is ParameterSource.COMMANDLINE]
    if typed:
        raise UsageError(
            "growth has nets, sizes and batches of its own, and --axes chooses among them"
            if kind == "growth"
            else "only growth has axes",
            received=", ".join(f"--{name}" for name in typed),
            hint="leave it out, or choose another job",
        )


def _grow(axes: list[str], out: Path | None, as_json: bool) -> None:
    from resnets.benchmarks import growth, growth_page

    def kept(points: list[dict[str, Any]]) -> None:
        if out is not None:
            growth.write(out, points)

    points = growth.grow(
        axes,
        growth.read(out) if out is not None else (),
        say=lambda line: click.echo(line, err=True),
        keep=kept,
    )
    if out is not None:
        growth_page.keep(points, out)
    if as_json:
        echo_json({"points": points})
    else:
        click.echo("\n".join(growth_page.lines(points)))
