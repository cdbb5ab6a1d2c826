"""Archives: every line an article or a reason, in the order asked for, from any packing."""

import asyncio
import gzip
import io
import json
import sys
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from connectors import tables
from connectors.archive import UNDATED, article_of, read, read_ordered
from connectors.archive_source import ArchiveSource
from connectors.archive_writer import writing
from dealwire.errors import RecordError, SourceError
from dealwire.model import Article

LINES = [
    {"id": "a", "title": "First", "published": "Mar 09 2020", "source": "Wire"},
    {"id": "b", "title": "Second", "body": "More.", "published": "1-Apr-19", "url": "https://wire.example/b"},
    {"id": "c", "title": "Third"},
]


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def pack(name, raw):
    return {".gz": gzip.compress, ".zst": zstandard.compress}.get(name[name.rfind(".") :], bytes)(raw)


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz", "news.jsonl.zst"])
def test_every_packing_gives_the_same_articles_in_file_order(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(pack(name, jsonl(*LINES)))
    notes = []
    found = list(read(path, notes.append))
    assert [(a.id, a.title, a.body) for a in found] == [
        ("a", "First", ""),
        ("b", "Second", "More."),
        ("c", "Third", ""),
    ]
    assert [a.fetched for a in found] == [
        datetime(2020, 3, 9, tzinfo=UTC),
        datetime(2019, 4, 1, tzinfo=UTC),
        datetime(2019, 4, 1, tzinfo=UTC),
    ]
    assert notes == []


def test_standard_input_is_an_archive(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(jsonl(*LINES)))))
    assert [a.id for a in read("-", lambda _: None)] == ["a", "b", "c"]


def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "news.jsonl"
    bad = [b"{broken\n", b"[1]\n", b"\n", b'{"id": "x"}\n', b'{"title": {"a": 1}}\n', b'{"title": "\xff"}\n']
    path.write_bytes(b"".join(bad) + jsonl(LINES[0]))
    notes = []
    assert [a.id for a in read(path, notes.append)] == ["a"]
    assert [note.removeprefix(f"{path}:").partition(": ")[::2] for note in notes] == [
        ("1", notes[0].partition(":1: ")[2]),
        ("2", "a JSON object was expected, not list"),
        ("4", "neither a title nor a body"),
        ("5", "title: text was expected, not dict"),
        ("6", notes[4].partition(":6: ")[2]),
    ]
    assert notes[0].partition(":1: ")[2].startswith("broken JSON")


def test_a_cut_archive_gives_what_is_there_and_then_says_so(tmp_path):
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress(jsonl(*LINES * 2000))[:-200])
    with pytest.raises(SourceError, match="broken compression or file"):
        list(read(path, lambda _: None))


def test_an_archive_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(SourceError, match="no such file or directory"):
        list(read(tmp_path / "none.jsonl", lambda _: None))


def test_an_undated_article_has_the_time_of_the_dated_one_before_it():
    assert article_of({"title": "Undated"}).at == UNDATED
    assert article_of({"title": "Undated"}, undated=datetime(2026, 1, 1, tzinfo=UTC)).at.year == 2026


def test_texts_stay_as_given_to_the_code_point():
    row = {"title": "  AT&amp;T \u200bbuys ", "body": "a\r\n\tb"}
    assert (article_of(row).title, article_of(row).body) == (row["title"], row["body"])


def test_what_a_fetcher_recorded_is_kept():
    row = {
        "title": "T",
        "published": "2026-11-20T14:00:00Z",
        "fetched": "2026-11-20T12:00:00Z",
        "updated": "2026-11-21",
    }
    found = article_of(row)
    assert found.at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert found.updated == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("row", [{}, {"title": " "}, {"title": ["x"]}, {"title": "x" * 3_000_000}])
def test_what_is_no_article_says_why(row):
    with pytest.raises(RecordError, match=r"neither|text was expected|longer than"):
        article_of(row)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5), st.integers(0, 3)), max_size=60), st.integers(1, 7))
def test_order_is_event_time_then_id_then_revision_whatever_fits_in_memory(rows, in_memory_max):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [
        {
            "id": str(name),
            "title": f"T{number}",
            "published": (start + timedelta(hours=hours)).isoformat(),
            "updated": (start + timedelta(hours=hours + edit)).isoformat(),
        }
        for number, (hours, name, edit) in enumerate(rows)
    ]
    import tempfile  # noqa: PLC0415 - hypothesis runs outside the tmp_path fixture

    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(jsonl(*lines))
        file.flush()
        found = list(read_ordered(file.name, lambda _: None, in_memory_max))
        everything = sorted(read(file.name, lambda _: None), key=lambda a: (a.at, a.id, a.order))
    assert found == everything


def test_an_archive_comes_in_parts_survives_a_restart_and_grows(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_bytes(jsonl(*({"id": str(n), "title": f"T{n}"} for n in range(1200))))

    async def scene():
        source, seen, state = ArchiveSource("news", path), [], None
        for visit in range(3):
            if visit == 1:
                source = ArchiveSource("news", path)  # a new process
            batch = await source.fetch(state, UNDATED)
            seen += [a.id for a in batch.articles]
            state = batch.state
            assert batch.more == (visit < 2)
        assert seen == [str(n) for n in range(1200)]
        assert (await source.fetch(state, UNDATED)).articles == ()
        with path.open("ab") as file:
            file.write(jsonl({"id": "new", "title": "New"}))
        assert [a.id for a in (await source.fetch(state, UNDATED)).articles] == ["new"]

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["news.csv", "news.csv.gz", "news.csv.zst"])
def test_a_table_is_an_archive_by_its_headers_names(name, tmp_path):
    first = 'a,"Acme, Inc. buys ""X""",Mar 09 2020,"two\nlines",'
    table = f"\ufeffID,Headline,Date,Text,Link\r\n{first}\r\n\r\nb,,,,\r\nc,Third\r\n"
    path = tmp_path / name
    path.write_bytes(pack(name, table.encode()))
    notes = []
    assert [(a.id, a.title, a.body) for a in read(path, notes.append)] == [
        ("a", 'Acme, Inc. buys "X"', "two\nlines"),
        ("c", "Third", ""),
    ]
    assert notes == [f"{path}:5: neither a title nor a body"]


def test_a_table_that_is_broken_says_where(tmp_path):
    path = tmp_path / "news.csv"
    path.write_bytes(b"title\n" + b"x" * 3_000_000 + b"\n")
    with pytest.raises(SourceError, match=r"news\.csv:\d+: broken CSV"):
        list(read(path, lambda _: None))


def test_parquet_is_read_a_row_group_at_a_time_with_its_own_kinds_of_dates(tmp_path, monkeypatch):
    path = tmp_path / "news.parquet"
    day = datetime(2020, 3, 9)  # noqa: DTZ001 - as tables have them
    columns = {
        "ID": ["a", "b", None],
        "Title": ["First", "Second", "Third"],
        "published": [day, None, day],
        "n": [1, 2, 3],
    }
    parquet.write_table(pa.table(columns), path, row_group_size=2)
    monkeypatch.setattr(tables, "PARQUET_ROWS_AT_ONCE", 1)
    found = list(read(path, lambda _: None))
    assert [(a.id, a.title) for a in found[:2]] == [("a", "First"), ("b", "Second")]
    assert [a.published for a in found] == [datetime(2020, 3, 9, tzinfo=UTC), None, datetime(2020, 3, 9, tzinfo=UTC)]


def test_a_file_that_is_no_parquet_is_one_line(tmp_path):
    path = tmp_path / "news.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(SourceError, match=r"news\.parquet: cannot be read as Parquet"):
        list(read(path, lambda _: None))


def test_parquet_asks_for_pyarrow_where_it_is_not(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(SourceError, match=r"Parquet needs pyarrow; install dealwire\[parquet\]"):
        list(read(tmp_path / "news.parquet", lambda _: None))
    with pytest.raises(SourceError, match="Parquet needs pyarrow"), writing(tmp_path / "out.parquet"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_an_archive_that_is_written_is_read_back_as_it_was(tmp_path, name):
    noon = datetime(2026, 3, 9, 12, tzinfo=UTC)
    whole = {
        "body": "Two\nlines",
        "source": "Wire",
        "feed": "wire",
        "language": "en",
        "published": noon,
        "updated": noon,
    }
    articles = [
        Article.create(title="MatX raises “$5M”", url="https://wire.example/1", fetched=noon, **whole),
        Article.create(title="Undated", guid="g", fetched=noon),
    ]
    with writing(tmp_path / name) as write:
        for article in articles:
            write(article)
    assert list(read(tmp_path / name, pytest.fail)) == articles
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_archive_whose_writing_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), writing(tmp_path / "a.jsonl"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
