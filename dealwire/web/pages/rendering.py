"""Shell: templates made into pages. Everything that is not Markup is freed of unseen characters, then escaped."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dealwire.web.pages import wording

STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HASH_LENGTH = 10


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("dealwire.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        auto_reload=False,
    )
    for name in (
        "words",
        "usd",
        "clock",
        "day",
        "stamp",
        "span",
        "ago",
        "size",
        "number",
        "percent",
        "short_ids",
        "counted",
    ):
        made.filters[name] = getattr(wording, name)
    made.filters["verbatim"] = _verbatim
    made.globals["static"] = static_path
    return made


def _finalize(value: Any) -> Any:
    return wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _verbatim(text: str) -> Markup:
    """The text for a form that gives it back: escaped, and nothing taken out."""
    return Markup("{}").format(text)


def compile_all() -> None:
    """Compile every template now, so that no reader waits for it."""
    made = environment()
    for name in made.list_templates(extensions=["j2"]):
        made.get_template(name)


def render(template: str, values: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(values)


@cache
def static_files() -> Mapping[str, tuple[bytes, str, str]]:
    """Our style sheet and scripts: name → octets, content type, hash."""
    found = {}
    for entry in files("dealwire.web").joinpath("static").iterdir():
        suffix = entry.name[entry.name.rfind(".") :]
        if suffix in STATIC_TYPES:
            body = entry.read_bytes()
            found[entry.name] = (body, STATIC_TYPES[suffix], hashlib.sha256(body).hexdigest()[:HASH_LENGTH])
    return found


def static_path(name: str) -> str:
    """Its address; it changes with the content, so that browsers may keep it for good."""
    return f"/static/{name}?v={static_files()[name][2]}"
