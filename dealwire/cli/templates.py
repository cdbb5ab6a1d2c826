"""Shell: `dealwire templates`: how messages look, with one's own templates, before anybody gets them."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dealwire.cli.desk import CONFIG, Config, StorePath, open_store
from dealwire.cli.terminal import err, fail, out, print_json
from dealwire.errors import UsageError

PREVIEW_HELP = """Show a message as a medium gets it: an alert of the store, or a sample, alone or in a digest.

    dealwire templates preview --medium html > message.html
    dealwire templates preview --medium slack --folder my-templates --digest
    dealwire templates preview --medium slack --drawn > slack.html
"""
COPY_HELP = """Write the built-in templates to a folder, to begin one's own with. What is there already stays as it is.

    dealwire templates copy my-templates
"""


class Medium(StrEnum):
    """What shows a message."""

    TXT = "txt"
    MD = "md"
    HTML = "html"
    SLACK = "slack"


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("preview", help=PREVIEW_HELP)(preview)
    group.command("copy", help=COPY_HELP)(copy)
    app.add_typer(group, name="templates", help="How messages look.")


def preview(
    medium: Annotated[Medium, typer.Option(help="txt, md, html or slack.")] = Medium.TXT,
    folder: Annotated[Path | None, typer.Option(help="Templates that take the built-in ones' place.")] = None,
    alert: Annotated[list[str] | None, typer.Option(help="Ids of alerts; a sample without.")] = None,
    drawn: Annotated[bool, typer.Option("--drawn", help="Slack's blocks drawn as a page, not as JSON.")] = False,
    digest: Annotated[bool, typer.Option("--digest", help="As a digest.")] = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from notifier.render.blockkit import draw
    from notifier.render.notice import Notice
    from notifier.render.sample import sample_alerts
    from notifier.render.slack import blocks
    from notifier.render.templates import Templates
    from notifier.send.folder import read_folder

    failures: list[str] = []
    templates = Templates(read_folder(folder) if folder else None, lambda name, e: failures.append(f"{name}: {e}"))
    alerts = _alerts(alert, config, store) if alert else sample_alerts(datetime.now(UTC))
    shown = alerts if digest or alert else alerts[:1]
    notice = Notice(
        id="preview", receiver="preview", form="digest" if digest else "group" if len(shown) > 1 else "alert",
        at=datetime.now(UTC), alerts=tuple(shown), story_url="http://127.0.0.1:8080/stories/{id}",
    )  # fmt: skip
    if medium is Medium.SLACK:
        made = blocks(notice, templates)
        if drawn:
            sys.stdout.write(draw(made) + "\n")
        else:
            print_json({"blocks": made})
    else:
        sys.stdout.write(templates.render(medium.value, notice).strip() + "\n")
    if failures:
        fail(f"{failures[0]}; the built-in template is shown")


def copy(folder: Annotated[Path, typer.Argument(help="The folder; it is made where it is missing.")]) -> None:
    from notifier.render.templates import built_in_texts

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in built_in_texts().items():
        place = folder / name
        if place.exists():
            err.print(f"{place}: there already, and left as it is", markup=False)
            continue
        place.write_text(text, encoding="utf-8")
        out.print(str(place), markup=False)


def _alerts(names: list[str], config: Path, store: Path | None) -> list:  # type: ignore[type-arg]  # of Alert, which is imported late
    from dealwire.store import receipts

    with open_store(config, store) as opened:
        found = [receipts.find(opened.connection, name) for name in names]
    if None in found:
        raise UsageError(f"there is no alert {names[found.index(None)]!r} in the store")
    return [receipt.alert for receipt in found if receipt]
