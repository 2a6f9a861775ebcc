"""The command line: the list of verbs, and how every error leaves it."""

from __future__ import annotations

import importlib
import keyword
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from resnets import catalog
from resnets.errors import ResnetsError, UsageError, printable

# Each verb, the file below this folder that holds it, and its line in the help.
VERBS = {
    "train": ("train", "Train a net on pictures: a folder, an archive, a CSV, an NPZ."),
    "resume": ("resume", "Go on exactly where a run stopped."),
    "evaluate": ("evaluate", "Judge a run's net on labelled pictures."),
    "predict": ("predict", "Say what pictures show."),
    "import": ("weights", "Make a run of a file of weights that another library wrote."),
    "weights": ("weights", "Write a run's weights as another library reads them."),
    "models": ("tables", "List the nets."),
    "recipes": ("tables", "List the ways to train."),
    "show": ("tables", "Show the blocks of one net."),
    "benchmark": ("benchmark", "Measure speed beside the peers that are installed."),
    "doctor": ("doctor", "Tell engine, device and versions, and what to install for what."),
}


class Verbs(click.Group):
    """Loads a verb's file only when it is called, so that help needs nothing heavy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order of the walk."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"resnets.cli.{VERBS[cmd_name][0]}")
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or propose the nearest one and list them all."""
        if args[0] not in VERBS and not args[0].startswith("-"):
            near = catalog.nearest(VERBS, args[0])
            raise UsageError(
                "there is no verb of this name",
                received=args[0],
                hint=(f"did you mean {near}? " if near else "")
                + "the verbs are "
                + ", ".join(VERBS),
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs from the table, without loading their files."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, words) for name, (_, words) in VERBS.items()])


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from resnets import __version__

        click.echo(f"resnets {__version__}")
        ctx.exit()


@click.command(
    cls=Verbs,
    subcommand_metavar="VERB ...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Tell it."
)
def resnets() -> None:
    """Residual nets for pictures: trained, judged, asked.

    Data goes to stdout, words go to stderr. Exit codes: 0 good, 1 the answer is no, 2 misuse,
    74 not saved, 130 and 143 interrupted and saved.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a verb and leave with its exit code; an error becomes one message, not a traceback."""
    try:
        code = resnets.main(args=arguments, prog_name="resnets", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except ResnetsError as error:
        _leave(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        _leave(_usage(error), 2)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _leave("interrupted\nhint: go on with: resnets resume RUN", 130)
    except BrokenPipeError:
        sys.stdout = None
        sys.exit(0)


def _leave(text: str, code: int) -> NoReturn:
    click.echo(f"error: {text}", err=True)
    sys.exit(code)


def _usage(error: click.UsageError) -> str:
    """Say click's complaint in the form of all others: what, the value received, a hint."""
    path = error.ctx.command_path if error.ctx else "resnets"
    received = getattr(error, "option_name", None) or " ".join(sys.argv[2:]) or "nothing"
    near = getattr(error, "possibilities", None)
    advice = f"did you mean {near[0]}?" if near else f"see: {path} --help"
    words = printable(error.format_message().rstrip("."))
    return f"{words} (received: {printable(received)})\nhint: {advice}"


def echo_json(data: Any) -> None:
    """Print one JSON object to stdout, names that are not UTF-8 escaped."""
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False))
