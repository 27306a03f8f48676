"""Periods of a dashboard, and the rows of days, months and years that make one up. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

DAY, MONTH, YEAR = "day", "month", "year"
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included."""

    since: dt.date
    until: dt.date

    def year_before(self) -> Span:
        """The same days of the year before; the 29th of February is the 28th there."""
        return Span(year_before(self.since), year_before(self.until))


def year_before(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def to_date(of: str, day: dt.date) -> Span:
    """The day alone, or from the first of its month or year up to it."""
    first = {DAY: day, MONTH: day.replace(day=1), YEAR: day.replace(month=1, day=1)}
    return Span(first[of], day)


def last_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def tiles(span: Span, *, through: dt.date) -> Iterator[tuple[str, dt.date]]:
    """The fewest rows that make up a span: whole years, whole months, days.

    `through`: the last day that was worked out: a year or month that ends later is whole when the span reaches it.
    """
    day, until = span.since, min(span.until, through)
    while day <= until:
        of, last = _longest(day, until, through)
        yield of, day
        day = last + ONE_DAY


def _longest(day: dt.date, until: dt.date, through: dt.date) -> tuple[str, dt.date]:
    of_year, of_month = day.replace(month=12, day=31), last_of_month(day)
    if (day.month, day.day) == (1, 1) and until >= min(of_year, through):
        return YEAR, of_year
    if day.day == 1 and until >= min(of_month, through):
        return MONTH, of_month
    return DAY, day
