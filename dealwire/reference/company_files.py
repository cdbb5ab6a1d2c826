"""Core: lists of companies that people bring along, read into Companies and written as the table that dealwire reads.

Read are the SEC's company_tickers.json and company_tickers_exchange.json, CSV with a header, and dealwire's own
tab-separated table. All mistakes of a file are reported at once. Written are that table and watchlists for rules files.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dealwire.errors import ConfigError, Problem
from dealwire.reference.companies import CAUTIOUS, KINDS, Companies, Company, parse_company
from dealwire.reference.names import bare_name
from dealwire.reference.places import region
from dealwire.reference.table import ALTERNATIVES

COLUMNS = ("name", "aliases", "ticker", "country", "kind", "sectors")
_ALSO_CALLED = {
    "title": "name",
    "company": "name",
    "company name": "name",
    "symbol": "ticker",
    "headquarters": "country",
    "tickers": "ticker",
}
_STATE_OF_INCORPORATION = re.compile(r"\s*/[A-Z ]{2,}/?\s*$")
_KEPT_IN_CAPITALS = 4
"""Names of so few letters are abbreviations."""


def parse_company_file(name: str, text: str) -> tuple[Company, ...]:
    """The companies of a file whose text this is; ConfigError with every mistake, each with its line."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in {"{", "["}:
        return _from_sec(name, text)
    return _from_table(name, text.removeprefix("\ufeff"))


def _from_sec(name: str, text: str) -> tuple[Company, ...]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError.at(name, error.lineno, error.colno, f"not JSON: {error.msg.lower()}") from error
    by_number: dict[str, Company] = {}
    for entry in _sec_entries(name, document):
        number, ticker, title = (
            str(entry.get("cik_str", entry.get("cik", ""))),
            entry.get("ticker"),
            entry.get("title") or entry.get("name"),
        )
        if not isinstance(title, str) or not isinstance(ticker, str) or not title.strip():
            raise ConfigError.at(name, 1, 1, f"entry without ticker and title: {json.dumps(entry)[:80]}")
        known = by_number.get(number)
        by_number[number or title] = _with_ticker(known, ticker) if known else _from_title(title, ticker)
    return tuple(by_number.values())


def _sec_entries(name: str, document: Any) -> Iterator[Mapping[str, Any]]:
    rows: Any = document
    if isinstance(document, dict):
        fields = document.get("fields")
        rows = (
            [dict(zip(fields, row, strict=False)) for row in document.get("data", [])]
            if isinstance(fields, list)
            else document.values()
        )
    for row in rows:
        if not isinstance(row, dict):
            raise ConfigError.at(
                name, 1, 1, "not a list of companies", "give the SEC's company_tickers.json, CSV or TSV"
            )
        yield row


def _with_ticker(company: Company, ticker: str) -> Company:
    tickers = dict.fromkeys((*company.ticker.split(), ticker))
    return replace(company, ticker=" ".join(tickers))


def _from_title(title: str, ticker: str) -> Company:
    """A company from the SEC's register, where names stand in capitals with their legal form."""
    bare = bare_name(_STATE_OF_INCORPORATION.sub("", title.strip()))
    letters = sum(c.isalpha() for c in bare)
    name = (
        " ".join(word.capitalize() if len(word) > 1 else word for word in bare.split())
        if bare.isupper() and letters > _KEPT_IN_CAPITALS
        else bare
    )
    return Company(name, ticker=ticker, cautious=frozenset({name} if " " not in name else ()))


def _from_table(name: str, text: str) -> tuple[Company, ...]:
    lines = [
        (number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    if not lines:
        raise ConfigError.at(name, 1, 1, "no companies in it")
    numbers = [number for number, _ in lines]
    reader = _reader([line for _, line in lines])
    header = {column: _column(column) for column in reader.fieldnames or () if column}
    if "name" not in header.values():
        hint = f"the columns are {', '.join(COLUMNS)}; only the name is needed"
        raise ConfigError.at(name, numbers[0], 1, "no column 'name'", hint)
    problems: list[Problem] = []
    companies = []
    for raw in reader:
        number = numbers[min(reader.line_num, len(numbers)) - 1]
        row = {header[column]: (cell or "").strip() for column, cell in raw.items() if column in header}
        what = ("more cells than columns", "") if None in raw else _mistake(row)
        if what:
            problems.append(Problem(name, number, 1, *what))
        else:
            companies.append(parse_company({**row, "country": region(row.get("country", "")) or ""}))
    if problems:
        raise ConfigError(problems)
    return tuple(companies)


def _reader(lines: list[str]) -> "csv.DictReader[str]":
    if "\t" in lines[0]:
        return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return csv.DictReader([line + "\n" for line in lines])


def _column(said: str) -> str:
    column = said.strip().lower()
    return _ALSO_CALLED.get(column, column)


def _mistake(row: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a row, and what was meant."""
    country, kind = row.get("country", ""), row.get("kind", "")
    if not row.get("name", "").strip(CAUTIOUS + " "):
        return "no name", ""
    if country and region(country) is None:
        return f"unknown country {country!r}", "give its ISO 3166-1 code, as in US"
    if kind and kind not in KINDS:
        return f"unknown kind {kind!r}", f"kinds are {', '.join(KINDS)}"
    return None


def news_of(brought: Iterable[Company], known: Companies) -> tuple[Company, ...]:
    """What a list adds to the companies that are known: new ones, and known ones with what they lacked."""
    added = []
    for company in brought:
        old = known.resolve(company.name)
        merged = company if old is None else _merged(old, company)
        if merged != old:
            added.append(merged)
    return tuple(added)


def _merged(old: Company, new: Company) -> Company:
    """The known company with the other names and tickers, and with what was empty filled in."""
    names = dict.fromkeys((*old.aliases, *(name for name in new.names if name not in new.cautious)))
    names.pop(old.name, None)
    fresh = tuple(name for name in names if name in old.aliases or name.casefold() != old.name.casefold())
    return replace(
        old,
        aliases=fresh,
        ticker=" ".join(dict.fromkeys((*old.ticker.split(), *new.ticker.split()))),
        country=old.country or new.country,
        sectors=tuple(dict.fromkeys((*old.sectors, *new.sectors))),
    )


def render_company_file(companies: Iterable[Company], note: str) -> str:
    """The companies as dealwire's own table; `note` says where they come from and when."""
    lines = [f"# {line}" for line in note.splitlines()]
    lines.append("\t".join(COLUMNS))
    for company in companies:
        name, *aliases = (CAUTIOUS * (said in company.cautious) + _cell(said) for said in company.names)
        cells = (
            name,
            ALTERNATIVES.join(aliases),
            company.ticker,
            company.country,
            company.kind,
            " ".join(company.sectors),
        )
        lines.append("\t".join(cells).rstrip("\t"))
    return "\n".join(lines) + "\n"


def render_watchlist(companies: Iterable[Company], title: str, note: str) -> str:
    """The companies as a watchlist in a rules file, which goes wherever the rules go."""
    lines = [f"# {line}" for line in note.splitlines()]
    lines += ["version: 1", "watchlists:", f"  {title}:"]
    for company in companies:
        entry: dict[str, object] = {"name": company.name, "aliases": list(company.aliases)}
        entry |= {"country": company.country, "sectors": list(company.sectors)}
        said = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items() if value)
        lines.append(f"    - {{{said}}}")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace(ALTERNATIVES, " ").split())
