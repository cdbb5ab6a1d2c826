"""Shell: the configuration's feeds, ready to be visited, with their secrets filled in."""

import os
from collections.abc import Iterable, Iterator

from connectors.fetch import Fetcher
from connectors.poll import Poller
from connectors.registry import FeedSpec, plan
from dealwire.bootstrap.secrets import fill_in, values_named
from dealwire.config import Settings
from dealwire.errors import UsageError
from dealwire.log import logger
from dealwire.store import feeds
from dealwire.store.database import Store

log = logger("feeds")


def make_poller(settings: Settings, fetcher: Fetcher, store: Store, *, files_only: bool = False) -> Poller:
    """Visits the feeds from where the store's records of them left off."""
    every, root = settings.poll.every, settings.root
    specs = [spec for spec in settings.feeds if spec.local or not files_only]
    planned = [plan(spec, fetcher, root=root, every=every) for spec in with_secrets(specs)]
    return Poller(planned, feeds.load(store.connection))


def feed_secrets(settings: Settings) -> list[str]:
    """The values of the environment that feeds' headers and passwords name, for logs to strike out."""
    texts = (text for spec in settings.feeds for text in (*spec.headers.values(), spec.password))
    return [value for text in texts for value in values_named(text, os.environ)]


def with_secrets(specs: Iterable[FeedSpec]) -> Iterator[FeedSpec]:
    """Each feed with its headers and password filled in; one whose secret is not set is reported and left out."""
    for spec in specs:
        try:
            yield filled_in(spec)
        except UsageError as error:
            log.warning("feed_left_out", feed=spec.title, cause=str(error))


def filled_in(spec: FeedSpec) -> FeedSpec:
    """The feed with its secrets from the environment; UsageError names those that are not set."""
    headers = {name: fill_in(text, os.environ) for name, text in spec.headers.items()}
    return spec.model_copy(update={"headers": headers, "password": fill_in(spec.password, os.environ)})
