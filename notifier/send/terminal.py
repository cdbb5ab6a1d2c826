"""Shell: alerts on the terminal, for `terminal://`: title, facts, the quoted sentence, why, sources, link."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from dealwire.errors import DeliveryError
from notifier.render.notice import Notice
from notifier.render.view import View, title, views
from notifier.send.redact import Redactor
from notifier.send.sender import Receipt

SEVERITY_STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}
TOLD_BY_HEADLINE = "Status"
LABEL_WIDTH = 13


class Terminal:
    """Prints notices. Texts are printed as they are: nothing in them is markup."""

    def __init__(self, name: str, console: Console | None = None) -> None:
        self.name = name
        self.target = "this terminal"
        self.channel = "terminal"
        self.seconds_between = 0.0
        self.clean = Redactor("terminal://")
        self._console = console or Console(highlight=False, soft_wrap=True)

    def send(self, notice: Notice) -> Receipt:
        try:
            self._console.print(Text("\n").join(_lines(notice)))
        except (OSError, ValueError) as error:  # closed, or its reader has gone
            raise DeliveryError(f"{self.target} cannot be written to: {error}") from error
        return {}


def _lines(notice: Notice) -> Iterator[Text]:
    shown = views(notice)
    if notice.form == "notice" or len(shown) > 1:
        yield Text(f"■ {title(notice)}", style="bold")
    yield from (Text(f"  {line}") for line in notice.lines)
    for one in shown:
        yield from _alert(one)
    yield Text("")


def _alert(shown: View) -> Iterator[Text]:
    mark = Text("● ", style=SEVERITY_STYLES.get(shown.severity, "green"))
    kind = Text("update  ", style="magenta") if shown.updated else Text("")
    yield mark + kind + Text(shown.headline, style="bold")
    for change in shown.changes:
        yield Text(f"  {'changed':<{LABEL_WIDTH}} ", style="magenta") + Text(change)
    for label, value in shown.facts:
        if label != TOLD_BY_HEADLINE:
            yield _row(label, value)
    if shown.quote:
        by = f" — {shown.quote_source}" if shown.quote_source else ""
        yield Text("  ") + Text(f"“{shown.quote}”", style="italic") + Text(by, style="dim")
    yield _row("why", f"{shown.rule}: {', '.join(shown.why)}" if shown.why else shown.rule)
    for source in shown.sources:
        yield _row("source", f"{source.label} {source.url or source.title}")
    if shown.sources_more:
        yield _row("", f"and {shown.sources_more} more")
    if shown.link:
        yield _row("story", shown.link)


def _row(label: str, value: str) -> Text:
    return Text(f"  {label.lower():<{LABEL_WIDTH}} ", style="dim") + Text(value)
