"""Shell: the web page put together, beside `dealwire run` or by itself over a store that another process fills."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from dealwire.bootstrap.letters import StoreBox
from dealwire.bootstrap.rules import Rules, policy_of
from dealwire.bootstrap.web_process import set_for_pages
from dealwire.config import Settings, WebSettings
from dealwire.log import logger
from dealwire.monitoring.monitor import Monitor
from dealwire.monitoring.web import add_monitoring
from dealwire.store.database import Store
from dealwire.web.access import TOKEN_USER, Access, is_loopback
from dealwire.web.app import Parts, build
from dealwire.web.desk import Outlets, StoreDesk
from dealwire.web.guards import has_entered
from dealwire.web.pages.editor import Editing
from dealwire.web.signed import OpenStore, add_signed
from notifier.send import Linker
from rules.book import RuleBook
from rules.load import Source, load

log = logger("web")

Addition = Callable[[web.Application], None]
"""Adds routes to an application."""

SHUTDOWN_SECONDS = 3.0
"""How long an answer that is under way may take at the end."""


def make_app(
    settings: Settings, path: Path, rules: Rules, monitor: Monitor, wake: Callable[[], None]
) -> web.Application:
    """The application over the store at `path`; `wake` tells the dispatcher that something may be due."""

    def retry(ids: Sequence[str]) -> None:
        with Store.open(path) as store:
            StoreBox(settings, store).retry(ids)
        wake()

    desk = StoreDesk(
        path,
        lambda: rules.core,
        configuration=configuration_of(settings),
        after_change=wake,
        outlets=Outlets(retry=retry),
    )
    editing = Editing(rules_files(settings), path, check, editable=settings.web.edit_rules)
    return assemble(settings.web, desk, editing, monitor, signing(rules.linker, lambda: Store.open(path)))


def assemble(
    settings: WebSettings, desk: StoreDesk, editing: Editing, monitor: Monitor, also: Sequence[Addition]
) -> web.Application:
    """The application over a desk, with what its process shows of itself."""
    additions = (lambda app: add_monitoring(app, monitor, has_entered), *also)
    return build(Parts(desk, editing, access_of(settings), frozenset(settings.hosts), additions))


def signing(linker: Linker | None, open_store: OpenStore) -> tuple[Addition, ...]:
    """The pages behind the links of messages, where messages have links."""
    return (lambda app: add_signed(app, linker.key, open_store),) if linker else ()


def configuration_of(settings: Settings) -> Path | None:
    """The file that feeds are added to."""
    return settings.file if settings.file.name else None


def rules_files(settings: Settings) -> tuple[Path, ...]:
    return tuple(settings.place(file) for file in settings.rules)


def check(sources: Sequence[Source]) -> RuleBook:
    """The rules of these texts with their receivers and routing; ConfigError with every mistake."""
    book = load(sources)
    policy_of(book)
    return book


def access_of(settings: WebSettings) -> Access:
    """Who may come in: anybody on loopback, elsewhere those with a password or the token."""
    hashes = dict(settings.users) | ({TOKEN_USER: settings.token} if settings.token else {})
    return Access(hashes, required=not is_loopback(settings.address[0]))


@asynccontextmanager
async def page(
    settings: Settings, path: Path, rules: Rules, monitor: Monitor, wake: Callable[[], None]
) -> AsyncIterator[str]:
    """Serve the page as long as the block lasts; its address, empty where it is switched off or its port is taken.

    News goes on being read where the page cannot be served: that is said in the log.
    """
    if not settings.web.listen:
        yield ""
        return
    async with serving(settings.web, make_app(settings, path, rules, monitor, wake)) as address:
        yield address


@asynccontextmanager
async def serving(settings: WebSettings, app: web.Application) -> AsyncIterator[str]:
    """Serve the application as long as the block lasts; its address, empty where its port is taken."""
    host, port = settings.address
    with set_for_pages():
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                log.warning("page_not_served", listen=settings.listen, cause=error.strerror or str(error))
                yield ""
                return
            held = runner.addresses[0][1]
            yield f"http://{f'[{host}]' if ':' in host else host}:{held}/"
        finally:
            await runner.cleanup()
