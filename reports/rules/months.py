"""Which months a report that comes every month is due for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

AT_NIGHT = dt.time(2)
DAY = dt.timedelta(days=1)


def due_months(*, on_day: int, since: dt.datetime, now: dt.datetime) -> list[dt.date]:
    """The first days of the months whose night has come, the earliest first; nights that were missed are among them.

    `on_day`: 1 to 28, the day of the month after; `since`: when it was asked for: nights before it do not count.
    Both times are of the bureau, without a zone.
    """
    nights = (dt.datetime.combine(first.replace(day=on_day), AT_NIGHT) for first in _firsts(since, now))
    return [before(night.date()) for night in nights if since <= night <= now]


def before(day: dt.date) -> dt.date:
    """The first day of the month before."""
    return (day.replace(day=1) - DAY).replace(day=1)


def last_day(month: dt.date) -> dt.date:
    return (month.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def _firsts(since: dt.datetime, now: dt.datetime) -> Iterator[dt.date]:
    first = since.date().replace(day=1)
    while first <= now.date():
        yield first
        first = last_day(first) + DAY
