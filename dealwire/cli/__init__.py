"""Shell: the commands. `main` is the console script; each module holds one group of commands."""

from dealwire.cli.main import main

__all__ = ["main"]
