"""Shell: `python -m dealwire` is `dealwire`."""

from dealwire.cli import main

main()
