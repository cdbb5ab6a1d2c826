"""Shell: the rules that run, from their files: the core made of them, where alerts go, and who takes them there."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dealwire.bootstrap.secrets import fill_in, values_named
from dealwire.errors import UsageError
from dealwire.log import logger
from dealwire.reference.companies import bundled_companies
from notifier.decide import Policy, Router
from notifier.send import Sender, build_sender
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
        sources = self.files.changed()
        if sources is None:
            return False
        core = core_from(sources)
        router = Router(policy_of(core.book))
        if core.book.hash == self.core.book.hash:
            return False
        self.core, self.router = core, router
        return True

    def senders(self) -> dict[str, Sender]:
        """Who takes messages where. A receiver without its secret is reported and left out; its messages wait."""
        senders: dict[str, Sender] = {}
        for name, spec in self.core.book.receivers.items():
            settings = self.router.policy.settings(name)
            try:
                url = fill_in(spec.url, self.environment)
                secret = fill_in(settings.secret, self.environment)
                senders[name] = build_sender(name, url, settings.model_copy(update={"secret": secret}))
            except UsageError as error:
                log.warning("receiver_left_out", receiver=name, cause=str(error))
        return senders

    @property
    def secrets(self) -> list[str]:
        """The values of the environment that receivers name, for logs to strike out."""
        book = self.core.book
        texts = [spec.url for spec in book.receivers.values()]
        texts += [self.router.policy.settings(name).secret for name in book.receivers]
        return [value for text in texts for value in values_named(text, self.environment)]


def policy_of(book: RuleBook) -> Policy:
    """What the files say of receivers and routes, as the notifier's settings; ConfigError with every mistake."""
    receivers: dict[str, Any] = {name: spec.settings for name, spec in book.receivers.items()}
    return Policy.model_validate({"receivers": receivers, "routing": book.routing or {}})
