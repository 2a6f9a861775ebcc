"""The verbs import and weights: other libraries' files in, ours out to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from resnets.cli import echo_json
from resnets.cli.train import read_settings
from resnets.errors import printable


def _told(file: str, ready: Any, origin: dict[str, Any]) -> Iterator[str]:
    cut = f"the shorter side to {ready.resize}, the middle" if ready.resize else "the whole"
    yield f"file    {file}: {origin['container']}, SHA-256 {origin['sha256'][:12]}..."
    yield f"net     {origin['net']} as {origin['library']} has it"
    yield f"sees    {ready.height}x{ready.width}, {cut}, {ready.resample}"
    yield f"        {origin['preprocessing']['source']}"
    if origin["headless"]:
        yield "note    there was no dense layer: every class is as likely until it is trained"


@click.command("import")
@click.argument("file")
@click.option("--model", metavar="NET", help="The net it is for; else it is read off the file.")
@click.option("--classes", metavar="FILE", help="Names of the classes, one a line.")
@click.option("--size", type=int, metavar="PIXELS", help="Side of the net's input.")
@click.option("--channels", type=click.Choice(["1"]), help="1 for grey pictures.")
@click.option("--preprocessing", metavar="NAME", help="How its pictures were made ready.")
@click.option("--out", default="runs", show_default=True, help="Folder that runs are put into.")
@click.option("--name", help="The run's own name.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    callback=read_settings,
    metavar="FIELD=VALUE",
    help="A field of the net that names and shapes do not tell.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(file: str, channels: str | None, as_json: bool, **options: object) -> None:
    """Make a run of FILE, weights of torchvision, timm, Keras, KerasHub, akamaster or the course.

    Nothing in FILE is run: it gives arrays, and the net comes from our tables.
    """
    import resnets

    given = int(channels) if channels else None
    run = resnets.import_weights(file, channels=given, **options)  # type: ignore[arg-type]
    origin = run.folder.read("provenance.json")["imported"]
    if as_json:
        facts = {name: origin[name] for name in ("library", "container", "sha256", "license")}
        rule = origin["preprocessing"]["rule"]
        echo_json(
            {
                "run": str(run.path.resolve()),
                "net": run.spec.name,
                "classes": len(run.classes),
                "preprocessing": rule,
                **facts,
            }
        )
        return
    for line in _told(printable(file), run.preprocess, origin):
        click.echo(line, err=True)
    click.echo(str(run.path))


@click.command()
@click.argument("run")
@click.option("--to", required=True, metavar="FORMAT", help="A library, safetensors, keras or h5.")
@click.option("--out", metavar="FILE", help="The file; else one beside the run.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def weights(run: str, to: str, out: str | None, as_json: bool) -> None:
    """Write the best weights of RUN as torchvision, timm, Keras, KerasHub or akamaster name them.

    Refused with the reason where the library has no equal net.
    """
    import resnets

    opened = resnets.load(run)
    path = opened.write_weights(to, out)
    if as_json:
        echo_json({"file": str(path.resolve()), "to": to, "net": opened.spec.name})
        return
    click.echo(str(path))
