"""The SQLite store: transactions, migration, the state mapping, the articles table, and each against a bad file."""

import sqlite3
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealwire.errors import StoreError
from dealwire.model import Article
from dealwire.store import articles, database
from dealwire.store.database import Store
from dealwire.store.state import CACHED_OCTETS_MAX, StateTable

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "deep" / "dealwire.db") as opened:
        yield opened


def item(name, *, body="", at=NOON, updated=None):
    return Article.create(id=name, title=f"Title of {name}", body=body, fetched=at, published=at, updated=updated)


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(ValueError, match="midway"), store.transaction() as connection:
        connection.execute("INSERT INTO state VALUES ('story/1', x'00')")
        raise ValueError("midway")
    assert store.connection.execute("SELECT count(*) FROM state").fetchone() == (0,)


def test_the_store_is_in_wal_mode_and_survives_reopening(store):
    assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store.transaction() as connection:
        connection.execute("INSERT INTO stories VALUES ('story/1', x'01')")
    with Store.open(store.path) as again:
        assert StateTable(again.connection)["story/1"] == b"\x01"


def test_a_newer_store_is_refused_and_left_alone(store):
    store.connection.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match="made by a newer dealwire"):
        Store.open(store.path)


def test_an_older_store_is_brought_to_this_form_with_what_it_holds(store):
    with store.transaction() as connection:
        connection.execute("INSERT INTO stories VALUES ('story/1', x'01')")
        connection.execute("PRAGMA user_version = 1")
    with Store.open(store.path) as again:
        assert again.connection.execute("PRAGMA user_version").fetchone() == (database.SCHEMA_VERSION,)
        assert StateTable(again.connection)["story/1"] == b"\x01"


def test_a_file_that_is_no_database_is_named_with_a_suggestion(tmp_path):
    path = tmp_path / "dealwire.db"
    path.write_bytes(b"not a database at all, but long enough to be read as a header of one" * 20)
    with pytest.raises(StoreError, match=r"dealwire\.db: file is not a database; move the file away"):
        Store.open(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_locked_store_says_who_may_hold_it(store, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.0)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as stranger, Store.open(store.path) as other:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked; is another dealwire writing"), other.transaction():
            pass
        stranger.execute("ROLLBACK")
        with (
            store.transaction(),
            pytest.raises(StoreError, match="another part of dealwire writes"),
            other.transaction(),
        ):
            pass
    with Store.open(store.path) as other, other.transaction() as connection:
        connection.execute("INSERT INTO state VALUES ('k', x'00')")


def test_a_full_disk_is_named_and_nothing_of_the_batch_is_kept(store):
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full; free some disk space"), store.transaction() as connection:
        connection.execute("INSERT INTO state VALUES ('k', zeroblob(10000000))")
    assert store.connection.execute("SELECT count(*) FROM state").fetchone() == (0,)


KEYS = (*"abcd", "correction/a", "correction/b", "correction/c", "index/mention/a")
writes = st.dictionaries(st.sampled_from(KEYS), st.none() | st.binary(max_size=4), max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow to open stores
@given(st.lists(st.tuples(writes, st.booleans()), max_size=12), st.integers(0, 3))
def test_the_state_reads_like_a_dict_whatever_was_applied_flushed_or_discarded(batches, scarce_max):
    with Store.open(":memory:") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr("dealwire.store.state.SCARCE_KEYS_MAX", scarce_max)
        state, expected = StateTable(store.connection), {}
        for batch, committed in batches:
            state.apply(batch)
            merged = expected | batch
            assert {k: state.get(k) for k in KEYS} == {k: merged.get(k) for k in KEYS}
            if committed:
                with store.transaction():
                    state.flush()
                expected = {k: v for k, v in merged.items() if v is not None}
                assert dict(state) == expected
                assert len(state) == len(expected)
            else:
                state.discard()
        assert {k: state.get(k) for k in KEYS} == {k: expected.get(k) for k in KEYS}


def test_only_so_much_of_the_state_is_kept_in_memory_and_the_rest_is_read_again(store):
    state, mib = StateTable(store.connection), 1 << 20
    tracemalloc.start()
    for number in range(40):
        with store.transaction():
            state.begin()
            state.apply({f"k{number}": bytes([number]) * mib})
            state.flush()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * CACHED_OCTETS_MAX
    assert [state[f"k{number}"] == bytes([number]) * mib for number in range(40)] == [True] * 40


@pytest.mark.parametrize("key", ["story/1", "correction/1"])
def test_what_another_process_wrote_is_seen_by_the_next_batch(store, key):
    ours = StateTable(store.connection)
    with Store.open(store.path) as other, other.transaction():
        theirs = StateTable(other.connection)
        theirs.apply({key: b"theirs"})
        assert ours.get(key) is None
        theirs.flush()
    with store.transaction():
        ours.begin()
        assert ours[key] == b"theirs"


def test_what_hardly_any_article_has_is_asked_of_the_file_once_for_all(store):
    state, asked = StateTable(store.connection), []
    state.apply({"correction/1": b"note"})
    with store.transaction():
        state.flush()
    state.discard()
    store.connection.set_trace_callback(asked.append)
    found = [state.get(f"correction/{number}") for number in range(100)]
    store.connection.set_trace_callback(None)
    assert found == [None, b"note", *[None] * 98]
    assert len(asked) == 2


def test_what_another_writes_elsewhere_in_the_file_leaves_the_state_in_memory(store):
    state, asked = StateTable(store.connection), []
    state.apply({"k": b"1"})
    with store.transaction():
        state.begin()
        state.flush()
    for sql, reads in (
        ("INSERT INTO journal VALUES ('x', 1)", 0),
        ("UPDATE state_version SET version = 7", 1),
    ):
        with Store.open(store.path) as other, other.transaction() as connection:
            connection.execute(sql)
        with store.transaction():
            state.begin()
            store.connection.set_trace_callback(asked.append)
            assert state["k"] == b"1"
            store.connection.set_trace_callback(None)
        assert len(asked) == reads


def test_a_state_with_unflushed_writes_is_not_walked():
    with Store.open(":memory:") as store:
        state = StateTable(store.connection)
        state.apply({"a": b"1"})
        with pytest.raises(RuntimeError, match="flush before"):
            list(state)


def test_a_later_revision_takes_the_place_of_an_earlier_and_never_the_reverse(store):
    first, edited = item("a", body="one"), item("a", body="two", updated=NOON + timedelta(hours=2))
    for given_order in ([first, edited], [edited, first]):
        store.connection.execute("DELETE FROM articles")
        articles.keep(store.connection, [(a, 0) for a in given_order])
        assert articles.known_revisions(store.connection, ["a", "b"]) == {"a": edited.revision}
        assert articles.get(store.connection, "a") == edited


def test_stored_articles_come_in_order_of_event_time_and_id_within_bounds(store):
    held = [item("c"), item("a"), item("b", at=NOON - timedelta(days=1)), item("d", at=NOON + timedelta(days=1))]
    articles.keep(store.connection, [(a, 0) for a in held])
    assert [a.id for a in articles.stored(store.connection)] == ["b", "a", "c", "d"]
    assert [a.id for a in articles.stored(store.connection, NOON, NOON + timedelta(days=1))] == ["a", "c"]


def test_pruning_drops_what_is_older_and_nothing_else(store):
    articles.keep(store.connection, [(item("old", at=NOON - timedelta(days=9)), 0), (item("new"), 0)])
    assert articles.prune(store.connection, NOON - timedelta(days=1)) == 1
    assert articles.get(store.connection, "old") is None
    assert articles.get(store.connection, "new") is not None


def test_many_ids_are_asked_for_in_parts(store):
    held = [item(f"a{n}") for n in range(1200)]
    articles.keep(store.connection, [(a, 0) for a in held])
    assert articles.known_revisions(store.connection, [a.id for a in held]) == {a.id: a.revision for a in held}


def test_every_table_is_made_in_one_migration_two_processes_may_try(tmp_path):
    first, second = Store.open(tmp_path / "x.db"), Store.open(tmp_path / "x.db")
    names = {n for (n,) in second.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"state", "articles"} <= names
    assert isinstance(first.connection, sqlite3.Connection)
    first.close()
    second.close()
