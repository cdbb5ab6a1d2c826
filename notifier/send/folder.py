"""Shell: a folder of a user's templates."""

from pathlib import Path

from dealwire.errors import UsageError

TEMPLATE_BYTES_MAX = 200_000


def read_folder(folder: Path) -> dict[str, str]:
    """The templates of the folder by file name; UsageError where it cannot be read."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder of templates")
    texts = {}
    for path in sorted(folder.glob("*.j2")):
        if path.stat().st_size > TEMPLATE_BYTES_MAX:
            raise UsageError(f"{path}: a template of more than {TEMPLATE_BYTES_MAX:,} bytes is not read")
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read: {error}") from error
    return texts
