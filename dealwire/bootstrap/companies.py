"""Shell: the companies that dealwire knows: the bundled gazetteer, with lists from files laid over it."""

from collections.abc import Iterable
from pathlib import Path

from dealwire.errors import UsageError
from dealwire.reference.companies import Companies, Company, bundled_companies
from dealwire.reference.company_files import parse_company_file

LARGEST_FILE_BYTES = 64 * 1024 * 1024
"""The SEC's list has about one; more is not a list of companies."""


def read_company_file(path: Path) -> tuple[Company, ...]:
    """The companies of a file; UsageError where it cannot be read, ConfigError with every mistake in it."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UsageError(f"{path}: larger than {LARGEST_FILE_BYTES // 1024**2} MiB")
        return parse_company_file(str(path), path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error


def load_companies(paths: Iterable[Path] = ()) -> Companies:
    """The bundled companies with those of these files over them; the later file wins."""
    companies = bundled_companies()
    for path in paths:
        companies = companies.with_companies(read_company_file(path))
    return companies
