"""Shell: the one place that reads configuration and the environment and builds objects from them.

`rules` makes the core and the way out, `embedded` the whole service in one process, `archive` opens history.
"""

from dealwire.bootstrap.archive import open_archive
from dealwire.bootstrap.rules import Rules, core_from, core_of, load_book

__all__ = ["Rules", "core_from", "core_of", "load_book", "open_archive"]
