"""Shell: the `dealwire` command: its groups, and how errors end it."""

import inspect
import sys
from importlib import import_module

import typer

from dealwire.cli.collector import relax_collector
from dealwire.cli.terminal import Exit, err
from dealwire.errors import DealwireError, UsageError

GROUPS: tuple[str, ...] = (
    "run", "extract", "stories", "story", "replay", "feeds", "push", "archive", "rules", "trials", "companies",
    "alerts", "report", "outbox", "silences", "routes", "templates", "notify", "kafka", "web",
)  # fmt: skip
"""Modules of dealwire.cli, each with `register(app)`, in the order in which `--help` shows them."""


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="dealwire",
        help="Reads the news for funding, mergers and chips, folds it into one story per deal, and alerts once.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_several_commands)
    for group in GROUPS:
        import_module(f"dealwire.cli.{group}").register(app)
    _keep_examples(app)
    return app


def _keep_examples(app: typer.Typer) -> None:
    """Keep the lines of every command's examples, blocks that begin with `dealwire`, which typer would run together."""
    for command in app.registered_commands:
        text = inspect.cleandoc(command.help or (command.callback and command.callback.__doc__) or "")
        command.help = "\n\n".join(
            "  \n".join(line.strip() for line in block.splitlines())
            if block.lstrip().startswith("dealwire ")
            else block
            for block in text.split("\n\n")
        )
    for group in app.registered_groups:
        if group.typer_instance:
            _keep_examples(group.typer_instance)


def _several_commands() -> None:
    """Without a callback typer would make a lone command the whole program."""


def main() -> None:
    """Run the command line; every expected failure is one line, or one line per mistake, and an exit code."""
    relax_collector()
    try:
        build()()
    except UsageError as error:
        err.print(f"dealwire: {error}", style="red", markup=False)
        sys.exit(Exit.USAGE)
    except DealwireError as error:
        err.print(str(error), style="red", markup=False)
        sys.exit(Exit.FAILED)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.exit(Exit.OK)
