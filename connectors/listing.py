"""Shell: the `feeds:` list of a configuration file, changed in place: comments, order and everything else stay."""

import io
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from connectors.registry import FeedSpec
from dealwire.errors import UsageError


class Listing:
    """A configuration file's feeds, to add to and take from; `save` writes the file in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._yaml = YAML(typ="rt")
        self._yaml.preserve_quotes = True
        self._yaml.width = 120
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        try:
            document = self._yaml.load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        except YAMLError as error:
            raise UsageError(f"{path}: cannot be changed while it has mistakes; see `dealwire check`") from error
        if not isinstance(document, CommentedMap):
            raise UsageError(f"{path}: a mapping with `feeds:` was expected")
        self._document = document

    @property
    def specs(self) -> list[FeedSpec]:
        return [FeedSpec.model_validate(entry) for entry in self._entries()]

    def add(self, specs: Iterable[FeedSpec]) -> list[FeedSpec]:
        """Add the feeds that are not there yet, by name and by address; those that were added."""
        present = self.specs
        names, places = {s.title for s in present}, {s.location for s in present if s.location}
        added = []
        for spec in specs:
            if spec.title in names or (spec.location and spec.location in places):
                continue
            entry = CommentedMap(_written(spec))
            entry.fa.set_flow_style()
            self._entries().append(entry)
            names.add(spec.title)
            added.append(spec)
        return added

    def remove(self, name: str) -> FeedSpec:
        """Take out the feed of this name or address; UsageError where there is none."""
        for number, spec in enumerate(self.specs):
            if name in {spec.title, spec.location}:
                del self._entries()[number]
                return spec
        raise UsageError(f"{self._path}: there is no feed {name!r}; `dealwire feeds list` shows those there are")

    def save(self) -> None:
        """Write the file: the whole of it or, if that fails, nothing."""
        text = io.StringIO()
        self._yaml.dump(self._document, text)
        beside = self._path.with_suffix(self._path.suffix + ".new")
        try:
            beside.write_text(text.getvalue(), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise UsageError(f"{self._path}: {(error.strerror or str(error)).lower()}") from error

    def _entries(self) -> Any:
        if not isinstance(self._document.get("feeds"), list):
            self._document["feeds"] = CommentedSeq()
        return self._document["feeds"]


def _written(spec: FeedSpec) -> dict[str, Any]:
    """The entry as a person would write it: only what is not the default."""
    values = spec.model_dump(mode="json", exclude_defaults=True)
    return {"name": spec.title, **{name: value for name, value in values.items() if name != "name"}}
