"""Shell: the configuration's feeds, ready to be visited, with the secrets in their headers filled in."""

import os
from collections.abc import Iterator, Mapping

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
    specs = [spec for spec in settings.feeds if not (files_only and spec.remote)]
    planned = [plan(spec, fetcher, root=root, every=every) for spec in _with_secrets(specs, os.environ)]
    return Poller(planned, feeds.load(store.connection))


def feed_secrets(settings: Settings) -> list[str]:
    """The values of the environment that feeds' headers name, for logs to strike out."""
    texts = (text for spec in settings.feeds for text in spec.headers.values())
    return [value for text in texts for value in values_named(text, os.environ)]


def _with_secrets(specs: list[FeedSpec], environment: Mapping[str, str]) -> Iterator[FeedSpec]:
    """Each feed with its headers filled in; one whose secret is not set is reported and left out."""
    for spec in specs:
        try:
            headers = {name: fill_in(text, environment) for name, text in spec.headers.items()}
        except UsageError as error:
            log.warning("feed_left_out", feed=spec.title, cause=str(error))
            continue
        yield spec.model_copy(update={"headers": headers})
