"""Shell: secrets, which live in the environment only: `${NAME}` in a receiver's URL or a feed's header."""

import re
from collections.abc import Mapping

from dealwire.errors import UsageError

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def fill_in(text: str, environment: Mapping[str, str]) -> str:
    """The text with each `${NAME}` replaced by that variable; UsageError names those that are not set or empty.

    >>> fill_in("slack://${TOKEN}/", {"TOKEN": "a/b/c"})
    'slack://a/b/c/'
    """
    missing = sorted({name for name in _NAME.findall(text) if not environment.get(name)})
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(f"{', '.join(missing)} {verb} not set in the environment")
    return _NAME.sub(lambda found: environment[found[1]], text)


def values_named(text: str, environment: Mapping[str, str]) -> list[str]:
    """The secret values that `text` names, for logs to strike out."""
    return [environment[name] for name in _NAME.findall(text) if environment.get(name)]
