"""Shell: the commands for companies: list them, explain what a name or headline is read as, import lists."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from dealwire.cli.terminal import Exit, err, fail, out, print_json

if TYPE_CHECKING:
    from dealwire.reference.companies import Companies, Company

LIST = """List the companies that dealwire knows, or those that match.

    dealwire companies list --sector ai-chips --country KR
    dealwire companies list samsung --json
"""
EXPLAIN = """Say which company a name, alias or ticker is, or which companies a headline names, and why.

    dealwire companies explain Facebook
    dealwire companies explain "Nvidia backs Axelera" --rules watchlist.yaml
"""
IMPORT = """Bring along a list of companies: the SEC's company_tickers.json, or CSV with a column `name`.

Other columns are aliases (`|` between), ticker, country, kind and sectors. A file to write that ends in .yaml becomes a
watchlist of the whole list, to be named under `rules:` beside your own; any other becomes a table of what dealwire does
not know already, for --companies.

    dealwire companies import portfolio.csv --to portfolio.yaml
    dealwire companies import company_tickers.json --to companies.tsv
"""

Lists = Annotated[
    list[Path] | None,
    typer.Option("--companies", help="A list of companies laid over the bundled one; may be repeated."),
]
RuleFiles = Annotated[list[Path] | None, typer.Option("--rules", help="Rules files whose watchlists' aliases win.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="List, explain and import companies.", no_args_is_help=True)
    group.command("list", help=LIST)(list_companies)
    group.command("explain", help=EXPLAIN)(explain)
    group.command("import", help=IMPORT)(import_companies)
    app.add_typer(group, name="companies")


def list_companies(
    query: Annotated[str, typer.Argument(help="Part of a name, alias or ticker.")] = "",
    kind: Annotated[str, typer.Option(help="company, fund, bank, outlet, university, government or nonprofit.")] = "",
    country: Annotated[
        str, typer.Option(help="Where its headquarters are: a country or a group, as in JP or EU.")
    ] = "",
    sector: Annotated[str, typer.Option(help="A sector, as in ai-chips, cloud or vc.")] = "",
    companies: Lists = None,
    json: AsJson = False,
) -> None:
    from dealwire.bootstrap.companies import load_companies
    from dealwire.reference.places import regions_of

    regions = regions_of(country)
    if country and not regions:
        fail(f"unknown country or group {country!r}", Exit.USAGE)
    wanted = query.casefold()
    chosen = [
        company
        for company in load_companies(companies or ())
        if any(wanted in name.casefold() for name in (*company.names, company.ticker))
        and (not kind or company.kind == kind)
        and (not regions or company.country in regions)
        and (not sector or sector in company.sectors)
    ]
    chosen.sort(key=lambda company: company.name.casefold())
    if json:
        for company in chosen:
            print_json(_row(company))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("name", "also", "ticker", "country", "kind", "sectors"):
        table.add_column(column, overflow="fold")
    for company in chosen:
        table.add_row(
            company.name,
            ", ".join(company.aliases),
            company.ticker,
            company.country,
            company.kind,
            " ".join(company.sectors),
        )
    out.print(table)
    err.print(f"{len(chosen)} companies")


def explain(
    text: Annotated[str, typer.Argument(help="A name, alias or ticker, or a headline.")],
    rules: RuleFiles = None,
    companies: Lists = None,
    json: AsJson = False,
) -> None:
    known = _known(companies, rules)
    readings = list(_readings(known, text))
    if json:
        for reading in readings:
            print_json(reading)
    else:
        for reading in readings:
            out.print(_told(reading), markup=False)
    if not readings:
        err.print(f"{text!r} names no company that dealwire knows; its key is {known.key(text)!r}", markup=False)
        raise typer.Exit(Exit.FAILED)


def import_companies(
    file: Annotated[Path, typer.Argument(help="The list: JSON of the SEC, CSV, or a table of dealwire's.")],
    to: Annotated[
        Path, typer.Option("--to", help="A watchlist (.yaml), or a table, which keeps what it holds already.")
    ] = Path("companies.tsv"),
    json: AsJson = False,
) -> None:
    from dealwire.bootstrap.companies import read_company_file
    from dealwire.reference.company_files import render_watchlist

    brought = read_company_file(file)
    note = f"Source: {file.name}. Date: {datetime.now(UTC):%Y-%m-%d}."
    if to.suffix in {".yaml", ".yml"}:
        if to.exists():
            fail(f"{to}: is there already; name a new file", Exit.USAGE)
        _write(to, render_watchlist(brought, _title(to), note))
        added = len(brought)
    else:
        added = _import_table(brought, to, note)
    known = len(brought) - added
    if json:
        print_json({"file": str(to), "read": len(brought), "added": added, "known": known})
    else:
        err.print(f"{to}: {added} added, {known} known already", markup=False)


def _title(path: Path) -> str:
    """A watchlist's name from its file's."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "imported"


def _import_table(brought: "Sequence[Company]", to: Path, note: str) -> int:
    """Write the table with what the list adds to it and to the bundled companies; how many those are."""
    from dealwire.bootstrap.companies import load_companies, read_company_file
    from dealwire.reference.company_files import news_of, render_company_file

    before = read_company_file(to) if to.exists() else ()
    added = news_of(brought, load_companies([to] if before else ()))
    merged = {company.id: company for company in (*before, *added)}
    _write(to, render_company_file(merged.values(), note))
    return len(added)


def _write(path: Path, text: str) -> None:
    """Put the table in place whole: a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        fail(f"{path}: {(error.strerror or str(error)).lower()}", Exit.USAGE)


def _known(files: list[Path] | None, rules: list[Path] | None) -> "Companies":
    from dealwire.bootstrap.companies import load_companies

    companies = load_companies(files or ())
    if not rules:
        return companies
    from dealwire.bootstrap.rules import load_book

    return companies.with_aliases(load_book(rules).aliases)


def _readings(known: "Companies", text: str) -> Iterator[dict[str, Any]]:
    """What the text names: itself a name, or a headline with names in it."""
    whole = known.explain(text)
    if whole is not None:
        yield {"said": text, "how": whole.how, "own": whole.own, **_row(whole.company)}
        return
    for one in known.find(text):
        said = text[one.start : one.end]
        found = known.explain(said)
        how = found.how if found else "name"
        own = found.own if found else False
        yield {"said": said, "start": one.start, "end": one.end, "how": how, "own": own, **_row(one.company)}


def _row(company: "Company") -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "aliases": list(company.aliases),
        "ticker": company.ticker,
        "country": company.country,
        "kind": company.kind,
        "sectors": list(company.sectors),
    }


def _told(reading: dict[str, Any]) -> str:
    """A reading as a person reads it."""
    by = "your own " if reading["own"] else "its "
    parts = [f"{reading['said']} is {reading['name']}, by {by}{reading['how']} (id {reading['id']})"]
    if reading["aliases"]:
        parts.append(f"  also: {', '.join(reading['aliases'])}")
    facts = [reading["kind"], reading["country"], reading["ticker"], " ".join(reading["sectors"])]
    parts.append(f"  {', '.join(fact for fact in facts if fact)}")
    return "\n".join(parts)
