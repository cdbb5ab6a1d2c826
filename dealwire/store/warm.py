"""Shell: what lists are made of, read through once after a start, so that no reader waits for a cold disk.

The octets stay in the operating system's cache, not in this process: some 400 MB where the store holds a million
articles. Stories and articles whole, which are most of it, are read as they are asked for.
"""

import sqlite3
from collections.abc import Callable, Mapping

SHOWN = "shown AND usd > 0"
"""Holds wherever an index of the catalogue does."""
TABLES: Mapping[str, str] = {
    "catalogue": SHOWN, "catalogue_rows": "", "catalogue_companies": "", "catalogue_regions": "",
    "catalogue_rules": "", "companies": "", "company_quarters": "", "company_names": "", "company_partners": "",
    "fired": "", "catalogue_text_data": "", "catalogue_text_idx": "", "catalogue_text_content": "", "deliveries": "",
    "delivery_alerts": "", "alerts": "",
}  # fmt: skip
"""Those that lists are made of, each with a condition under which its partial indexes can be walked."""
ROWS_AT_ONCE = 200


def read_through(connection: sqlite3.Connection, stopped: Callable[[], bool]) -> None:
    """Read each table and its indexes from end to end; returns early once `stopped`."""
    for table, condition in TABLES.items():
        rows = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names from here
        while not stopped() and rows.fetchmany(ROWS_AT_ONCE):
            pass
        indexes = connection.execute(
            "SELECT name FROM pragma_index_list(?) WHERE origin != 'pk' AND (NOT partial OR ? != '')",
            (table, condition),
        )
        for (index,) in indexes.fetchall():
            if stopped():
                return
            connection.execute(f"SELECT count(*) FROM {table} INDEXED BY {index} WHERE {condition or 1}")  # noqa: S608 - names from the schema
