"""The verb doctor: what computes here, in which versions, and what to install for what."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from resnets.cli import echo_json

# What an extra brings, by the module that shows it is there.
EXTRAS = {
    "cpu": ("tensorflow", "train and answer on a CPU (TensorFlow)"),
    "gpu": ("tensorflow", "the same on an NVIDIA GPU (TensorFlow with CUDA)"),
    "torch": ("torch", "the same on PyTorch"),
    "jax": ("jax", "the same on JAX"),
    "peers": ("openvino", "be measured beside the other runtimes (benchmark)"),
    "dev": ("pytest", "test and change resnets"),
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Tell engine, device, versions and threads, and what to install for what."""
    import importlib.util

    import resnets
    from resnets import engine
    from resnets.store import machine, versions

    report = {
        "resnets": resnets.__version__,
        "python": sys.version.split()[0],
        "installed_engines": engine.installed(),
        "machine": machine(),
        "versions": versions(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", ""),
        **_computing(),
        "warnings": engine.warnings(),
        "extras": {
            extra: bool(importlib.util.find_spec(module)) for extra, (module, _) in EXTRAS.items()
        },
    }
    if as_json:
        echo_json(report)
        return
    click.echo(f"resnets   {report['resnets']} on Python {report['python']}")
    click.echo(f"engine    {report['engine']} {report['engine_version']}")
    click.echo(f"device    {report['device']}, {report['precision']} with --precision auto")
    click.echo(f"threads   {report['machine']['cores']}")
    click.echo(f"oneDNN    {'on' if report['onednn'] == '1' else 'off'} (TF_ENABLE_ONEDNN_OPTS)")
    click.echo("versions  " + ", ".join(f"{name} {number}" for name, number in versions().items()))
    for extra, (_, words) in EXTRAS.items():
        there = "there    " if report["extras"][extra] else "missing  "
        click.echo(f'{there} pip install "resnets[{extra}]": {words}')
    for warning in engine.warnings():
        click.echo(f"warning: {warning}", err=True)


def _computing() -> dict[str, Any]:
    """Ask the engine for its device, or say that there is no engine."""
    from resnets import engine
    from resnets.errors import EngineError

    try:
        name = engine.require()
    except EngineError as error:
        click.echo(f"warning: {error}", err=True)
        return {"engine": None, "engine_version": "", "device": None, "precision": None}
    with engine.quietly():
        from resnets.training.devices import device
    from resnets.training.precision import precisions_to_try

    here = device()
    return {
        "engine": name,
        "engine_version": engine.version(name),
        "device": f"{here.kind} {here.name}, bfloat16 {'yes' if here.bfloat16 else 'no'}",
        "precision": ", or ".join(precisions_to_try("auto", here)),
    }
