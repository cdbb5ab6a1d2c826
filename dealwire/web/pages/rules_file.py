"""Shell: a rules file in the editor: what it holds, whether it may be changed, and its text saved in one step.

Comments and order stay because the text itself is edited. A save is refused where the file is no longer what the
editor was given: somebody, or a deployment, changed it meanwhile.
"""

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dealwire.errors import UsageError

CHARACTERS_MAX = 1_000_000
BOM = "\ufeff"


class ChangedMeanwhileError(UsageError):
    """The file is not what the editor was given."""


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A file as it stands. `version` tells two contents apart."""

    path: Path
    text: str
    version: str
    locked: str = ""
    """Why it may not be changed here; empty where it may."""


def read_file(path: Path, *, editable: bool) -> RulesFile:
    """The file; UsageError where it cannot be read. `editable` False: the configuration keeps it from the editor."""
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}") from error
    return RulesFile(path, text.removeprefix(BOM), version_of(raw), _why_locked(path, editable=editable))


def version_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _why_locked(path: Path, *, editable: bool) -> str:
    if not editable:
        return "the configuration says that rules are kept elsewhere (`web: {edit_rules: false}`)"
    target = path.resolve()
    if not os.access(target, os.W_OK) or not os.access(target.parent, os.W_OK):
        return "the file or its folder is not writable for dealwire"
    return ""


def as_written(text: str, before: str) -> str:
    r"""The text that a browser sent, with the line ends that the file has.

    >>> as_written("a\r\nb", "x\n")
    'a\nb\n'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = plain if plain.endswith("\n") or not plain else plain + "\n"
    return whole.replace("\n", "\r\n") if "\r\n" in before else whole


def save(path: Path, text: str, version: str) -> None:
    """Put the text in the file's place: all of it or, where that fails, nothing.

    ChangedMeanwhileError where the file is not `version` any more; UsageError where it cannot be written.
    """
    target = path.resolve()
    try:
        now = target.read_bytes()
        if version_of(now) != version:
            raise ChangedMeanwhileError(
                f"{path} was changed by somebody else since you opened it; your text is below, nothing is saved"
            )
        mark = BOM if now.startswith(BOM.encode()) else ""
        _replace(target, (mark + text).encode())
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}; nothing is saved") from error


def _replace(target: Path, raw: bytes) -> None:
    mode = target.stat().st_mode
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
