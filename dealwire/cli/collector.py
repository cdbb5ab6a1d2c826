"""Shell: the garbage collector, set for work that makes values by the thousand and hardly ever a cycle of them.

By default it would look through all that the fold holds decoded again and again: two fifths of the fold's time.
"""

import gc

NEW_OBJECTS = 100_000
"""How many more containers are made than freed before the young ones are looked at; the default is 700."""
YOUNG_PASSES = 50
"""After how many such passes those that survived one are looked at."""


def relax_collector() -> None:
    """Call it once, where a process begins."""
    gc.set_threshold(NEW_OBJECTS, YOUNG_PASSES, YOUNG_PASSES)
