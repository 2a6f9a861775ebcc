"""The verb train: everything chosen that was not typed, planned, trained, told."""

from __future__ import annotations

import click

from resnets.cli import echo_json
from resnets.errors import UsageError


def _sizes(ctx: click.Context, option: click.Parameter, text: str | None) -> object:
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.strip().lstrip("+-").isdigit() for side in sides):
        raise UsageError(
            "--size is one side of a square in pixels, or rows x columns",
            received=text,
            hint="for example --size 64 or --size 96x128",
        )
    numbers = tuple(int(side) for side in sides)
    return numbers[0] if len(numbers) == 1 else numbers


def read_settings(
    ctx: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """Read what `--set` was given, as text by field."""
    pairs = [item.partition("=") for item in given]
    for item, (field, equals, _) in zip(given, pairs, strict=True):
        if not equals or not field:
            raise UsageError(
                "--set takes a field, an equals sign and a value",
                received=item,
                hint="for example --set learning_rate=0.1 or --set augment.flip=false",
            )
    return {field.strip(): value for field, _, value in pairs}


@click.command()
@click.argument("source")
@click.option("--model", metavar="NET", help="A net of `resnets models`.")
@click.option("--recipe", metavar="NAME", help="A recipe of `resnets recipes`.")
@click.option("--epochs", type=float, help="Passes over the training pictures.")
@click.option("--minutes", type=float, help="Time that the training may take.")
@click.option("--size", callback=_sizes, metavar="PIXELS", help="Side, or ROWSxCOLUMNS.")
@click.option("--batch", type=int, help="Pictures a step.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto, float32, bfloat16 or float16.",
)
@click.option("--recompute", is_flag=True, help="Compute blocks twice, to take less memory.")
@click.option("--out", default="runs", show_default=True, help="Folder that runs are put into.")
@click.option("--name", help="The run's own name.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    callback=read_settings,
    metavar="FIELD=VALUE",
    help="A field of the recipe, or of model. and preprocess.",
)
@click.option("--allow-bad", is_flag=True, help="Go on though over 1 % cannot be read.")
@click.option("--tensorboard", is_flag=True, help="Write its files into the run, if installed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def train(tensorboard: bool, as_json: bool, **options: object) -> None:
    """Train a net on the pictures of SOURCE and leave a run folder.

    SOURCE is a folder with train/, val/, test/ over class folders, or of class folders alone; a
    zip or tar of such; a CSV with image_path,label[,split]; an NPZ; or `digits` or `shapes`.
    """
    import resnets

    run = resnets.train(**options, tensorboard=tensorboard)  # type: ignore[arg-type]
    state, plan = run.state, run.plan
    if as_json:
        echo_json(
            {
                "run": str(run.path.resolve()),
                "error": state["best"].get("error"),
                "epochs": plan["epochs"],
                "seconds": state["seconds"],
                "pictures_per_second": state["pictures_per_second"],
                "plan": plan,
            }
        )
