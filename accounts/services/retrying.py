"""Work that lost a race in the database is done again; it is idempotent by its business id (DESIGN.md "Laws")."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection

T = TypeVar("T")
MOST_ATTEMPTS = 5
RACES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
LOCK_TIMEOUT = "55P03"
# The day was closed in this very moment: done again, the work finds the next open one (`business_days`).
CLOSED_MEANWHILE = frozenset({"entry_on_open_day", "settlement_on_open_day"})


def retried(work: Callable[[], T], *, busy: type[Exception] | Exception) -> T:
    """The result of `work`, which opens its own transaction.

    Inside a transaction there is nothing to do again: what befalls `work` passes through.
    Raises: `busy` after `MOST_ATTEMPTS` lost races, or for a lock that was not to be had.
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            return work()
        except (OperationalError, IntegrityError) as fault:
            state = getattr(fault.__cause__, "sqlstate", None)
            if connection.in_atomic_block or not (state == LOCK_TIMEOUT or _lost_a_race(fault)):
                raise
            if state == LOCK_TIMEOUT:
                break
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - no secret
    raise busy


def _lost_a_race(fault: DatabaseError) -> bool:
    cause = fault.__cause__
    law = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return getattr(cause, "sqlstate", None) in RACES or law in CLOSED_MEANWHILE
