"""Core: the templates of all media, sandboxed; each value is escaped for its medium.

A user's template takes the place of the built-in one of its name (`message.txt.j2`, `.md.j2`, `.html.j2`, `.slack.j2`).
The texts are handed in; nothing but the built-in ones, which are constants, is read here.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from dealwire.errors import ConfigError
from notifier.render import escape as escaping
from notifier.render.notice import Notice
from notifier.render.view import sections, title, views, web_link

MEDIA = ("txt", "md", "html", "slack")
SEVERITY_COLOURS = {"critical": "#b3001b", "high": "#d9480f", "medium": "#c98a00", "low": "#4a7bd0", "info": "#6b7785"}
RENDERED_LENGTH_MAX = 500_000


def name_of(medium: str) -> str:
    return f"message.{medium}.j2"


class Templates:
    """The templates in use: a user's where there is one, else the built-in."""

    def __init__(
        self, own: Mapping[str, str] | None = None, on_failure: Callable[[str, Exception], None] | None = None
    ) -> None:
        """`own` holds a user's templates by file name; ConfigError with every one that cannot be read.

        One that fails with a certain alert is told to `on_failure`, and the built-in takes its place for that message.
        """
        self._own = {name: _compiled(name, text) for name, text in (own or {}).items()}
        self._on_failure = on_failure or (lambda _name, _error: None)

    def render(self, medium: str, notice: Notice, **more: Any) -> str:
        """The message's text in the medium."""
        name = name_of(medium)
        values = _values(notice, medium) | more
        if name in self._own:
            try:
                return self._own[name].render(values)[:RENDERED_LENGTH_MAX]
            except Exception as error:  # noqa: BLE001 - whatever a user's template raises; it is told, and the alert goes out
                self._on_failure(name, error)
        return _built_in(name).render(values)[:RENDERED_LENGTH_MAX]


BUILT_IN = Templates()


def _values(notice: Notice, medium: str) -> dict[str, Any]:
    return {
        "form": notice.form,
        "title": title(notice),
        "lines": notice.lines,
        "alerts": views(notice),
        "sections": sections(notice),
        "receiver": notice.receiver,
        "link": LINKS[medium],
        "colours": SEVERITY_COLOURS,
        "unsubscribe": "",
        "brief": False,
    }


def _html_link(url: str, label: str) -> Markup:
    safe = web_link(url)
    return Markup('<a href="{}" style="color:#1f5fc4">{}</a>').format(safe, label) if safe else escape(label)


def _markdown_link(url: str, label: str) -> Markup:
    shown = escaping.markdown(label)
    return Markup(f"[{shown}](<{web_link(url)}>)" if web_link(url) else shown)  # noqa: S704 - escaped for Markdown


def _slack_link(url: str, label: str) -> Markup:
    return Markup(escaping.slack_link(web_link(url), label))  # noqa: S704 - escaped for Slack


def _plain_link(url: str, label: str) -> str:
    return f"{label} ({web_link(url)})" if web_link(url) else label


LINKS: Mapping[str, Callable[[str, str], str]] = {
    "txt": _plain_link, "md": _markdown_link, "html": _html_link, "slack": _slack_link,
}  # fmt: skip
ESCAPES: Mapping[str, Callable[[str], str]] = {
    "txt": escaping.one_line, "md": escaping.markdown, "slack": escaping.slack,
}  # fmt: skip


@cache
def _environment(medium: str) -> ImmutableSandboxedEnvironment:
    """In each medium, a value that is no Markup is escaped once; macros and links give Markup."""
    return ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalizer(ESCAPES.get(medium, escape))
    )


def _finalizer(escaped: Callable[[str], str]) -> Callable[[Any], Any]:
    def finalize(value: Any) -> Any:
        # the medium's own escaping is done here, so what comes out is marked as done for Jinja's, which is HTML's
        return Markup(escaped(value)) if isinstance(value, str) and not isinstance(value, Markup) else value  # noqa: S704

    return finalize


def built_in_texts() -> dict[str, str]:
    """The built-in templates by file name: what people begin their own with."""
    return {name: _text(name) for name in map(name_of, MEDIA)}


@cache
def _built_in(name: str) -> Template:
    return _environment(name.split(".")[1]).from_string(_text(name))


def _text(name: str) -> str:
    return files("notifier").joinpath("templates", name).read_text(encoding="utf-8")


def _compiled(name: str, text: str) -> Template:
    medium = name.removeprefix("message.").removesuffix(".j2")
    if medium not in MEDIA:
        known = ", ".join(map(name_of, MEDIA))
        raise ConfigError.at(name, 1, 1, f"unknown template {name!r}", f"there are {known}")
    try:
        return _environment(medium).from_string(text)
    except TemplateError as error:
        raise ConfigError.at(name, getattr(error, "lineno", 1) or 1, 1, str(error.message or error)) from error
