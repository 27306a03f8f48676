"""Work that lost a race in the database is done again; it is idempotent by its business id (DESIGN.md "Laws")."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

T = TypeVar("T")
MOST_ATTEMPTS = 5
RACES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
LOCK_TIMEOUT = "55P03"


def retried(work: Callable[[], T], *, busy: type[Exception]) -> T:
    """The result of `work`, which opens its own transaction.

    Inside a transaction there is nothing to do again: what befalls `work` passes through.
    Raises: `busy` after `MOST_ATTEMPTS` lost races, or for a lock that was not to be had.
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            return work()
        except OperationalError as fault:
            state = getattr(fault.__cause__, "sqlstate", None)
            if connection.in_atomic_block or state not in RACES | {LOCK_TIMEOUT}:
                raise
            if state == LOCK_TIMEOUT:
                break
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - no secret
    raise busy
