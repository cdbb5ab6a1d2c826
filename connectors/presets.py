"""Shell: the feeds that dealwire knows by name (connectors/data/presets.yaml), read once from the package."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from connectors.registry import FeedSpec


@dataclass(frozen=True, slots=True)
class Preset:
    """Feeds that go together."""

    name: str
    title: str
    feeds: tuple[FeedSpec, ...]


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by name."""
    text = files("connectors").joinpath("data", "presets.yaml").read_text(encoding="utf-8")
    return {
        name: Preset(name, entry["title"], tuple(FeedSpec.model_validate(feed) for feed in entry["feeds"]))
        for name, entry in yaml.safe_load(text).items()
    }
