"""Shell: one process at a time drives a store. The lock is the operating system's and ends with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dealwire.errors import StoreError


@contextmanager
def sole_driver(store: Path) -> Iterator[None]:
    """Hold the store's lock; StoreError names the process that has it."""
    store.parent.mkdir(parents=True, exist_ok=True)
    place = store.with_name(f"{store.name}.lock")
    with place.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StoreError(
                f"{store}: another dealwire (process {holder}) runs on this store; stop it first"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
