"""Shell: the rules that run, from their files: the core made of them, where alerts go, and who takes them there."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError

from dealwire.bootstrap.secrets import fill_in, values_named
from dealwire.document import check
from dealwire.errors import ConfigError, DealwireError, Problem, UsageError
from dealwire.log import logger
from dealwire.reference.companies import bundled_companies
from notifier.decide import Policy, Router
from notifier.decide.settings import ReceiverSettings, Routing
from notifier.render.templates import Templates
from notifier.send import Linker, Outside, Sender, build_sender
from notifier.send.folder import read_folder
from rules.book import RuleBook
from rules.files import RuleFiles
from rules.load import Source, load
from streams.core import Core

log = logger("rules")


def core_from(sources: Sequence[Source]) -> Core:
    """The core for these rules texts; ConfigError with every mistake in them."""
    return core_of(load(sources))


def core_of(book: RuleBook) -> Core:
    """The core for these rules, with the companies that dealwire knows."""
    return Core.of(book, bundled_companies())


def load_book(paths: Iterable[Path]) -> RuleBook:
    """The rules of these files and of those they include; ConfigError with every mistake."""
    return load(RuleFiles(tuple(paths)).read())


class ReceiverSection(ReceiverSettings):
    """A receiver as it stands in a rules file: its URL, which bootstrap fills in, and the notifier's settings."""

    url: str = Field(min_length=1)


@dataclass(slots=True)
class Rules:
    """The rules that run. `reload` takes up changed files; until it answers True everything stays as it was."""

    files: RuleFiles
    core: Core
    router: Router
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Self:
        """The rules of these files; ConfigError with every mistake in them."""
        files = RuleFiles(tuple(paths))
        core = core_from(files.read())
        return cls(files, core, Router(policy_of(core.book)))

    def reload(self) -> bool:
        """Whether the files changed and now run. A ConfigError says why they do not; it is raised once a change."""
        if not self.files.changed():
            return False
        core = core_from(self.files.read())
        router = Router(policy_of(core.book))
        if core.book.hash == self.core.book.hash:
            return False
        self.core, self.router = core, router
        return True

    def senders(self) -> dict[str, Sender]:
        """Who takes messages where. A receiver without its secret is reported and left out; its messages wait."""
        senders: dict[str, Sender] = {}
        for name in self.core.book.receivers:
            try:
                senders[name] = self.sender(name)
            except UsageError as error:
                log.warning("receiver_left_out", receiver=name, cause=str(error))
        return senders

    def sender(self, name: str) -> Sender:
        """Who takes messages for this receiver; UsageError where it lacks its secret or its URL cannot be used."""
        settings = self.router.policy.settings(name)
        url = fill_in(self.core.book.receivers[name].url, self.environment)
        secret = fill_in(settings.secret, self.environment)
        return build_sender(name, url, settings.model_copy(update={"secret": secret}), self._outside)

    @property
    def _outside(self) -> Outside:
        """What senders share: a folder of one's own templates, where the routing names one.

        The folder is relative to the first rules file. Where it cannot be used the built-in templates are: an alert
        that looks plain is better than none.
        """
        folder = self.router.policy.routing.templates
        if not folder:
            return Outside()
        place = next((path.parent for path in self.files.paths), Path()) / folder

        def told(name: str, error: Exception) -> None:
            log.warning("template_failed", template=name, cause=f"{type(error).__name__}: {error}")

        try:
            return Outside(templates=Templates(read_folder(place), told))
        except DealwireError as error:
            log.warning("templates_left_out", cause=str(error))
            return Outside()

    @property
    def linker(self) -> Linker | None:
        """Who makes the links of messages; None where no page is open to readers, or its key is not set."""
        routing = self.router.policy.routing
        if not (routing.page and routing.link_key):
            return None
        try:
            return Linker(routing.page, fill_in(routing.link_key, self.environment).encode())
        except UsageError as error:
            log.warning("links_left_out", cause=str(error))
            return None

    @property
    def secrets(self) -> list[str]:
        """The values of the environment that receivers name, for logs to strike out."""
        book = self.core.book
        texts = [spec.url for spec in book.receivers.values()]
        texts.append(self.router.policy.routing.link_key)
        texts += [self.router.policy.settings(name).secret for name in book.receivers]
        return [value for text in texts for value in values_named(text, self.environment)]


def policy_of(book: RuleBook) -> Policy:
    """What the files say of receivers and routes, as the notifier's settings; ConfigError with every mistake."""
    receivers: dict[str, ReceiverSettings] = {}
    routing, problems = Routing(), list[Problem]()
    for name, spec in book.receivers.items():
        section, found = check(spec.document, ReceiverSection)
        problems += found
        if section:
            receivers[name] = ReceiverSettings.model_validate(section.model_dump(exclude={"url"}, by_alias=True))
    if book.routing:
        read, found = check(book.routing, Routing)
        problems += found
        routing = read or routing
    if problems:
        raise ConfigError(problems)
    try:
        return Policy(receivers=receivers, routing=routing)
    except ValidationError as error:
        raise ConfigError([_cross_problem(book, str(one["ctx"]["error"])) for one in error.errors()]) from error


def _cross_problem(book: RuleBook, said: str) -> Problem:
    """A mistake between sections, told at the section that it names."""
    document = next(
        (spec.document for name, spec in book.receivers.items() if said.startswith(f"receiver {name}:")), None
    )
    document = document or book.routing
    return document.problem((), said) if document else Problem("rules", 1, 1, said)
