"""The day that a posting is booked on: its own, or the next one that its region has not signed (日结).

Rule: docs/adr/0022-closed-days.md. Only days that are over can be closed, so today is always open; what is booked
today asks nothing of the database. Invariant: what this module answers is a proposal; the database refuses a day that
was closed in the same moment (`accounts/models/closed_day.py`), and `retried` asks again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from accounts.models.closed_day import DAY_LOCK
from accounts.prepared import fetch

DAY = dt.timedelta(days=1)
# A day closed by a province is closed in each of its regions.
CLOSED = """
    SELECT region.code, closed.business_date
      FROM accounts_closedday AS closed
      JOIN accounts_region AS above ON above.code = closed.region_id
      JOIN accounts_region AS region ON starts_with(region.path, above.path)
     WHERE closed.reopened_at IS NULL AND closed.business_date >= %s
"""
HOLD = f"SELECT pg_advisory_xact_lock_shared({DAY_LOCK.format(day='%s::date')})"
HOLD_ALONE = f"SELECT pg_advisory_xact_lock({DAY_LOCK.format(day='%s::date')})"


def hold_day(day: dt.date) -> None:
    """Nobody closes the day until this transaction ends."""
    fetch(HOLD, day)


def hold_day_alone(day: dt.date) -> None:
    """Wait for every posting of the day that is under way, and let none begin until this transaction ends."""
    fetch(HOLD_ALONE, day)


class BusinessDays:
    """Every closed day from the earliest that is asked for, read once for many postings."""

    @staticmethod
    def asked(since: dt.date) -> tuple[str, dt.date]:
        """The statement to read them by."""
        return CLOSED, since

    def __init__(self, closed: Iterable[tuple[str, dt.date]] = (), *, since: dt.date | None = None) -> None:
        """`closed`: the days closed since then, where they are known already."""
        self._since = since or timezone.localdate()
        self._closed = set(closed)

    def any_closed(self, *, since: dt.date) -> bool:
        """Whether any region closed a day since then: if not, no region need be known."""
        if since < self._since:
            self._since, self._closed = since, set(fetch(*self.asked(since)))
        return bool(self._closed)

    def open_day(self, region: str, day: dt.date) -> dt.date:
        """The day itself or the next that takes postings. `region`: code of the account's or the insured region."""
        if self.any_closed(since=day):
            while (region, day) in self._closed:
                day += DAY
        return day


def open_day(region: str, day: dt.date) -> dt.date:
    """As `BusinessDays.open_day`, for one posting."""
    return BusinessDays().open_day(region, day)
