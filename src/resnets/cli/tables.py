"""The verbs models, recipes and show: the tables, and the blocks of one net."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from resnets.cli import echo_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def models(as_json: bool) -> None:
    """List every net with its size and source."""
    from resnets.models import FAMILIES, cost

    rows: list[dict[str, Any]] = []
    for name, row in FAMILIES.items():
        found = cost(row.spec)
        height, width, _ = row.spec.input_shape
        rows.append(
            {
                "name": name,
                "depth": row.depth,
                "parameters": found.parameters,
                "trainable": found.trainable,
                "multiply-adds": found.multiply_adds,
                "size": [height, width],
                "classes": row.spec.classes,
                "source": row.source,
            }
        )
    if as_json:
        echo_json({"models": rows})
        return
    click.echo(f"{'net':<18}{'depth':>6}{'trainable':>13}{'multiply-adds':>16}{'size':>10}  source")
    for line in rows:
        size = "x".join(map(str, line["size"]))
        click.echo(
            f"{line['name']:<18}{line['depth']:>6}{line['trainable']:>13,}"
            f"{line['multiply-adds'] / 1e6:>14,.1f} M{size:>10}  {line['source']}"
        )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def recipes(as_json: bool) -> None:
    """List every recipe with its fields."""
    from resnets.training import RECIPES

    if as_json:
        echo_json({"recipes": [recipe.to_json() for recipe in RECIPES.values()]})
        return
    for recipe in RECIPES.values():
        click.echo(f"{recipe.name}: {recipe.about}")
        for field in dataclasses.fields(recipe):
            if field.name not in ("name", "about"):
                click.echo(f"    {field.name} = {_words(getattr(recipe, field.name))}")


def _words(value: Any) -> str:
    if dataclasses.is_dataclass(value) and type(value).__str__ is object.__str__:
        fields = dataclasses.fields(value)
        return ", ".join(f"{field.name} {getattr(value, field.name)}" for field in fields)
    return str(value)


@click.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(model: str, as_json: bool) -> None:
    """Show the blocks of the net MODEL: shapes, parameters, multiply-adds."""
    from resnets import catalog
    from resnets.models import FAMILIES, cost

    row = catalog.look_up(FAMILIES, model, "net")
    found = cost(row.spec)
    parts = [dataclasses.asdict(part) for part in found.parts]
    if as_json:
        echo_json(
            {
                "name": model,
                "depth": row.depth,
                "source": row.source,
                "parameters": found.parameters,
                "trainable": found.trainable,
                "multiply-adds": found.multiply_adds,
                "blocks": [
                    {name.replace("_", "-"): value for name, value in part.items()}
                    for part in parts
                ],
            }
        )
        return
    click.echo(f"{model}: {row.source}")
    click.echo(f"{'block':<18}{'output':>16}{'parameters':>13}{'multiply-adds':>18}")
    for part in found.parts:
        shape = "x".join(map(str, part.output_shape))
        click.echo(f"{part.name:<18}{shape:>16}{part.parameters:>13,}{part.multiply_adds:>18,}")
    click.echo(f"{'all':<18}{'':>16}{found.parameters:>13,}{found.multiply_adds:>18,}")
    click.echo(f"{found.trainable:,} parameters are trained")
